"""Access: sign-in, sessions, accounts and roles."""
