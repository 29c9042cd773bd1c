"""Statuses that behave reports as passed, skipped or without a reason are reported as what they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.errors import ExitCode
from support.partners.server import PartnerServer
from support.report.manifest import read
from support.tests.runner_probe import Ended, Probe

STEPS = """
from behave import when
from behave.api.pending_step import StepNotImplementedError


@when("it is pending")
def pending(context):
    raise StepNotImplementedError("needs the archive")
"""
ABORTS = "def before_scenario(context, scenario):\n    context.abort('enough')\n"
AMBIGUOUS = """

@when("the {a} is ok")
def first(context, a):
    pass


@when("{b} clip is ok")
def second(context, b):
    pass
"""


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[Probe]:
    with PartnerServer("A platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        probe = Probe(tmp_path, server.url)
        for feature in (probe.folder / "features").iterdir():
            feature.unlink()
        yield probe


def run(probe: Probe, scenario: str, hooks: str = "", steps: str = "") -> Ended:
    (probe.folder / "features" / "one.feature").write_text(f"Feature: One\n{scenario}")
    (probe.folder / "steps" / "extra.py").write_text(STEPS + steps)
    with (probe.folder / "environment.py").open("a") as file:
        file.write(f"\n\n{hooks}")
    return probe.run()


def test_a_pending_step_fails_whatever_the_tags(probe: Probe) -> None:
    ended = run(probe, "  @wip\n  Scenario: A\n    When it is pending\n")
    assert (ended.exit_code, ended.allure, ended.rerun) == (ExitCode.TEST_ERROR, {"A": "broken"}, {"A"})


def test_an_aborted_run_is_not_green_and_reports_the_reason(probe: Probe) -> None:
    ended = run(probe, "  Scenario: A\n    Given a clip\n", ABORTS)
    assert (ended.exit_code, ended.allure, ended.rerun) == (ExitCode.TEST_ERROR, {"A": "broken"}, {"A"})
    assert read(probe.folder / "reports").errors == ("The run was aborted: enough.",)


def test_an_ambiguous_step_is_rejected_with_both_places(probe: Probe) -> None:
    ended = run(probe, "  Scenario: A\n    When the clip is ok\n", steps=AMBIGUOUS)
    assert ended.exit_code == ExitCode.SELECTION
    assert ended.errors.count("steps/extra.py:") == 2


def test_a_failed_check_and_a_failed_hook_are_both_reported(probe: Probe) -> None:
    ended = run(probe, "  Scenario: A [after_step]\n    Then it is wrong\n")
    [entry] = read(probe.folder / "reports").scenarios
    assert ended.exit_code == ExitCode.FAILED
    assert entry.message == (
        "The clip should be captioned, but was not.\nThe teardown of this step failed: RuntimeError: after_step broke"
    )


def test_the_error_of_a_cleanup_is_in_the_manifest(probe: Probe) -> None:
    run(probe, "  Scenario: A [cleanup]\n    Given a clip\n")
    [entry] = read(probe.folder / "reports").scenarios
    assert entry.message == "Cleanup of this scenario failed: RuntimeError: cleanup broke"
