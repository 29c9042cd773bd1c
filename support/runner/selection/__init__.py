"""Selects the scenarios of a run and rejects an invalid selection."""
