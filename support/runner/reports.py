"""Where a run writes: `reports/` itself, or a folder of its own beside a run that is still writing there."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from pathlib import Path

from support.exits import EnvironmentFailed

LOCK = ".lock"
ALLURE_RESULTS = "allure-results"
LOGS = "logs"
BESIDE = "run-"


class ReportsFolder:
    """The folder for results and logs, empty when the run begins. Old results would count as retries of new ones."""

    def __init__(self, reports: Path) -> None:
        try:
            reports.mkdir(exist_ok=True)
            self.path = reports if self._claim(reports) else self._beside(reports)
            for part in (self.allure_results, self.logs):
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir(parents=True)
        except OSError as error:
            raise EnvironmentFailed(f"Nothing can be written to {reports.resolve()}: {error.strerror}.") from error

    def _claim(self, folder: Path) -> bool:
        self._lock = (folder / LOCK).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            return False
        return True

    def _beside(self, reports: Path) -> Path:
        folder = reports / f"{BESIDE}{secrets.token_hex(3)}"
        folder.mkdir()
        self._claim(folder)
        return folder

    @property
    def allure_results(self) -> Path:
        """Where the Allure formatter writes."""
        return self.path / ALLURE_RESULTS

    @property
    def logs(self) -> Path:
        """Where the embedded platform's processes write."""
        return self.path / LOGS

    def release(self) -> None:
        """Let the next run have the folder."""
        self._lock.close()
