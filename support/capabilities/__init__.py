"""The test side of the platform's capabilities: clients, stores and checks, one folder each."""
