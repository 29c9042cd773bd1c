"""Acceptance tests of the platform: everything beneath the features."""
