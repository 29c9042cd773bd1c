"""The processes of the embedded platform: their ids, crashes, and delays at a certain point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from support.stack.embedded import EmbeddedPlatform
from support.stack.platform import ProcessName


class Processes:
    """Observe, crash and delay processes of the embedded platform."""

    def __init__(self, platform: EmbeddedPlatform) -> None:
        self._platform = platform

    def id_of(self, process: ProcessName) -> int:
        """Return the process id, to detect a restart; 0 while the process is not running."""
        try:
            return self._platform.platform.pid(process)
        except LookupError:
            return 0

    def crash(self, process: ProcessName) -> None:
        """SIGKILL a process; its supervisor restarts it."""
        self._platform.platform.crash(process)

    @contextmanager
    def blocked_acknowledgements(self, vod_id: str) -> Iterator[None]:
        """Prevent the worker from storing the end of a job of this VOD until the block ends.

        The row of the job is locked. The effects of the job are stored elsewhere and are not delayed.
        """
        with self._platform.postgres.connect() as connection:
            connection.execute(
                "SELECT FROM procrastinate_jobs WHERE args->>'vod_id' = %s FOR UPDATE", [vod_id], prepare=False
            )
            yield
            connection.rollback()
