"""The time limit of a scenario ends steps, hooks and clean-ups, and nothing between them."""

import threading
from collections.abc import Iterator

import pytest
from behave.configuration import Configuration
from behave.matchers import Match
from behave.parser import parse_feature
from behave.runner import Context, ModelRunner

from support.runner.workers import watchdog
from support.runner.workers.events import EventForwarder
from support.runner.workers.watchdog import ScenarioTimedOut, time_limit, unlimited


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
    told = r"exceeded its time limit of 0.1 s in waits, line \d+ of support/tests/runner/test_watchdog.py"
    with pytest.raises(ScenarioTimedOut, match=told), time_limit(0.1):
        in_a_step(5)


def test_a_hook_is_ended_at_the_limit() -> None:
    runner = ModelRunner(Configuration([], load_config=False))
    runner.context = Context(runner)
    runner.hooks = {"before_all": lambda context: waits(5)}
    with time_limit(0.1):
        assert not runner.run_hook("before_all")


def test_a_clean_up_is_ended_at_the_limit() -> None:
    context = Context(ModelRunner(None))
    context.add_cleanup(waits, 5)
    with pytest.raises(ScenarioTimedOut), time_limit(0.1):
        context._do_cleanups()


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


def test_a_runner_that_does_not_listen_is_not_the_scenarios_fault() -> None:
    scenario = parse_feature("Feature: F\n  Scenario: S\n    Given a step\n").scenarios[0]
    teller = EventForwarder(lambda messages: waits(0.4), str, live=True)
    teller.start(0, scenario)
    with time_limit(0.3):
        teller.scenario(scenario)
        in_a_step(0.1)


def test_the_clock_goes_on_after_what_is_unlimited() -> None:
    with pytest.raises(ScenarioTimedOut), time_limit(0.2):
        with unlimited():
            waits(0.1)
        in_a_step(5)
