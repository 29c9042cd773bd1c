"""Counters of events in periods of time: the basis of lockouts and rate limits.

A period starts with its first event. Counts are stored in Redis, where every process reads them, and in the memory of
this process. The higher one applies, so that a limit holds while Redis is away and after it is restored.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import ceil
from time import monotonic, time
from typing import Any, NamedTuple

from support.reference.cache import Cache
from support.reference.errors import TooManyRequests

_SWEEP_SECONDS = 60.0

# A process that counted before a reset by another one starts a new period. ARGV: milliseconds left of its period,
# start of its period, milliseconds of a new period.
_COUNT = """
local reset_at = redis.call('GET', KEYS[2]) or '0'
local left = tonumber(reset_at) > tonumber(ARGV[2]) and ARGV[3] or ARGV[1]
local events = redis.call('INCR', KEYS[1])
if events == 1 then redis.call('PEXPIRE', KEYS[1], left) end
return {events, redis.call('PTTL', KEYS[1]), reset_at}
"""
_READ = """
return {tonumber(redis.call('GET', KEYS[1]) or 0), redis.call('PTTL', KEYS[1]), redis.call('GET', KEYS[2]) or '0'}
"""
_RESET = ":reset"
_MAX_PERIOD_SECONDS = 24 * 3600


class _Period(NamedTuple):
    """A period in the memory of this process: ``started_at`` in Unix time, ``ends_at`` monotonic."""

    events: int
    started_at: float
    ends_at: float


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
        self._windows: dict[str, _Period] = {}
        self._next_sweep = 0.0

    def count(self, key: str, seconds: float) -> Window:
        """Add an event and return the period; the first event starts a period of ``seconds``."""
        with self._lock:  # around both counts: simultaneous events get different numbers
            self._sweep()
            period = self._open_window(key) or _Period(0, time(), monotonic() + seconds)
            self._windows[key] = period._replace(events=period.events + 1)
            # Redis may have been restored in the middle of the period, and must end it at the same time.
            left = max(1, int((period.ends_at - monotonic()) * 1000))
            arguments = (left, period.started_at, int(seconds * 1000))
            shared = self._cache.run(lambda redis: redis.eval(_COUNT, 2, key, key + _RESET, *arguments))
            if shared and float(shared[2]) > period.started_at:
                self._windows[key] = _Period(1, time(), monotonic() + seconds)
            return self._max_window(key, shared)

    def read(self, key: str) -> Window:
        """Return the current period."""
        shared = self._cache.run(lambda redis: redis.eval(_READ, 2, key, key + _RESET))
        with self._lock:
            period = self._open_window(key)
            if period and shared and float(shared[2]) > period.started_at:
                del self._windows[key]
            return self._max_window(key, shared)

    def reset(self, key: str) -> None:
        """End the current period. Without Redis the other processes do not learn of it."""
        with self._lock:
            self._windows.pop(key, None)
        self._cache.invalidate(key)
        self._cache.set(key + _RESET, str(time()).encode(), _MAX_PERIOD_SECONDS)

    def _max_window(self, key: str, shared: Any) -> Window:
        period = self._open_window(key)
        here = Window(period.events, max(0.0, period.ends_at - monotonic())) if period else Window()
        there = Window(shared[0], max(0, shared[1]) / 1000) if shared else Window()
        return max(here, there, key=lambda window: window.events)

    def _open_window(self, key: str) -> _Period | None:
        period = self._windows.get(key)
        return period if period and period.ends_at > monotonic() else None

    def _sweep(self) -> None:
        """Remove periods that have ended: any client can create names that fail to sign in."""
        now = monotonic()
        if now >= self._next_sweep:
            self._next_sweep = now + _SWEEP_SECONDS
            self._windows = {key: window for key, window in self._windows.items() if window.ends_at > now}
