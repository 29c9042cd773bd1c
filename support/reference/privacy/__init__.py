"""Privacy: what the platform holds of a user, and how it forgets them."""
