"""Notifications of users."""
