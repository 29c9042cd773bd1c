"""Health, metrics and administration."""
