"""What a run says it has checked: only what passed, and nothing missing that was not asked for."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from behave.model_type import Status
from behave.parser import parse_feature

from support.evidence.exchanges import Observed
from support.gherkin.behaviours import behaviours
from support.report.coverage import Coverage, CoverageStatus, Shown, State, merged, read
from support.report.coverage_pages import pages
from support.runner.output.coverage import coverage_of, scenarios_in
from support.runner.workers.outcome import ScenarioOutcome
from support.tests.project import PROJECT

FEATURE = """
Feature: Captions
  @id.VOD-040
  Scenario: first
    Given a step
  @id.VOD-040
  Scenario: second
    Given a step
  @id.REC-001
  Scenario: third
    Given a step
"""
DOCUMENTED = {("GET /a", "200"), ("GET /a", "500"), ("GET /b", "200")}
LIST, DELETE = "GET /api/vod/list", "DELETE /api/vod/{vod_id}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / "captions.feature").write_text(FEATURE)
    (folder / "other.feature").write_text("Feature: Other\n  @id.ACC-001\n  Scenario: fourth\n    Given a step\n")
    return folder


def run(folder: Path, statuses: Sequence[Status], *observed: Observed) -> Coverage:
    """A run of the first scenarios of the feature."""
    feature = parse_feature(FEATURE, filename=str(folder / "captions.feature"))
    chosen = feature.walk_scenarios()[: len(statuses)]
    outcomes = {}
    for number, (scenario, status) in enumerate(zip(chosen, statuses, strict=True)):
        scenario.set_status(status)
        seen: Any = {"observed": observed[number]} if number < len(observed) else {}
        outcomes[number] = ScenarioOutcome(status.name, False, None, None, None, (), (), 0.1, **seen)
    return coverage_of([feature], chosen, outcomes, DOCUMENTED, folder)


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([Status.passed, Status.passed], State.SHOWN),
        ([Status.passed, Status.skipped], State.SHOWN),
        ([Status.passed, Status.failed], State.NOT_PASSED),
        ([Status.passed, Status.hook_error], State.NOT_PASSED),
        ([Status.passed, Status.untested], State.NOT_PASSED),
        ([Status.skipped, Status.skipped], State.SKIPPED),
    ],
)
def test_a_behaviour_is_shown_by_what_passed_alone(folder: Path, statuses: list[Status], state: State) -> None:
    assert run(folder, statuses).behaviours["VOD-040"].state is state


def test_what_was_not_asked_for_is_not_missing(folder: Path) -> None:
    coverage = run(folder, [Status.passed])
    assert (coverage.scenarios, coverage.available, coverage.whole) == (1, 4, False)
    assert coverage.behaviours["REC-001"].state is State.NOT_PART
    assert coverage.behaviours["ACC-001"].state is State.NOT_PART
    assert coverage.in_state(State.SHOWN) == ["VOD-040"]
    assert "ACC-002" in coverage.in_state(State.NO_SCENARIO)


def test_an_answer_counts_if_a_scenario_that_passed_saw_it(folder: Path) -> None:
    one, two = Observed(frozenset({("GET /a", "200")})), Observed(frozenset({("GET /a", "500"), ("GET /a", "200")}))
    coverage = run(folder, [Status.passed, Status.failed], one, two)
    assert coverage.answers == {
        "GET /a": {"200": CoverageStatus.SEEN, "500": CoverageStatus.UNPROVEN},
        "GET /b": {"200": CoverageStatus.NOT_SEEN},
    }
    assert coverage.never_called == ["GET /b"]
    assert "1 of 2 operations, 1 of 3 of their answers were seen" in list(coverage.lines())[1]


def test_roles_and_faults_come_from_what_passed(folder: Path) -> None:
    seen = Observed(
        verdicts=frozenset({(LIST, "viewer", "allowed"), (LIST, "nobody", "rejected")}),
        faults=frozenset({("Redis", "frozen")}),
    )
    lost = Observed(verdicts=frozenset({(DELETE, "viewer", "allowed")}), faults=frozenset({("Redis", "gone")}))
    coverage = run(folder, [Status.passed, Status.failed], seen, lost)
    assert coverage.roles == {LIST: {"viewer": "allowed", "nobody": "rejected"}}
    assert coverage.faults == {"Redis": {"frozen": ["VOD-040"]}}


def test_scenarios_are_counted_as_behave_does() -> None:
    for file in (PROJECT / "features").rglob("*.feature"):
        text = file.read_text()
        for one in (text, text.replace("Scenario:", "Example:").replace("Examples:", "Scenarios:")):
            assert scenarios_in(one) == len(parse_feature(one, filename=str(file)).walk_scenarios()), file


def test_shards_add_up(folder: Path) -> None:
    first = run(
        folder, [Status.passed], Observed(frozenset({("GET /a", "200")}), faults=frozenset({("Redis", "gone")}))
    )
    second = Coverage(
        scenarios=3,
        available=4,
        behaviours={"VOD-040": Shown(not_passed=1, known=True), "ACC-001": Shown(passed=1, known=True)},
        answers={"GET /a": {"200": CoverageStatus.UNPROVEN, "500": CoverageStatus.SEEN}},
        roles={LIST: {"viewer": "allowed"}},
        faults={"Redis": {"gone": ["REC-010"], "frozen": ["REC-011"]}},
    )
    both = merged([first, second])
    assert (both.scenarios, both.whole) == (4, True)
    assert both.behaviours["VOD-040"] == Shown(passed=1, not_passed=1, known=True)
    assert both.answers["GET /a"] == {"200": CoverageStatus.SEEN, "500": CoverageStatus.SEEN}
    assert both.faults == {"Redis": {"gone": ["REC-010", "VOD-040"], "frozen": ["REC-011"]}}


def test_what_is_written_is_read_again_and_says_each_state(folder: Path, tmp_path: Path) -> None:
    coverage = run(folder, [Status.passed], Observed(frozenset({("GET /a", "200")})))
    written = json.loads(coverage.write(tmp_path).read_text())
    assert written["states"]["VOD-040"] == "shown"
    assert written["whole"] is False
    assert read(tmp_path) == coverage
    assert read(folder) is None


def test_the_pages_tell_it_in_words(folder: Path) -> None:
    seen = Observed(
        frozenset({("GET /a", "200")}),
        frozenset({(LIST, "viewer", "allowed"), (LIST, "nobody", "rejected"), (LIST, "editor", "answered 500")}),
        frozenset({("Redis", "frozen")}),
    )
    told = {title.partition(": ")[2]: text for title, text in pages(run(folder, [Status.passed], seen)).items()}
    assert "**This run was a part of the suite: 1 of 4 scenarios.**" in told["in short"]
    assert f"| **all of it** | {len(behaviours())} | 1 | 2 | {len(behaviours()) - 3} |" in told["in short"]
    assert f"| VOD-040 | shown (1 passed) | {behaviours()['VOD-040']} |" in told["agreed behaviours"]
    assert f"| {LIST} | – | ✓ | answered 500 |  |  |" in told["who may do what"]
    assert "| frozen |  | 1 |  |  |  |  |" in told["what was broken on purpose"]
    assert "- Redis is frozen: VOD-040" in told["what was broken on purpose"]
    assert "**Not called in this run** (1): GET /b\n" in told["operations and answers of the API"]
    assert "| GET /a | 200 | 500 |" in told["operations and answers of the API"]


def test_what_only_a_failed_scenario_saw_is_marked(folder: Path) -> None:
    seen = Observed(frozenset({("GET /a", "500")}))
    told = pages(run(folder, [Status.failed], seen))["What was checked: operations and answers of the API"]
    assert "\\* seen only in scenarios that did not pass" in told
    assert "| GET /a |  | 200, 500\\* |" in told


def test_the_parameters_of_a_path_are_dots() -> None:
    told = Coverage(
        scenarios=1, available=1, behaviours={}, answers={}, roles={DELETE: {"viewer": "rejected"}}, faults={}
    )
    assert "| DELETE /api/vod/… |  | – |  |  |  |" in pages(told)["What was checked: who may do what"]


def test_a_run_that_saw_nothing_says_so(folder: Path) -> None:
    nothing = Coverage(scenarios=4, available=4, behaviours={}, answers={}, roles={}, faults={})
    told = "\n".join(pages(nothing).values())
    assert "This run had all 4 scenarios." in told
    assert "No scenario that passed tried who may do what" in told
    assert "No scenario that passed broke a part of the platform" in told
    assert "publishes no OpenAPI document" in told
