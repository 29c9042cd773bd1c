"""Our behave runner: selects honestly, starts the target, runs, and ends everything it started."""

from support.startup import uncollected

with uncollected():
    from support.runner.runner import Runner

__all__ = ["Runner"]
