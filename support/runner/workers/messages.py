"""What workers tell the runner: lists of these. Plain data, it is pickled on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.allure.writer import Content
from support.evidence.exchanges import Answered
from support.runner.workers.outcome import ScenarioOutcome, StepOutcome


@dataclass(frozen=True)
class Ready:
    """The worker can take scenarios; `line` tells the person who started the run what that took."""

    line: str


@dataclass(frozen=True)
class Refused:
    """The worker's platform cannot be used; the run cannot go on."""

    sentence: str
    exit_code: int


@dataclass(frozen=True)
class Began:
    """A scenario begins. `scenario` is its number among those that were selected; `limit` its time limit in seconds."""

    scenario: int
    limit: float


@dataclass(frozen=True)
class Event:
    """What behave told formatters of a scenario: "scenario", "step" or "result" of a step; or what was "printed"."""

    scenario: int
    what: str
    step: int = -1
    outcome: StepOutcome | None = None
    text: str = ""


@dataclass(frozen=True)
class Printed:
    """What was printed outside of scenarios."""

    text: str


@dataclass(frozen=True)
class Ended:
    """A scenario has ended."""

    scenario: int
    outcome: ScenarioOutcome


@dataclass(frozen=True)
class Evidence:
    """Files for the results folder, by name, and the secrets to be masked in them that were not told before."""

    files: Sequence[tuple[str, Content]]
    secrets: frozenset[str]


@dataclass(frozen=True)
class Compared:
    """What the platform's OpenAPI document tells of, with which answers were compared."""

    documented: frozenset[Answered]


@dataclass(frozen=True)
class Closing:
    """The worker has run all hooks and clean-ups of the run; what is left is to end its platform."""


@dataclass(frozen=True)
class Closed:
    """The worker has ended all it began."""


@dataclass(frozen=True)
class Aborted:
    """A step or hook asked behave to let the run end: `context.abort()`."""


@dataclass(frozen=True)
class Problem:
    """Something went wrong outside scenarios: the run cannot be green."""

    sentence: str


Message = Ready | Refused | Began | Event | Printed | Ended | Aborted | Problem | Evidence | Compared | Closing | Closed
