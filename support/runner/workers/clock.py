"""Measures whether this process runs when it should: it may be stopped, or the machine overloaded."""

from __future__ import annotations

import threading
import time

INTERVAL = 0.1  # seconds between two beats
PAUSED = 2.0  # seconds: a single delay that no scheduler causes
OVERLOADED = 0.25  # share of the time by which beats were late in total


class ClockMonitor:
    """A thread that measures how late it is woken up. Times are in seconds."""

    def __init__(self, interval: float = INTERVAL) -> None:
        self._interval = interval
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="clock monitor", daemon=True)
        self.paused = 0.0
        self._late = 0.0
        self._last = self._since = time.monotonic()

    def start(self) -> None:
        """Start measuring."""
        self.reset()
        self._thread.start()

    def stop(self) -> None:
        """Stop measuring."""
        self._stopped.set()

    def reset(self) -> None:
        """Forget what was measured, at the start of a scenario."""
        self._last = self._since = time.monotonic()
        self.paused = self._late = 0.0

    def longest_pause(self) -> float:
        """Return the time for which the process was stopped since the last reset; 0 if it was not."""
        overdue = time.monotonic() - self._last - self._interval
        return self.paused + (overdue if overdue >= PAUSED else 0.0)

    def delay(self) -> float:
        """Return the share of the time since the last reset by which the process was late."""
        elapsed = time.monotonic() - self._since
        return self._late / elapsed if elapsed > 1.0 else 0.0

    def _beat(self) -> None:
        while not self._stopped.wait(self._interval):
            now = time.monotonic()
            late = max(0.0, now - self._last - self._interval)
            self._last = now
            if late >= PAUSED:
                self.paused += late
            else:
                self._late += late
