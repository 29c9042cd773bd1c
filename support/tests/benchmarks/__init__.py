"""Benchmarks: measured by hand, never asserted. `python -m support.tests.benchmarks.overhead` and so on."""
