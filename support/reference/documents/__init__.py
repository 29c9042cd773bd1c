"""Documents: texts that are found by meaning."""
