"""Who may do what: sign-in, sessions, users and roles."""
