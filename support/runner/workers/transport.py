"""The interface between the pool and worker processes, on this machine or on others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

from support.runner.workers.messages import Message


class WorkerGone(Exception):
    """The connection to a worker is closed, so nothing more can be received from it."""


class WorkerProcess(ABC):
    """One worker and the connection to it."""

    @abstractmethod
    def send(self, bundle: Sequence[int] | None) -> None:
        """Dispatch scenarios by their numbers; None ends the worker. Does nothing if the worker is gone."""

    @abstractmethod
    def receive(self) -> Sequence[Message]:
        """Return the next messages. Raises WorkerGone."""

    @abstractmethod
    def interrupt(self) -> None:
        """Ask the worker to stop after the current hook or cleanup; it may be asked repeatedly."""

    @abstractmethod
    def kill(self, reason: str) -> None:
        """End the worker at once; `reason` completes "was killed ...", such as "for exceeding its time limit"."""

    @abstractmethod
    def outcome(self) -> str:
        """Wait for the end of the worker and return what became of it, such as "was killed by SIGKILL"."""


class Transport(ABC):
    """Starts workers and waits for their messages."""

    @abstractmethod
    def start(self, number: int) -> WorkerProcess:
        """Start the worker of this number (from 1)."""

    @abstractmethod
    def wait(self, workers: Collection[WorkerProcess], timeout: float | None) -> Collection[WorkerProcess]:
        """Return the workers with messages, or none after `timeout` seconds or a call of `wake_up`."""

    @abstractmethod
    def wake_up(self) -> None:
        """Let `wait` return. Signal handlers may call it, also after `close`."""

    @abstractmethod
    def close(self) -> None:
        """Release the connections; workers that still run end by themselves."""
