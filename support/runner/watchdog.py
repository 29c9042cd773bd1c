"""Ends a scenario that takes longer than it may, and tells what every thread was doing."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from types import FrameType

import allure
from behave.model import Scenario

from support.tags import LIMIT

DEFAULT_LIMIT = 60.0  # seconds
GRACE = 15.0  # seconds for hooks and clean-up after the limit, each time they hang


class ScenarioTimedOut(Exception):
    """The scenario took longer than its time limit."""


def limit_of(scenario: Scenario) -> float:
    """Return how many seconds a scenario may take: its innermost tag `@limit.120s`, or else 60."""
    limits = [match for tag in scenario.effective_tags if (match := LIMIT.fullmatch(tag))]
    own = [match for match in limits if match.string in scenario.tags]
    chosen = (own or limits)[-1:]
    return float(chosen[0]["seconds"]) if chosen else DEFAULT_LIMIT


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise ScenarioTimedOut in the main thread when the block takes longer; again after each further grace time."""

    def end(number: int, frame: FrameType | None) -> None:
        allure.attach(_stacks(), "Stacks of all threads", allure.attachment_type.TEXT)
        raise ScenarioTimedOut(f"the scenario was ended after {seconds:g} s, its time limit; {_place(frame)}")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _place(frame: FrameType | None) -> str:
    """Return where the main thread was, in code that is not a library's."""
    while frame is not None and "site-packages" in frame.f_code.co_filename and frame.f_back is not None:
        frame = frame.f_back
    if frame is None:
        return "where it was is not known"
    return f"it was in {frame.f_code.co_name}, line {frame.f_lineno} of {frame.f_code.co_filename}"


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n\n".join(
        f"Thread {names.get(ident, ident)}\n" + "".join(traceback.format_stack(frame))
        for ident, frame in sys._current_frames().items()
    )
