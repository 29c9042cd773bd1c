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

    def kill_database(self) -> None:
        """SIGKILL PostgreSQL; it stays away until `return_database` or the end of the scenario."""
        self._cleanup.add("start the database again", self.return_database)
        self._platform.postgres.server.kill()

    def return_database(self) -> None:
        """Start PostgreSQL again after it was killed; nothing happens when it runs."""
        if not self._platform.postgres.server.running:
            self._platform.postgres.start()

    def api_process(self) -> int:
        """The process id of the API, to see whether it was started again."""
        return self._platform.platform.pid("api")
