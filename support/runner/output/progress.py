"""The progress of a run: a live line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import itertools
import shutil
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from behave.formatter.progress import ProgressFormatterBase
from behave.model_type import Status

from support.report.summary import duration

INTERVAL = 10.0  # seconds between two lines where there is no terminal

# `-f progress` would end the run at the first cleanup that fails.
ProgressFormatterBase.dot_status[Status.cleanup_error] = "C"


class Progress:
    """Counts scenarios and shows how many are done, how many failed, and the estimated time that is left.

    `expected` are the expected durations of the scenarios in seconds, by name. The line is written to standard error
    while the runner waits for workers; `live` shows it on a terminal as well.
    """

    def __init__(self, total: int, expected: Mapping[str, float], *, live: bool, stream: TextIO | None = None) -> None:
        self._total = total
        self._expected = expected
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream is not None and self._stream.isatty()
        self._live = live and self._terminal
        self._running: list[str] = []
        self._ended: Counter[str] = Counter()
        self._done_seconds = 0.0
        self._shown = False
        self._start = self._printed_at = time.monotonic()

    def started(self, name: str) -> None:
        """Count a scenario that started."""
        self._running.append(name)

    def ended(self, name: str, status: str) -> None:
        """Count a scenario that ended, with behave's status."""
        if name in self._running:
            self._running.remove(name)
        self._ended[status] += 1
        self._done_seconds += self._expected.get(name, 0.0)

    def update(self) -> None:
        """Show the current state: on a terminal at once, elsewhere every ten seconds."""
        if not (self._running or self._ended) or self._stream is None:
            return
        if self._live:
            columns = shutil.get_terminal_size().columns - 1
            line = _fitting(f"{self.line()}  running: {'; '.join(self._running)}", columns)
            print(f"\r\033[K{line}", end="", file=self._stream, flush=True)
            self._shown = True
        elif not self._terminal and time.monotonic() - self._printed_at >= INTERVAL:
            self._printed_at = time.monotonic()
            print(self.line(), file=self._stream, flush=True)

    def line(self) -> str:
        """Return the state in words."""
        done = self._ended.total()
        failed = sum(count for status, count in self._ended.items() if Status[status].has_failed())
        parts = [f"{done} of {self._total} scenarios done", f"{failed} failed"]
        if skipped := self._ended[Status.skipped.name]:
            parts.append(f"{skipped} skipped")
        if (left := self._seconds_left()) is not None:
            parts.append(f"about {duration(left)} left")
        return ", ".join(parts)

    def _seconds_left(self) -> float | None:
        """Estimate the time that is left, by expected durations if there are any, else by the number of scenarios."""
        done = self._ended.total()
        if not done or done == self._total:
            return None
        total_seconds = sum(self._expected.values())
        share = self._done_seconds / total_seconds if self._done_seconds else done / self._total
        return (time.monotonic() - self._start) * (1 - share) / share if 0 < share < 1 else None

    def clear(self) -> None:
        """Remove the live line, before something else is printed."""
        if self._shown:
            print("\r\033[K", end="", file=self._stream, flush=True)
            self._shown = False

    def print(self, text: str) -> None:
        """Print text to standard output, without the live line."""
        self.clear()
        print(text, end="")


def _fitting(text: str, columns: int) -> str:
    """Return as much of the text as fits; characters of East Asian scripts and emoji take two columns."""
    widths = itertools.accumulate(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
    return text[: sum(width <= columns for width in widths)]
