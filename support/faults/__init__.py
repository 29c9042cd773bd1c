"""Faults: what can fail, how it is injected and restored, and what must survive."""
