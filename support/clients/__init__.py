"""Clients speak the platform's domain: what a step wants, in the words of the contract, through the drivers."""
