"""The history of runs, `history.jsonl`: one line for each run, written at its end and completed by the report.

A run has one line, however often its report is built, dated by its start. Only runs against the same target are
compared. Simultaneous runs share the file under a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.errors import ReportError
from support.report.manifest import Manifest, Status

FILE = "history.jsonl"
LIMIT = 50
"""Runs that are stored, of all targets together."""
SHOWN = 20
"""Runs that the page shows; each takes about 50 ms for a thousand scenarios."""
PARALLEL = "run-"
"""The start of the name of a run's own folder inside the reports, while another run writes there."""

_RENAMED = Path(__file__).with_name("renamed_scenarios.json")
_NEEDED = frozenset({"id", "historyId", "status", "start", "stop", "duration"})
_BAD = frozenset({"failed", "broken"})
_DECIDED = _BAD | {"passed"}


@dataclass(frozen=True)
class FailingSince:
    """Since when a scenario fails: `started` is the first of `runs` in a row, `passed_before` if it ever passed."""

    started: datetime
    runs: int
    passed_before: bool

    @property
    def description(self) -> str:
        """The same in words."""
        if self.runs == 1:
            return "new: passed in the previous run" if self.passed_before else "first run"
        start = "" if self.passed_before else "at least "
        return f"{start}{self.started:%Y-%m-%d %H:%M} UTC ({self.runs} runs in a row)"


@dataclass(frozen=True)
class Changes:
    """What changed since the previous runs: history ids of scenarios, and titles of those that were removed."""

    new_failures: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: tuple[str, ...] = ()
    is_first: bool = False


class History:
    """The earlier runs, and the file that stores them."""

    def __init__(self, file: Path, manifest: Manifest) -> None:
        self._file = file
        self._manifest = manifest
        self._points = [point for point in _read(file) if point["uuid"] != manifest.run]

    @property
    def earlier(self) -> list[dict[str, Any]]:
        """The runs against the same target that started before this one, the oldest first."""
        now = _milliseconds(self._manifest.started)
        same = [point for point in self._points if point.get("target") == self._manifest.target]
        return [point for point in same if point["timestamp"] < now]

    def since(self, history_id: str) -> FailingSince:
        """Return since when a scenario that fails now has failed; runs that skipped it do not count."""
        runs = 1
        started = self._manifest.started
        for point in reversed(self.earlier):
            status = point["statuses"].get(history_id)
            if status in _BAD:
                runs += 1
                started = datetime.fromtimestamp(point["timestamp"] / 1000, UTC)
            elif status in _DECIDED:
                return FailingSince(started, runs, True)
        return FailingSince(started, runs, False)

    def changes(self) -> Changes:
        """Return what changed since the previous runs; only complete runs show which scenarios are new or removed."""
        earlier = self.earlier
        complete = [point for point in earlier if not point.get("partial")]
        previous: dict[str, str] = {}
        for point in earlier:
            previous.update({id: status for id, status in point["statuses"].items() if status in _DECIDED})
        now = statuses_of(self._manifest)
        known = {id for point in earlier for id in point["statuses"]}
        titles: dict[str, str] = next((point["titles"] for point in reversed(complete) if "titles" in point), {})
        gone = [] if self._manifest.is_partial else [title for id, title in titles.items() if id not in now]
        return Changes(
            new_failures=frozenset(id for id, status in now.items() if status in _BAD and previous.get(id) == "passed"),
            fixed=frozenset(id for id, status in now.items() if status == "passed" and previous.get(id) in _BAD),
            added=frozenset(now.keys() - known) if complete else frozenset(),
            removed=tuple(sorted(gone)),
            is_first=not earlier,
        )

    def write_earlier(self, file: Path) -> None:
        """Write the last of the earlier runs into a file to which Allure may append this run.

        Partial runs are omitted: Allure would call every scenario new that the last run did not contain.
        """
        _write(file, self._shown)

    @property
    def _shown(self) -> list[dict[str, Any]]:
        return [point for point in self.earlier if point["testResults"] and not point.get("partial")][-SHOWN:]

    def appended(self, file: Path) -> dict[str, Any]:
        """Return the line that Allure has appended."""
        points = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        if len(points) != len(self._shown) + 1:
            raise ReportError("Allure did not append this run to the history: the report would show no history.")
        newest: dict[str, Any] = points[-1]
        return newest

    def store(self, appended: Mapping[str, Any] | None = None) -> None:
        """Store this run in place of an older line of it; `appended` is the line of Allure, if there is one."""
        manifest = self._manifest
        with _locked(self._file.parent):
            others = [point for point in _read(self._file) if point["uuid"] != manifest.run]
            own = {
                **(appended or {}),
                "uuid": manifest.run,
                "timestamp": _milliseconds(manifest.started),
                "target": manifest.target,
                "partial": manifest.is_partial,
                "statuses": statuses_of(manifest),
                "titles": {entry.history_id: entry.title for entry in manifest.scenarios if entry.history_id},
                "testResults": {
                    id: _shortened(result) for id, result in (appended or {}).get("testResults", {}).items()
                },
            }
            points = sorted([*others, own], key=lambda point: int(point["timestamp"]))[-LIMIT:]
            _drop_old_titles(points)
            unfinished = self._file.with_suffix(".tmp")
            _write(unfinished, points)
            unfinished.replace(self._file)


def record(manifest: Manifest, folder: Path) -> None:
    """Store a run in the history at its end. Raises ReportError if the history is unreadable."""
    History(history_file(folder), manifest).store()


def history_file(folder: Path) -> Path:
    """Return the history for a folder of reports: runs in a folder of their own share that of the reports."""
    folder = folder.absolute()
    shared = folder.parent if folder.name.startswith(PARALLEL) and (folder.parent / ".lock").exists() else folder
    return shared / FILE


def statuses_of(manifest: Manifest) -> dict[str, str]:
    """Return the status of each scenario that has a result, by history id."""
    return {
        entry.history_id: str(entry.status)
        for entry in manifest.scenarios
        if entry.history_id and entry.status is not Status.NOT_RUN
    }


@functools.cache
def renamed() -> Mapping[str, str]:
    """Return the current ids of renamed scenarios by their former ids, both ours and those of Allure."""
    content: dict[str, str] = json.loads(_RENAMED.read_text(encoding="utf-8"))
    return content


def _shortened(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return only what Allure needs; for failures the message as well."""
    needed = _NEEDED | {"message"} if result.get("status") in _BAD else _NEEDED
    return {name: value for name, value in result.items() if name in needed}


def _drop_old_titles(points: Sequence[dict[str, Any]]) -> None:
    """Keep the titles of the newest complete run of each target only: they are compared with the next run."""
    actual = set()
    for point in reversed(points):
        if point.get("partial") or point.get("target") in actual:
            point.pop("titles", None)
        else:
            actual.add(point.get("target"))


def _read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    points = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            point = json.loads(line)
            results = {_current(id): result for id, result in point["testResults"].items()}
            titles = {_current(id): title for id, title in point.get("titles", {}).items()}
            statuses = {_current(id): status for id, status in point["statuses"].items()}
            points.append(
                {
                    **point,
                    "timestamp": int(point["timestamp"]),
                    "uuid": str(point["uuid"]),
                    "testResults": {
                        id: {**result, "historyId": id} if "historyId" in result else result
                        for id, result in results.items()
                    },
                    "statuses": statuses,
                    **({"titles": titles} if titles else {}),
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReportError(
                f"{file}:{number}: unreadable line of the history ({error}). Remove the line, or move the file away."
            ) from error
    return points


def _current(id: str) -> str:
    """Return the current id of a scenario that may have been renamed."""
    return renamed().get(id, id)


def _write(file: Path, points: Sequence[Mapping[str, Any]]) -> None:
    file.write_text("".join(f"{json.dumps(point, separators=(',', ':'))}\n" for point in points), encoding="utf-8")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder: two runs that end at the same time both have to be stored."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
