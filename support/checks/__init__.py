"""Checks of values, responses, state changes and caption files."""
