"""Research sessions: one analyst's work on one stock, from initialized to completed."""
