"""Privacy: what the platform still stores of a user."""
