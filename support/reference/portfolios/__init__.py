"""Portfolios: positions, and what they return."""
