"""The processes that run scenarios, and what they send to the runner."""
