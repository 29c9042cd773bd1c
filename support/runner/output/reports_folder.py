"""The folder of a run: `reports/`, or a folder inside it while another run writes there."""

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
    """The folder for results and logs, empty at the start: Allure would take old results for attempts of this run."""

    def __init__(self, reports: Path) -> None:
        try:
            reports.mkdir(exist_ok=True)
            _remove_old(reports)
            self.path = reports if self._claim(reports) else self._beside(reports)
            for file in (MANIFEST, SUMMARY, COVERAGE):
                (self.path / file).unlink(missing_ok=True)
            for part in (self.allure_results, self.logs, self.path / JUNIT):
                if part.exists():
                    shutil.rmtree(part)
            for part in (self.allure_results, self.logs):
                part.mkdir()
        except OSError as error:
            raise EnvironmentFailed(f"Cannot write to {reports.resolve()}: {error.strerror}.") from error

    def _claim(self, folder: Path) -> bool:
        lock = _locked(folder)
        if lock is not None:
            self._lock = lock
        return lock is not None

    def _beside(self, reports: Path) -> Path:
        # Locked under another name first: other runs remove folders named run-... that are not locked.
        folder = reports / f".{BESIDE}{secrets.token_hex(3)}"
        folder.mkdir()
        self._claim(folder)
        return folder.rename(folder.with_name(folder.name.removeprefix(".")))

    @property
    def allure_results(self) -> Path:
        """Return the folder of the Allure results."""
        return self.path / ALLURE_RESULTS

    @property
    def logs(self) -> Path:
        """Return the folder for the logs of the embedded platform."""
        return self.path / LOGS

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest, then the summary in Markdown; all workers must have ended."""
        for unfinished in self.allure_results.glob("*.tmp"):  # of a worker that was killed
            unfinished.unlink()
        manifest.write(self.path)
        (self.path / SUMMARY).write_text(summary(manifest, os.path.relpath(self.path)), encoding="utf-8")

    def hints(self) -> Iterator[str]:
        """Yield where the summary is, and how the report is built."""
        folder = os.path.relpath(self.path)
        yield f"Summary: {folder}/{SUMMARY}"
        yield f"Report:  acceptance report{'' if folder == DEFAULT else f' {folder}'}"

    def close(self) -> None:
        """Release the folder for the next run."""
        self._lock.close()


def _locked(folder: Path) -> IO[str] | None:
    """Return the locked lock file of a folder; None if another run has locked it."""
    lock = (folder / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _remove_old(reports: Path) -> None:
    """Remove the folders of parallel runs that are older than a day."""
    for folder in reports.glob(f"{BESIDE}*"):
        with contextlib.suppress(FileNotFoundError):  # another run removes them as well
            if time.time() - folder.stat().st_mtime < KEPT:
                continue
            lock = _locked(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
