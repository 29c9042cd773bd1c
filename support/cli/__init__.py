"""The commands of `acceptance`."""
