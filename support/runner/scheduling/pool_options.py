"""Options of the pool, and what it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from behave.model import Scenario

from support.runner.workers.messages import Evidence
from support.runner.workers.outcome import ScenarioOutcome


@dataclass(frozen=True)
class PoolOptions:
    """Options of a pool.

    `shared` states that all workers use one target, so that its locks matter. With `stop` no scenario starts after
    one has failed. A worker is sent the next bundle when it has `ahead` scenarios left, or fewer. `compares` states
    whether a scenario compares the data of its target.
    """

    workers: int
    shared: bool
    stop: bool
    ahead: int
    compares: Callable[[Scenario], bool]


@dataclass
class Receivers:
    """What the pool calls with files, with scenarios whose worker died, and with lines for the user."""

    evidence: Callable[[Evidence], None]
    lost: Callable[[Scenario, ScenarioOutcome], None]
    announce: Callable[[str], None]
