"""Which scenarios run."""
