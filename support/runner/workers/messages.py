"""Messages of workers to the runner, sent as lists. They are plain data, because they are pickled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.allure.writer import Content
from support.evidence.exchanges import Answered
from support.runner.workers.outcome import ScenarioOutcome, StepOutcome


@dataclass(frozen=True)
class Ready:
    """The worker can run scenarios; `line` describes its target to the user."""

    line: str


@dataclass(frozen=True)
class StartFailed:
    """The worker's target is not available, so the run cannot continue."""

    message: str
    exit_code: int


@dataclass(frozen=True)
class Started:
    """A scenario started. `scenario` is its number in the selection, `limit` its time limit in seconds."""

    scenario: int
    limit: float


@dataclass(frozen=True)
class Event:
    """A call of a formatter: "scenario", "step" or "result" of a step; or "printed" text."""

    scenario: int
    type: str
    step: int = -1
    outcome: StepOutcome | None = None
    text: str = ""


@dataclass(frozen=True)
class Printed:
    """Text that was printed outside scenarios."""

    text: str


@dataclass(frozen=True)
class Ended:
    """A scenario ended."""

    scenario: int
    outcome: ScenarioOutcome


@dataclass(frozen=True)
class Requeue:
    """The worker's environment is damaged: the runner dispatches the scenario, and the rest, to another worker."""

    scenario: int
    reason: str


@dataclass(frozen=True)
class Evidence:
    """Files for the results folder, by name, and secrets in them that the runner does not know yet."""

    files: Sequence[tuple[str, Content]]
    secrets: frozenset[str]


@dataclass(frozen=True)
class Documented:
    """The responses that the platform's OpenAPI document describes."""

    responses: frozenset[Answered]


@dataclass(frozen=True)
class Closing:
    """The worker has run all hooks and cleanups of the run; it stops its platform next."""


@dataclass(frozen=True)
class Closed:
    """The worker has stopped everything that it started."""


@dataclass(frozen=True)
class Aborted:
    """A step or hook called `context.abort()`; `reason` is empty if it gave none."""

    reason: str


@dataclass(frozen=True)
class Problem:
    """An error outside scenarios, which fails the run.

    `feature` and `rule` locate the feature or rule whose hook or cleanup failed; -1 stands for none.
    """

    message: str
    feature: int = -1
    rule: int = -1
    status: str = ""


Message = (
    Ready
    | StartFailed
    | Started
    | Event
    | Printed
    | Ended
    | Requeue
    | Aborted
    | Problem
    | Evidence
    | Documented
    | Closing
    | Closed
)
