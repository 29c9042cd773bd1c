"""Checks that speak in sentences, and the one poller."""
