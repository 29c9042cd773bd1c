"""Activity: what a user did, as events of any kind."""
