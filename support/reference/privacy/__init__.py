"""Privacy: export and erasure of a user's data."""
