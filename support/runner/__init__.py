"""The behave runner: checks the selection, starts the target, runs the scenarios and cleans up."""

from support.startup import without_garbage_collection

with without_garbage_collection():
    from support.runner.runner import Runner

__all__ = ["Runner"]
