"""Status tracking: state, progress, errors, retries and history of processing work."""
