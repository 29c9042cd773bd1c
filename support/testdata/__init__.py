"""Generated test data."""
