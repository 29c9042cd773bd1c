"""Load: background traffic, concurrent clients, and their samples."""
