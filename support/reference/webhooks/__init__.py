"""Webhooks: platform events posted to addresses of their owners."""
