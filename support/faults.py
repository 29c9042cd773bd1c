"""Breaking and mending real parts of the embedded platform."""

from __future__ import annotations

from support.cleanup import Cleanup
from support.stack.embedded import EmbeddedPlatform


class Faults:
    """One scenario's way to break parts. Mending is registered the moment a part is broken.

    A failing scenario therefore never leaves a broken platform to the next.
    """

    def __init__(self, platform: EmbeddedPlatform, cleanup: Cleanup) -> None:
        self._platform = platform
        self._cleanup = cleanup
        self._held = False

    def kill_database(self) -> None:
        """SIGKILL PostgreSQL; it stays away until `return_database` or the end of the scenario."""
        self._cleanup.add("start the database again", self.return_database)
        self._platform.postgres.server.kill()

    def return_database(self) -> None:
        """Start PostgreSQL again after it was killed; nothing happens when it runs."""
        if not self._platform.postgres.server.running:
            self._platform.postgres.start()

    def hold_worker(self) -> None:
        """Pause the worker politely, so that jobs wait; until `release_worker` or the end of the scenario."""
        self._cleanup.add("let the worker go on", self.release_worker)
        self._platform.platform.stop("worker")
        self._held = True

    def release_worker(self) -> None:
        """Let the worker go on; nothing happens when it was not held."""
        if self._held:
            self._held = False
            self._platform.platform.resume("worker")

    def api_process(self) -> int:
        """The process id of the API, to see whether it was started again."""
        return self._platform.platform.pid("api")
