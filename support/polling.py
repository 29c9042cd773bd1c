"""The one poller: `eventually` waits until a condition holds, `consistently` checks that it stays true.

No other module of the tests waits for time to pass. Both read immediately, keep every observation and report all of
them on failure: "VOD status: pending (0.0 s), processing (0.4 s); after 30.0 s expected completed, got processing".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from support.checks.comparison import format_value
from support.checks.strict_json import MissingField
from support.errors import AcceptanceError

Value = TypeVar("Value")

INTERVAL = 0.05  # seconds between two reads, unless the caller sets another interval
FIRST_INTERVAL = 0.01  # seconds; most effects come soon, so the first reads follow each other faster

SHORT = 200  # characters of an observation in the message of a timeout


class PollingTimeout(AssertionError):
    """A condition did not become true in time, or did not stay true."""


def plain_text(value: object) -> str:
    """Return a value as features write it; a text without quotes, because it is mostly the name of a state."""
    return value if isinstance(value, str) else format_value(value)


@dataclass
class Timeline(Generic[Value]):
    """All observations with their times (seconds since the first read), without repetitions."""

    subject: str
    show: Callable[[Value], str]
    start: float = field(default_factory=time.monotonic)
    changes: list[tuple[float, Value]] = field(default_factory=list)

    def add(self, value: Value) -> None:
        """Add an observation unless it equals the last one."""
        if not self.changes or self.show(self.changes[-1][1]) != self.show(value):
            self.changes.append((self.elapsed, value))

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    @property
    def values(self) -> list[Value]:
        """The observations in order, without repetitions."""
        return [value for _, value in self.changes]

    def __str__(self) -> str:
        observations = ", ".join(f"{self._shorten(value)} ({at:.1f} s)" for at, value in self.changes)
        return f"{self.subject}: {observations}"

    def _shorten(self, value: Value) -> str:
        text = self.show(value)
        return text if len(text) <= SHORT else f"{text[:SHORT]}..."


WaitListener = Callable[[Timeline[Any]], None]
_listener: ContextVar[WaitListener | None] = ContextVar("listener", default=None)


def report_waits(listener: WaitListener | None) -> None:
    """Pass the timeline of every wait of this thread to a listener when the wait ends; None stops this."""
    _listener.set(listener)


@contextmanager
def _reported(timeline: Timeline[Any]) -> Iterator[None]:
    try:
        yield
    finally:
        if listener := _listener.get():
            listener(timeline)


def eventually(
    subject: str,
    read: Callable[[], Value],
    condition: Callable[[Value], bool],
    *,
    expected: str,
    within: float,
    every: float = INTERVAL,
    show: Callable[[Value], str] = plain_text,
) -> Timeline[Value]:
    """Read until a condition holds; return all observations, the accepted one last.

    `within` and `every` are seconds; the first intervals are shorter, each twice the one before, up to `every`. The
    last read starts at the deadline or later, so that a slow machine does not turn a late success into a failure. An
    exception of `read` ends the wait. Raises PollingTimeout with the timeline.
    """
    timeline = Timeline(subject, show)
    interval = min(FIRST_INTERVAL, every)
    with _reported(timeline):
        while True:
            is_last = timeline.elapsed >= within
            value = read()
            timeline.add(value)
            holds, reason = _evaluate(condition, value)
            if holds:
                return timeline
            if is_last:
                raise PollingTimeout(_describe_timeout(timeline, value, expected, reason))
            time.sleep(min(interval, max(0.0, within - timeline.elapsed)))
            interval = min(2 * interval, every)


def consistently(
    subject: str,
    read: Callable[[], Value],
    condition: Callable[[Value], bool],
    *,
    expected: str,
    during: float,
    every: float = INTERVAL,
    show: Callable[[Value], str] = plain_text,
) -> Timeline[Value]:
    """Read for `during` seconds; raise PollingTimeout at the first value that does not meet the condition."""
    timeline = Timeline(subject, show)
    with _reported(timeline):
        while True:
            is_last = timeline.elapsed >= during
            value = read()
            timeline.add(value)
            holds, reason = _evaluate(condition, value)
            if not holds:
                raise PollingTimeout(f"{timeline}; expected {expected} for {during:g} s, got {show(value)}{reason}")
            if is_last:
                return timeline
            time.sleep(min(every, max(0.0, during - timeline.elapsed)))


def pause(seconds: float, ended: threading.Event | None = None) -> bool:
    """Wait for a number of seconds, or until an event is set; return whether it is set."""
    return (ended or threading.Event()).wait(seconds)


def _describe_timeout(timeline: Timeline[Value], value: Value, expected: str, reason: str) -> str:
    actual = timeline.show(value)
    if len(actual) > SHORT:  # the last observation decides, so a long one comes first and complete
        return f"{timeline.subject}: expected {expected} within {timeline.elapsed:.1f} s, got {actual}{reason}"
    return f"{timeline}; after {timeline.elapsed:.1f} s expected {expected}, got {actual}{reason}"


def _evaluate(condition: Callable[[Value], bool], value: Value) -> tuple[bool, str]:
    """Evaluate a condition; one that raises does not hold, because it was given a value that it cannot judge.

    Failures and errors of the feature are raised.
    """
    try:
        return bool(condition(value)), ""
    except (AcceptanceError, AssertionError) as error:
        if isinstance(error, MissingField):
            return False, f" ({error})"
        raise
    except Exception as error:  # noqa: BLE001 - the platform returned a value of another form than expected
        return False, f" (the condition raised {type(error).__name__}: {error})"
