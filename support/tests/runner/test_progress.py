"""How long a run took, as its summary tells it, and what fits into its live line."""

from behave.configuration import Configuration
from behave.model_type import Status
from behave.parser import parse_feature

from support.runner.output.progress import _fitting
from support.runner.output.totals import Totals


def test_the_summary_tells_the_time_on_the_clock_whatever_steps_took_side_by_side() -> None:
    summary = Totals(Configuration([]))
    feature = parse_feature("Feature: F\n  Scenario: S\n    Given a step\n")
    feature.scenarios[0].steps[0].duration = 1000.0
    assert feature.duration == 1000.0
    summary.process_feature(feature)
    assert 0.0 <= summary.duration < 100.0


TWO = "Feature: F\n  Rule: R\n    Scenario: A\n      Given a step\n    Scenario: B\n      Given a step\n"


def test_what_never_came_to_its_turn_did_not_fail() -> None:
    summary = Totals(Configuration([]))
    feature = parse_feature(TWO)
    [first, _] = feature.walk_scenarios()
    first.set_status(Status.passed)
    first.steps[0].status = Status.passed
    summary.process_feature(feature)
    assert summary.feature_summary["failed"] == summary.rule_summary["failed"] == 0
    assert summary.feature_summary["untested"] == summary.rule_summary["untested"] == 1


def test_what_holds_a_scenario_that_failed_did_fail() -> None:
    summary = Totals(Configuration([]))
    feature = parse_feature(TWO)
    [first, _] = feature.walk_scenarios()
    first.set_status(Status.failed)
    first.steps[0].status = Status.failed
    summary.process_feature(feature)
    assert summary.feature_summary["failed"] == 1


def test_the_live_line_has_room_for_what_takes_two_columns() -> None:
    assert [_fitting(text, 5) for text in ("running", "a市议会", "ab🎉🎉")] == ["runni", "a市议", "ab🎉"]
