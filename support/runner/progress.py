"""How far a parallel run is, in a line on the terminal, and how long a run took, in its summary."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter

from behave.configuration import Configuration
from behave.reporter.summary import SummaryReporter


class Progress:
    """The line stands on standard error, only on a terminal, and goes away before anything else is printed."""

    def __init__(self, total: int, *, show: bool) -> None:
        self._total = total
        self._show = show and sys.stderr.isatty()
        self._running: list[str] = []
        self._ended: Counter[str] = Counter()
        self._shown = False

    def began(self, name: str) -> None:
        """A scenario begins."""
        self._running.append(name)
        self._draw()

    def ended(self, name: str, status: str) -> None:
        """A scenario has ended."""
        if name in self._running:
            self._running.remove(name)
        self._ended[status] += 1
        self._draw()

    def _draw(self) -> None:
        if not self._show:
            return
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self._ended.items()))
        line = f"{self._ended.total()}/{self._total}  {counts}  running: {'; '.join(self._running)}"
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{line[:width]}", end="", file=sys.stderr, flush=True)
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


class SummaryByTheClock(SummaryReporter):  # type: ignore[misc]
    """behave's summary, with the seconds since the run began: behave adds up steps, without those under rules."""

    def __init__(self, config: Configuration) -> None:
        self._began = time.monotonic()
        super().__init__(config)

    @property
    def duration(self) -> float:
        """Seconds on the clock."""
        return time.monotonic() - self._began

    @duration.setter
    def duration(self, value: float) -> None:
        pass  # behave adds to it what a feature took
