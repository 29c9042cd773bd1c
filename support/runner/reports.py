"""Where a run writes: `reports/` itself, or a folder of its own beside a run that is still writing there."""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
import time
from pathlib import Path
from typing import IO
from uuid import uuid4

from support.evidence.coverage import Coverage
from support.evidence.coverage_pages import pages
from support.exits import EnvironmentFailed

LOCK = ".lock"
ALLURE_RESULTS = "allure-results"
LOGS = "logs"
BESIDE = "run-"
KEPT = 24 * 3600.0  # seconds


class ReportsFolder:
    """The folder for results and logs, empty when the run begins. Old results would count as retries of new ones."""

    def __init__(self, reports: Path) -> None:
        try:
            reports.mkdir(exist_ok=True)
            _sweep(reports)
            self.path = reports if self._claim(reports) else self._beside(reports)
            for part in (self.allure_results, self.logs):
                if part.exists():
                    shutil.rmtree(part)
                part.mkdir()
        except OSError as error:
            raise EnvironmentFailed(f"Nothing can be written to {reports.resolve()}: {error.strerror}.") from error

    def _claim(self, folder: Path) -> bool:
        lock = _locked(folder)
        if lock is not None:
            self._lock = lock
        return lock is not None

    def _beside(self, reports: Path) -> Path:
        # Locked under another name first: what is called run-... and is not locked is anybody's to remove.
        folder = reports / f".{BESIDE}{secrets.token_hex(3)}"
        folder.mkdir()
        self._claim(folder)
        return folder.rename(folder.with_name(folder.name.removeprefix(".")))

    @property
    def allure_results(self) -> Path:
        """Where the Allure formatter writes."""
        return self.path / ALLURE_RESULTS

    @property
    def logs(self) -> Path:
        """Where the embedded platform's processes write."""
        return self.path / LOGS

    def write_coverage(self, coverage: Coverage) -> Path:
        """Write what was checked, as JSON and as pages of the report."""
        attachments = []
        for title, text in pages(coverage).items():
            source = f"{uuid4()}-attachment.md"
            (self.allure_results / source).write_text(text, encoding="utf-8")
            attachments.append({"name": title, "source": source, "type": "text/markdown"})
        content = json.dumps({"attachments": attachments, "errors": []})
        (self.allure_results / f"{uuid4()}-globals.json").write_text(content, encoding="utf-8")
        return coverage.write(self.path)

    def close(self) -> None:
        """Let the next run have the folder."""
        self._lock.close()


def _locked(folder: Path) -> IO[str] | None:
    """Return the folder's lock, held until it is closed; None where a run holds it."""
    lock = (folder / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _sweep(reports: Path) -> None:
    """Remove what runs beside another left yesterday or before."""
    for folder in reports.glob(f"{BESIDE}*"):
        if time.time() - folder.stat().st_mtime < KEPT:
            continue
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder)
            lock.close()
