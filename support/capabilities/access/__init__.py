"""Signing in, sessions, tokens, accounts and roles."""
