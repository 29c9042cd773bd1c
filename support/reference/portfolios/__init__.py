"""Portfolios: positions and returns."""
