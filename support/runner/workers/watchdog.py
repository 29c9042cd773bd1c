"""Ends a scenario that takes longer than it may, and tells what every thread was doing."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from types import CodeType, FrameType

import allure
from behave.matchers import Match
from behave.model import Scenario
from behave.runner import Context, ModelRunner

from support.allure.status import own_frames
from support.gherkin.tags import LIMIT

DEFAULT_LIMIT = 60.0  # seconds
GRACE = 15.0  # seconds for hooks and clean-up after the limit, each time they hang
SOON = 0.05  # seconds

_STEP = Match.run.__code__
_HOOKS = (ModelRunner.run_hook.__code__, Context._do_cleanups.__code__)


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
    """Raise ScenarioTimedOut in steps, hooks and clean-ups when the block takes longer; again after each grace time.

    Between them behave would not catch it, and no hook would clean up any more.
    """

    def end(number: int, frame: FrameType | None) -> None:
        if not _runs(frame, _STEP, *_HOOKS):
            signal.setitimer(signal.ITIMER_REAL, SOON, GRACE)
            return
        allure.attach(_stacks(), "Stacks of all threads", allure.attachment_type.TEXT)
        raise ScenarioTimedOut(f"the scenario was ended after {seconds:g} s, its time limit; {_place(frame)}")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """Stop the clock of `time_limit` inside: the scenario has not to answer for what this takes."""
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *left)


def in_step(frame: FrameType | None) -> bool:
    """Whether it is a step's own code that runs: raised before or after it, an interrupt would cost the clean-up."""
    return _runs(frame, _STEP)


def _runs(frame: FrameType | None, *calls: CodeType) -> bool:
    """Whether one of these calls is under way in this frame."""
    while frame is not None and frame.f_code not in calls:
        frame = frame.f_back
    return frame is not None


def _place(frame: FrameType | None) -> str:
    """Return where the main thread was, in code that is not a library's."""
    frames = traceback.extract_stack(frame)
    place = (own_frames(frames) or frames)[-1]
    return f"it was in {place.name}, line {place.lineno} of {place.filename}"


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n\n".join(
        f"Thread {names.get(ident, ident)}\n" + "".join(traceback.format_stack(frame))
        for ident, frame in sys._current_frames().items()
    )
