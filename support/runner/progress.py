"""A line on the terminal that tells how far a parallel run is."""

from __future__ import annotations

import shutil
import sys
from collections import Counter


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
