"""Activity of users, as events of any type."""
