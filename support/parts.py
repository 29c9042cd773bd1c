"""Which parts there are to break, and in which ways: the words of the features."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """A part of the platform, as a feature calls it."""

    DATABASE = "the database"
    REDIS = "Redis"
    WORKER = "the worker"
    API = "the API"
    STORAGE = "the media storage"
    CABLECAST = "Cablecast"

    @property
    def key(self) -> str:
        """The part's name in a target file."""
        return self.name.lower()


class Failure(StrEnum):
    """A way in which a part fails, as a feature calls it: "Redis is frozen"."""

    GONE = "unavailable"
    KILLED = "killed"
    STOPPED = "stopped"
    FROZEN = "frozen"
    SLOW = "slow"
    DISCONNECTED = "disconnected"
    EMPTIED = "flushed"
    FAILING = "returning 500"
    REJECTING = "returning 401"
    BUSY = "returning 429"
    GARBLED = "returning malformed responses"
    BREAKING_OFF = "closing connections early"


MEANINGS = {
    Failure.GONE: "killed (SIGKILL) and not started again; a storage is moved away, a partner refuses connections",
    Failure.KILLED: "killed (SIGKILL), and at once started again by who watches over it",
    Failure.STOPPED: "asked to end in order, and not started again",
    Failure.FROZEN: "there, but not answering (SIGSTOP); files of a storage are there, but do not open",
    Failure.SLOW: "answering late, each time",
    Failure.DISCONNECTED: "there, but every connection to it was cut",
    Failure.EMPTIED: "there, but without what it held (FLUSHALL)",
    Failure.FAILING: "answering 500",
    Failure.REJECTING: "answering 401",
    Failure.BUSY: "answering 429 with Retry-After, once",
    Failure.GARBLED: "answering something else than agreed",
    Failure.BREAKING_OFF: "ending its answers in the middle",
}


PARTS = tuple(part.key for part in Part)
FAILURES = tuple(map(str, Failure))
