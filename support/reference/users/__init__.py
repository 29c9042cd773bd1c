"""User profiles, managed by administrators."""
