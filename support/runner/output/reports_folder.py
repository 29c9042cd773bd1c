"""Where a run writes: `reports/` itself, or a folder of its own beside a run that is still writing there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from support.errors import EnvironmentFailed
from support.report.coverage import FILE as COVERAGE
from support.report.manifest import FILE as MANIFEST
from support.report.manifest import Manifest
from support.report.summary import FILE as SUMMARY
from support.report.summary import summary

DEFAULT = "reports"
LOCK = ".lock"
ALLURE_RESULTS = "allure-results"
LOGS = "logs"
JUNIT = "junit"
BESIDE = "run-"
KEPT = 24 * 3600.0  # seconds


class ReportsFolder:
    """The folder for results and logs, empty when the run begins. Old results would count as retries of new ones."""

    def __init__(self, reports: Path) -> None:
        try:
            reports.mkdir(exist_ok=True)
            _sweep(reports)
            self.path = reports if self._claim(reports) else self._beside(reports)
            for file in (MANIFEST, SUMMARY, COVERAGE):
                (self.path / file).unlink(missing_ok=True)
            for part in (self.allure_results, self.logs, self.path / JUNIT):
                if part.exists():
                    shutil.rmtree(part)
            for part in (self.allure_results, self.logs):
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

    def write_manifest(self, manifest: Manifest) -> None:
        """Write what the report is made from, and the summary in Markdown. All workers have ended."""
        for half in self.allure_results.glob("*.tmp"):  # a worker that was killed was writing it; its scenario is told
            half.unlink()
        manifest.write(self.path)
        (self.path / SUMMARY).write_text(summary(manifest), encoding="utf-8")

    def where_to_look(self) -> Iterator[str]:
        """Yield the last lines of a run: what there is to read, and how the report is built from it."""
        folder = os.path.relpath(self.path)
        yield f"Summary: {folder}/{SUMMARY}"
        yield f"Report:  acceptance report{'' if folder == DEFAULT else f' {folder}'}"

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
        with contextlib.suppress(FileNotFoundError):  # another run sweeps as well
            if time.time() - folder.stat().st_mtime < KEPT:
                continue
            lock = _locked(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
