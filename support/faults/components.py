"""The components that can fail, their failure modes, and the faults of the embedded platform."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Component(StrEnum):
    """A component of the platform, as a feature calls it."""

    DATABASE = "the database"
    REDIS = "Redis"
    WORKER = "the worker"
    API = "the API"
    STORAGE = "the media storage"
    CABLECAST = "Cablecast"

    @property
    def key(self) -> str:
        """The component's name in a target file."""
        return self.name.lower()


class FailureMode(StrEnum):
    """A way in which a component fails, as a feature calls it: "Redis is frozen"."""

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

    @property
    def key(self) -> str:
        """The failure mode's name in a target file."""
        return self.replace(" ", "_")


MEANINGS = {
    FailureMode.GONE: "killed (SIGKILL) and not restarted; a storage is moved away, a partner refuses connections",
    FailureMode.KILLED: "killed (SIGKILL) and restarted by its supervisor",
    FailureMode.STOPPED: "terminated in order and not restarted",
    FailureMode.FROZEN: "running without responding (SIGSTOP); files of a storage exist, but opening them blocks",
    FailureMode.SLOW: "every response is late",
    FailureMode.DISCONNECTED: "running, but all its connections were closed",
    FailureMode.EMPTIED: "running, but all its data was deleted (FLUSHALL)",
    FailureMode.FAILING: "responds with 500",
    FailureMode.REJECTING: "responds with 401",
    FailureMode.BUSY: "responds with 429 and Retry-After, once",
    FailureMode.GARBLED: "responds with invalid JSON",
    FailureMode.BREAKING_OFF: "closes the connection in the middle of a response",
}

_SERVER = (FailureMode.GONE, FailureMode.STOPPED, FailureMode.FROZEN, FailureMode.SLOW, FailureMode.DISCONNECTED)
_PROCESS = (FailureMode.GONE, FailureMode.KILLED, FailureMode.STOPPED, FailureMode.FROZEN, FailureMode.SLOW)

EMBEDDED_FAULTS: Mapping[Component, tuple[FailureMode, ...]] = {
    Component.DATABASE: _SERVER,
    Component.REDIS: (*_SERVER, FailureMode.EMPTIED),
    Component.WORKER: _PROCESS,
    Component.API: _PROCESS,
    Component.STORAGE: (FailureMode.GONE, FailureMode.FROZEN),
    Component.CABLECAST: (
        *(FailureMode.GONE, FailureMode.SLOW, FailureMode.FAILING, FailureMode.REJECTING, FailureMode.BUSY),
        *(FailureMode.GARBLED, FailureMode.BREAKING_OFF),
    ),
}
"""The faults that the embedded platform can have. Other targets declare theirs in their files."""

COMPONENTS = tuple(component.key for component in Component)
FAILURE_MODES = tuple(mode.key for mode in FailureMode)
