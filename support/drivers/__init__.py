"""Drivers speak one protocol each and record everything they exchange as evidence."""
