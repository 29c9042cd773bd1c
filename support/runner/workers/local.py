"""A worker as the runner sees it: where it is, what it is to do, how it ended."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing.connection import Connection


class State(Enum):
    """Where a worker is, in the words for what happened to it there."""

    STARTING = "while it started its platform"
    READY = "between two scenarios"
    CLOSING = "while it ended the run (after_all, its platform)"
    CLOSED = "after its end"


@dataclass(eq=False)
class LocalWorker:
    """A process that was forked, and what is known of it."""

    pid: int
    connection: Connection
    state: State = State.STARTING
    todo: list[int] = field(default_factory=list)  # handed out and not ended, in order
    running: int | None = None
    of_use: bool = False  # it has come to the end of a scenario
    locks: frozenset[str] = frozenset()
    deadline: float | None = None  # on the monotonic clock: when even clean-ups should long have ended
    _killed: str = ""

    @property
    def takes_scenarios(self) -> bool:
        """Whether it does, or soon will."""
        return self.state in (State.STARTING, State.READY)

    def kill(self, reason: str) -> None:
        """Kill it; `reason` says for what: "for taking too long"."""
        self._killed = self._killed or f"was killed {reason}"
        os.kill(self.pid, signal.SIGKILL)

    def grant(self, seconds: float) -> None:
        """Give it the time for which nobody heard it: a terminal may be stopped, a pager wait for its reader."""
        if self.deadline is not None:
            self.deadline += seconds

    def fate(self) -> str:
        """Wait for its end, and return what became of it: "was killed by SIGKILL"."""
        self.connection.close()
        cause = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        told = f"was killed by {signal.Signals(-cause).name}" if cause < 0 else f"ended with code {cause}"
        return self._killed or told
