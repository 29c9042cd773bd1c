"""Documents, which are found by meaning."""
