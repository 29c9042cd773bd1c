"""Counters of events in periods of time: the basis of lockouts and rate limits.

A period starts with its first event. Counts are stored in Redis, where every process reads them, and in the memory of
this process. The higher one applies, so that a limit holds while Redis is away and after it is restored.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from support.reference.cache import Cache
from support.reference.errors import TooManyRequests

_SWEEP_SECONDS = 60.0

_COUNT = """
local events = redis.call('INCR', KEYS[1])
if events == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {events, redis.call('PTTL', KEYS[1])}
"""
_READ = "return {tonumber(redis.call('GET', KEYS[1]) or 0), redis.call('PTTL', KEYS[1])}"


@dataclass(frozen=True)
class Window:
    """The number of events of a period, and the seconds until it ends."""

    events: int = 0
    seconds_left: float = 0.0

    def reject_over(self, limit: int) -> None:
        """Raise TooManyRequests with ``Retry-After`` if there are more than ``limit`` events."""
        if self.events > limit:
            raise TooManyRequests(headers={"Retry-After": str(max(1, ceil(self.seconds_left)))})


class Counters:
    """The periods of one process, shared with other processes through Redis."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}  # events, and the end of the window
        self._next_sweep = 0.0

    def count(self, key: str, seconds: float) -> Window:
        """Add an event and return the period; the first event starts a period of ``seconds``."""
        with self._lock:  # around both counts: simultaneous events get different numbers
            self._sweep()
            events, ends_at = self._open_window(key) or (0, monotonic() + seconds)
            self._windows[key] = events + 1, ends_at
            # Redis may have been restored in the middle of the period, and must end it at the same time.
            left = max(1, int((ends_at - monotonic()) * 1000))
            return self._max_window(key, self._cache.run(lambda redis: redis.eval(_COUNT, 1, key, left)))

    def read(self, key: str) -> Window:
        """Return the current period."""
        shared = self._cache.run(lambda redis: redis.eval(_READ, 1, key))
        with self._lock:
            return self._max_window(key, shared)

    def _max_window(self, key: str, shared: Any) -> Window:
        events, ends_at = self._open_window(key) or (0, 0.0)
        here = Window(events, max(0.0, ends_at - monotonic()))
        there = Window(shared[0], max(0, shared[1]) / 1000) if shared else Window()
        return max(here, there, key=lambda window: window.events)

    def _open_window(self, key: str) -> tuple[int, float] | None:
        remembered = self._windows.get(key)
        return remembered if remembered and remembered[1] > monotonic() else None

    def _sweep(self) -> None:
        """Remove periods that have ended: any client can create names that fail to sign in."""
        now = monotonic()
        if now >= self._next_sweep:
            self._next_sweep = now + _SWEEP_SECONDS
            self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
