"""Ends a scenario that exceeds its time limit and reports what every thread was doing."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import CodeType, FrameType

import allure
from behave.matchers import Match
from behave.model import Scenario
from behave.runner import Context, ModelRunner

from support.allure.status import own_frames
from support.gherkin.tags import LIMIT

DEFAULT_LIMIT = 60.0  # seconds
GRACE = 15.0  # seconds for hooks and cleanups after the limit, each time they do not end
SOON = 0.05  # seconds

_STEP = Match.run.__code__
_HOOKS = (ModelRunner.run_hook.__code__, Context._do_cleanups.__code__)


class ScenarioTimedOut(Exception):
    """The scenario exceeded its time limit."""


def limit_of(scenario: Scenario) -> float:
    """Return the time limit of a scenario in seconds: its innermost tag `@limit.120s`, or 60."""
    limits = [match for tag in scenario.effective_tags if (match := LIMIT.fullmatch(tag))]
    own = [match for match in limits if match.string in scenario.tags]
    chosen = (own or limits)[-1:]
    return float(chosen[0]["seconds"]) if chosen else DEFAULT_LIMIT


@contextlib.contextmanager
def time_limit(seconds: float, paused: Callable[[], float] = lambda: 0.0) -> Iterator[None]:
    """Raise ScenarioTimedOut in steps, hooks and cleanups after `seconds`; again after each grace time.

    Elsewhere behave would not catch it, and no hook would clean up. `paused` returns for how many seconds the process
    was stopped; the limit is extended by them.
    """
    granted = 0.0

    def on_alarm(number: int, frame: FrameType | None) -> None:
        nonlocal granted
        extension = paused() - granted
        if extension > SOON:
            granted += extension
            signal.setitimer(signal.ITIMER_REAL, extension, GRACE)
            return
        if not _is_running(frame, _STEP, *_HOOKS):
            signal.setitimer(signal.ITIMER_REAL, SOON, GRACE)
            return
        allure.attach(_stacks(), "Stacks of all threads", allure.attachment_type.TEXT)
        raise ScenarioTimedOut(f"the scenario exceeded its time limit of {seconds:g} s {_place(frame)}")

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """Stop the clock of `time_limit` inside the block."""
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *left)


def in_step(frame: FrameType | None) -> bool:
    """Return whether the code of a step runs: an interrupt raised elsewhere would prevent the cleanup."""
    return _is_running(frame, _STEP)


def _is_running(frame: FrameType | None, *codes: CodeType) -> bool:
    while frame is not None and frame.f_code not in codes:
        frame = frame.f_back
    return frame is not None


def _place(frame: FrameType | None) -> str:
    """Return where the main thread was, outside libraries."""
    frames = traceback.extract_stack(frame)
    place = (own_frames(frames) or frames)[-1]
    return f"in {place.name}, line {place.lineno} of {place.filename}"


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n\n".join(
        f"Thread {names.get(ident, ident)}\n" + "".join(traceback.format_stack(frame))
        for ident, frame in sys._current_frames().items()
    )
