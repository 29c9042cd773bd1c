"""How long a run took, as its summary tells it."""

from behave.configuration import Configuration
from behave.parser import parse_feature

from support.runner.progress import Summary


def test_the_summary_tells_the_time_on_the_clock_whatever_steps_took_side_by_side() -> None:
    summary = Summary(Configuration([]))
    feature = parse_feature("Feature: F\n  Scenario: S\n    Given a step\n")
    feature.scenarios[0].steps[0].duration = 1000.0
    assert feature.duration == 1000.0
    summary.process_feature(feature)
    assert 0.0 <= summary.duration < 100.0
