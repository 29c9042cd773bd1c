"""The history over runs, `history.jsonl`: one line for each run, written by Allure, kept by us.

Allure adds a line whenever it draws a page, dated by the drawing. Here a run has one line, however often it is drawn,
dated by the run; and only runs against the same target are compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.errors import ReportError
from support.report.manifest import Manifest

FILE = "history.jsonl"
LIMIT = 50
"""Runs that are kept, of all targets together."""
SHOWN = 20
"""Runs that the page draws; each takes a thousand scenarios a twentieth of a second more."""

_NEEDED = frozenset({"id", "historyId", "status", "start", "stop", "duration"})

_BAD = frozenset({"failed", "broken"})
_TELLING = _BAD | {"passed"}


@dataclass(frozen=True)
class Since:
    """When a scenario stopped passing: `began` is the first of `runs` in a row, `before` whether it passed earlier."""

    began: datetime
    runs: int
    passed_before: bool

    @property
    def sentence(self) -> str:
        """The same in words."""
        if self.runs == 1:
            return "new: it passed the last time" if self.passed_before else "not seen before"
        start = "since" if self.passed_before else "at least since"
        return f"{start} {self.began:%Y-%m-%d %H:%M} UTC ({self.runs} runs in a row)"


class History:
    """The runs before this one, and the file that keeps them."""

    def __init__(self, file: Path, manifest: Manifest) -> None:
        self._file = file
        self._manifest = manifest
        self._points = [point for point in _read(file) if point["uuid"] != manifest.run]

    @property
    def earlier(self) -> list[dict[str, Any]]:
        """The runs against the same target that began before this one, the oldest first."""
        now = _milliseconds(self._manifest.began)
        same = [point for point in self._points if point.get("target") == self._manifest.target]
        return [point for point in same if point["timestamp"] < now]

    def since(self, history_id: str) -> Since:
        """Return since when a scenario that does not pass now has not passed; runs that skipped it do not count."""
        runs = 1
        began = self._manifest.began
        for point in reversed(self.earlier):
            status = point["statuses"].get(history_id)
            if status in _BAD:
                runs += 1
                began = datetime.fromtimestamp(point["timestamp"] / 1000, UTC)
            elif status in _TELLING:
                return Since(began, runs, True)
        return Since(began, runs, False)

    def lend(self, file: Path) -> None:
        """Write the last of the earlier runs into a file to which Allure may add."""
        _write(file, self.earlier[-SHOWN:])

    def drawn(self, file: Path) -> dict[str, Any]:
        """Return the line that Allure has added to the file that was lent."""
        points = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        if len(points) != len(self.earlier[-SHOWN:]) + 1:
            raise ReportError("Allure did not add this run to the history: the report would not tell since when.")
        newest: dict[str, Any] = points[-1]
        return newest

    def keep(self, drawn: Mapping[str, Any], statuses: Mapping[str, str]) -> None:
        """Keep such a line as this run's, in place of an older one; `statuses` are those by our own history id."""
        own = {
            **drawn,
            "uuid": self._manifest.run,
            "timestamp": _milliseconds(self._manifest.began),
            "target": self._manifest.target,
            "statuses": dict(statuses),
            "testResults": {id: _shortened(result) for id, result in drawn["testResults"].items()},
        }
        points = sorted([*self._points, own], key=lambda point: int(point["timestamp"]))
        unfinished = self._file.with_suffix(".tmp")
        _write(unfinished, points[-LIMIT:])
        unfinished.replace(self._file)


def _shortened(result: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what takes most room and no page of ours shows; of what did not pass, the message stays."""
    needed = _NEEDED | {"message"} if result.get("status") in _BAD else _NEEDED
    return {name: value for name, value in result.items() if name in needed}


def _read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    points = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            point = json.loads(line)
            points.append({**point, "timestamp": int(point["timestamp"]), "uuid": str(point["uuid"])})
            _ = point["testResults"].items(), point["statuses"].items()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReportError(
                f"Line {number} of the history {file} cannot be read ({error}): take the line out, or the file away."
            ) from error
    return points


def _write(file: Path, points: Sequence[Mapping[str, Any]]) -> None:
    file.write_text("".join(f"{json.dumps(point, separators=(',', ':'))}\n" for point in points), encoding="utf-8")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
