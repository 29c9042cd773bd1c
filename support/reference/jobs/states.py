"""The states of jobs, the outcomes of runs, the names of events, and the kinds of errors."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class JobState(StrEnum):
    """The state of a job."""

    TODO = "todo"
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABORTED = "aborted"


ENDS = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.ABORTED})


class Outcome(StrEnum):
    """The outcome of a run."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    ABORTED = "aborted"
    REQUEUED = "requeued"
    LOST = "lost"


class JobEventType(StrEnum):
    """The type of an event of a job."""

    SUBMITTED = "submitted"
    STARTED = "started"
    RETRY_SCHEDULED = "retry_scheduled"
    REQUEUED = "requeued"
    TAKEN_OVER = "taken_over"
    ABORT_REQUESTED = "abort_requested"
    RETRIED = "retried"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


Kind = Literal[
    "transient",
    "transient.timeout",
    "transient.unavailable",
    "transient.busy",
    "transient.error",
    "permanent",
    "permanent.not_found",
    "permanent.rejected",
    "permanent.unreadable",
    "permanent.conflict",
    "time_limit",
    "unexpected",
]
"""The kind of an error. A kind covers the kinds below it: ``transient`` covers ``transient.timeout``."""

Queue = Literal["default", "imports", "bulk", "probes"]
QUEUES: tuple[Queue, ...] = ("default", "imports", "bulk", "probes")


class TaskFailed(Exception):
    """A task cannot have its effect: an error of a known kind, with a message for users.

    ``wait_seconds`` is the shortest wait before the next run, as an outside service requested it.
    """

    def __init__(self, kind: Kind, message: str, *, wait_seconds: float = 0.0) -> None:
        self.kind = kind
        self.message = message
        self.wait_seconds = wait_seconds
        super().__init__(message)


def covers(kinds: list[str], kind: str) -> bool:
    """Return whether a list of kinds covers a kind; ``*`` covers all."""
    return any(each == "*" or kind == each or kind.startswith(f"{each}.") for each in kinds)
