"""Targets: their files, what they provide, how they are reached and checked."""
