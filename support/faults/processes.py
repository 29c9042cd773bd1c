"""The processes of the embedded platform at certain moments: told apart, caught in the middle of a job, held up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from support.stack.embedded import EmbeddedPlatform
from support.stack.platform import Part


class Processes:
    """Looks at processes, and holds what they wait for."""

    def __init__(self, platform: EmbeddedPlatform) -> None:
        self._platform = platform

    def id_of(self, part: Part) -> int:
        """The process id of a part, to see whether it was started again; 0 while it does not run."""
        try:
            return self._platform.platform.pid(part)
        except LookupError:
            return 0

    def crash(self, part: Part) -> None:
        """SIGKILL a part; who watches over it starts it again."""
        self._platform.platform.crash(part)

    @contextmanager
    def blocked_acknowledgements(self, vod_id: str) -> Iterator[None]:
        """Keep the worker, for the length of a block, from noting that a job of this VOD has ended.

        The job's row is locked as another session would; what the job does is stored elsewhere and is not held up.
        """
        with self._platform.postgres.connect() as connection:
            connection.execute(
                "SELECT FROM procrastinate_jobs WHERE args->>'vod_id' = %s FOR UPDATE", [vod_id], prepare=False
            )
            yield
            connection.rollback()
