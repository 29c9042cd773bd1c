"""The time limit of a scenario ends steps, hooks and clean-ups, and nothing between them."""

import threading
from collections.abc import Iterator

import pytest
from behave.matchers import Match
from behave.runner import Context, ModelRunner

from support.runner import watchdog
from support.runner.watchdog import ScenarioTimedOut, time_limit, unlimited


def waits(seconds: float) -> None:
    threading.Event().wait(seconds)


def in_a_step(seconds: float) -> None:
    """Run a step as behave does."""
    match = Match(lambda context: waits(seconds))
    match.arguments = []
    match.run(Context(ModelRunner(None)))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watchdog, "SOON", 0.02)
    yield


def test_a_step_is_ended_at_the_limit() -> None:
    told = r"after 0.1 s, its time limit; it was in waits, line \d+ of support/tests/test_watchdog.py"
    with pytest.raises(ScenarioTimedOut, match=told), time_limit(0.1):
        in_a_step(5)


def test_between_steps_nothing_is_ended_but_the_next_step_is() -> None:
    between = False
    with pytest.raises(ScenarioTimedOut), time_limit(0.1):
        waits(0.3)
        between = True
        in_a_step(5)
    assert between


def test_what_is_unlimited_does_not_count() -> None:
    with time_limit(0.3):
        in_a_step(0.1)
        with unlimited():
            in_a_step(0.4)
        in_a_step(0.1)


def test_the_clock_goes_on_after_what_is_unlimited() -> None:
    with pytest.raises(ScenarioTimedOut), time_limit(0.2):
        with unlimited():
            waits(0.1)
        in_a_step(5)
