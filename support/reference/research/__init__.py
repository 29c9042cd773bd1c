"""Research sessions: the analysis of one stock, from initialized to completed."""
