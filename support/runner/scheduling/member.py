"""What the pool knows about one worker: its state, its scenarios and its deadline."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum

from support.runner.scheduling.locks import Locks
from support.runner.workers.transport import WorkerProcess


class State(Enum):
    """The state of a worker; the values complete "A worker was killed ..."."""

    STARTING = "while it started its platform"
    READY = "between two scenarios"
    CLOSING = "while it ended the run (after_all, its platform)"
    CLOSED = "after its end"


@dataclass(eq=False)
class Member:
    """A worker of the pool. `deadline` is a time of the monotonic clock, with time for cleanups."""

    process: WorkerProcess
    number: int
    state: State = State.STARTING
    todo: list[int] = field(default_factory=list)  # dispatched and not ended, in order
    running: int | None = None
    proven: bool = False  # it has completed a scenario
    locks: Locks = frozenset()
    deadline: float | None = None

    @property
    def takes_scenarios(self) -> bool:
        """Return whether the worker takes scenarios, or will."""
        return self.state in (State.STARTING, State.READY)

    def limit(self, seconds: float | None) -> None:
        """Set the deadline `seconds` from now; None removes it."""
        self.deadline = None if seconds is None else time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Move the deadline by a time in which the runner did not receive messages, or nothing ran at all."""
        if self.deadline is not None:
            self.deadline += seconds
