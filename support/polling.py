"""The one poller: `eventually` waits for something to become true, `consistently` watches that it stays true.

Nothing else in the tests waits for time to pass. Both look at once, keep every observation and tell the story when
they fail: "VOD status: pending (0.0 s), processing (0.4 s), still processing at 30.0 s (wanted completed)".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from support.checks.comparison import shown

Seen = TypeVar("Seen")

READ_AGAIN = 0.05  # seconds between two looks, unless the caller knows better
AT_FIRST = 0.01  # seconds; what happens at all mostly happens soon, so the first looks follow each other faster

SHORT = 40  # characters of what is told a second time, as still so at the end


class PollingTimeout(AssertionError):
    """What was waited for did not come, or what should have stayed did not stay."""


def plainly(value: object) -> str:
    """Return what was seen as features write it; a text without quotes, it is mostly a word for a state."""
    return value if isinstance(value, str) else shown(value)


@dataclass
class Timeline(Generic[Seen]):
    """What was seen and when, without repetitions. Times are seconds since the first look."""

    what: str
    show: Callable[[Seen], str]
    start: float = field(default_factory=time.monotonic)
    changes: list[tuple[float, Seen]] = field(default_factory=list)

    def add(self, value: Seen) -> None:
        """Note an observation; one that equals the last is not kept."""
        if not self.changes or self.show(self.changes[-1][1]) != self.show(value):
            self.changes.append((self.elapsed, value))

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.start

    @property
    def values(self) -> list[Seen]:
        """The observations in order, without repetitions."""
        return [value for _, value in self.changes]

    def __str__(self) -> str:
        story = ", ".join(f"{self.show(value)} ({at:.1f} s)" for at, value in self.changes)
        return f"{self.what}: {story}"


Witness = Callable[[Timeline[Any]], None]
_witness: ContextVar[Witness | None] = ContextVar("witness", default=None)


def report_waits(witness: Witness | None) -> None:
    """Have every wait of this thread told to the witness when it is over, however it ended."""
    _witness.set(witness)


@contextmanager
def _reported(timeline: Timeline[Any]) -> Iterator[None]:
    try:
        yield
    finally:
        if witness := _witness.get():
            witness(timeline)


def eventually(
    what: str,
    read: Callable[[], Seen],
    condition: Callable[[Seen], bool],
    *,
    expected: str,
    within: float,
    every: float = READ_AGAIN,
    show: Callable[[Seen], str] = plainly,
) -> Timeline[Seen]:
    """Look until `wanted` accepts what `look` returns; return all that was seen, the wanted value last.

    `within` and `every` are seconds; the first waits are shorter, each twice the one before, up to `every`. The last
    look begins no earlier than the deadline, so that a slow machine does not turn a late success into a failure. What
    `look` raises ends the wait. Raises NeverHappened with the timeline.
    """
    timeline = Timeline(what, show)
    pause = min(AT_FIRST, every)
    with _reported(timeline):
        while True:
            last = timeline.elapsed >= within
            value = read()
            timeline.add(value)
            if condition(value):
                return timeline
            if last:
                actual = show(value) if len(show(value)) <= SHORT else "so"
                raise PollingTimeout(f"{timeline}, still {actual} at {timeline.elapsed:.1f} s (wanted {expected})")
            time.sleep(min(pause, max(0.0, within - timeline.elapsed)))
            pause = min(2 * pause, every)


def consistently(
    what: str,
    read: Callable[[], Seen],
    condition: Callable[[Seen], bool],
    *,
    expected: str,
    during: float,
    every: float = READ_AGAIN,
    show: Callable[[Seen], str] = plainly,
) -> Timeline[Seen]:
    """Look for `during` seconds; raise NeverHappened at the first look that `wanted` refuses."""
    timeline = Timeline(what, show)
    with _reported(timeline):
        while True:
            last = timeline.elapsed >= during
            value = read()
            timeline.add(value)
            if not condition(value):
                raise PollingTimeout(f"{timeline} (wanted {expected} for {during:g} s)")
            if last:
                return timeline
            time.sleep(min(every, max(0.0, during - timeline.elapsed)))
