"""The coverage of a run: only passed scenarios count, and nothing outside the selection is missing."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from behave.model_type import Status
from behave.parser import parse_feature

from support.evidence.exchanges import Observed
from support.gherkin.behaviours import behaviours
from support.report.coverage import BehaviourStatus, Coverage, CoverageStatus, ScenarioCounts, merged, read
from support.report.front_page import Places, render
from support.report.history import Changes
from support.report.manifest import Status as EntryStatus
from support.report.tabs.coverage import by_path, coverage_tab
from support.runner.output.coverage import coverage_of, scenarios_in
from support.runner.workers.outcome import ScenarioOutcome
from support.tests.generated_run import entry, manifest
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
    ("statuses", "status"),
    [
        ([Status.passed, Status.passed], BehaviourStatus.COVERED),
        ([Status.passed, Status.skipped], BehaviourStatus.COVERED),
        ([Status.passed, Status.failed], BehaviourStatus.FAILED),
        ([Status.passed, Status.hook_error], BehaviourStatus.FAILED),
        ([Status.passed, Status.untested], BehaviourStatus.FAILED),
        ([Status.skipped, Status.skipped], BehaviourStatus.SKIPPED),
    ],
)
def test_only_passed_scenarios_cover_a_behaviour(folder: Path, statuses: list[Status], status: BehaviourStatus) -> None:
    assert run(folder, statuses).behaviours["VOD-040"].status is status


def test_behaviours_outside_the_selection_are_not_missing(folder: Path) -> None:
    coverage = run(folder, [Status.passed])
    assert (coverage.scenarios, coverage.available, coverage.complete) == (1, 4, False)
    assert coverage.behaviours["REC-001"].status is BehaviourStatus.NOT_IN_RUN
    assert coverage.behaviours["ACC-001"].status is BehaviourStatus.NOT_IN_RUN
    assert coverage.with_status(BehaviourStatus.COVERED) == ["VOD-040"]
    assert "ACC-002" in coverage.with_status(BehaviourStatus.NO_SCENARIO)


def test_a_response_counts_if_a_passed_scenario_received_it(folder: Path) -> None:
    one, two = Observed(frozenset({("GET /a", "200")})), Observed(frozenset({("GET /a", "500"), ("GET /a", "200")}))
    coverage = run(folder, [Status.passed, Status.failed], one, two)
    assert coverage.responses == {
        "GET /a": {"200": CoverageStatus.COVERED, "500": CoverageStatus.FAILED_ONLY},
        "GET /b": {"200": CoverageStatus.NOT_COVERED},
    }
    assert coverage.not_called == ["GET /b"]
    assert "API operations covered: 1 of 2; 1 different documented responses received" in list(coverage.lines())[1]


def test_roles_and_faults_come_from_passed_scenarios(folder: Path) -> None:
    seen = Observed(
        verdicts=frozenset({(LIST, "viewer", "allowed"), (LIST, "unauthenticated", "rejected")}),
        faults=frozenset({("Redis", "frozen")}),
    )
    lost = Observed(verdicts=frozenset({(DELETE, "viewer", "allowed")}), faults=frozenset({("Redis", "gone")}))
    coverage = run(folder, [Status.passed, Status.failed], seen, lost)
    assert coverage.roles == {LIST: {"viewer": "allowed", "unauthenticated": "rejected"}}
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
        behaviours={"VOD-040": ScenarioCounts(failed=1, known=True), "ACC-001": ScenarioCounts(passed=1, known=True)},
        responses={"GET /a": {"200": CoverageStatus.FAILED_ONLY, "500": CoverageStatus.COVERED}},
        roles={LIST: {"viewer": "allowed"}},
        faults={"Redis": {"gone": ["REC-010"], "frozen": ["REC-011"]}},
    )
    both = merged([first, second])
    assert (both.scenarios, both.complete) == (4, True)
    assert both.behaviours["VOD-040"] == ScenarioCounts(passed=1, failed=1, known=True)
    assert both.responses["GET /a"] == {"200": CoverageStatus.COVERED, "500": CoverageStatus.COVERED}
    assert both.faults == {"Redis": {"gone": ["REC-010", "VOD-040"], "frozen": ["REC-011"]}}


def test_a_written_coverage_is_read_again(folder: Path, tmp_path: Path) -> None:
    coverage = run(folder, [Status.passed], Observed(frozenset({("GET /a", "200")})))
    written = json.loads(coverage.write(tmp_path).read_text())
    assert written["statuses"]["VOD-040"] == "covered"
    assert written["complete"] is False
    assert read(tmp_path) == coverage
    assert read(folder) is None


def shown(coverage: Coverage, anchors: Mapping[str, str] | None = None) -> str:
    """The text of the tab."""
    scenarios = [
        entry(1, behaviour="VOD-040", title="first", epic="Captions"),
        entry(2, EntryStatus.FAILED, behaviour="VOD-040", title="second", epic="Captions"),
        entry(3, EntryStatus.SKIPPED, behaviour="REC-001", title="third", epic="Recovery"),
    ]
    page = render(manifest(scenarios), Places(anchors or {}), coverage, Changes(is_first=True))
    return " ".join(html.unescape(re.sub(r"<(?!a )[^>]+>", " ", page)).split())


def test_the_tab_shows_every_part(folder: Path) -> None:
    observed = Observed(
        frozenset({("GET /a", "200")}),
        frozenset(
            {(LIST, "viewer", "allowed"), (LIST, "unauthenticated", "rejected"), (LIST, "editor", "answered 500")}
        ),
        frozenset({("Redis", "frozen")}),
    )
    text = shown(run(folder, [Status.passed], observed))
    assert "Partial run: 1 of 4 scenarios. Behaviours outside this selection are “not in this run”." in text
    assert f"Total {len(behaviours())} 1 2 {len(behaviours()) - 3}" in text
    assert f"VOD-040 {behaviours()['VOD-040']} covered 2 first (passed) second (failed)" in text
    assert f"{LIST} – ✓ answered 500" in text
    assert "Redis is frozen: " in text
    assert "Not called in this run (1): GET /b" in text
    assert "GET /a 200 500" in text


def test_an_id_links_to_its_scenarios(folder: Path) -> None:
    text = shown(
        run(folder, [Status.passed]), {"features/generated.feature:1": "a1", "features/generated.feature:2": "b2"}
    )
    assert '<a href="#a1">VOD-040' in text
    assert '<a href="#a1">first (passed) <a href="#b2">second (failed)' in text


def test_the_front_page_has_the_coverage_by_epic(folder: Path) -> None:
    tab = coverage_tab(run(folder, [Status.passed]), manifest([entry(1, behaviour="VOD-040", epic="Captions")]), {})
    [epic] = tab.epics
    assert (epic.name, epic.covered, epic.behaviours, epic.passed, epic.percent) == ("Captions", 1, 1, 1, 100)
    assert "Coverage by epic" in shown(run(folder, [Status.passed]))


def test_responses_of_failed_scenarios_are_marked(folder: Path) -> None:
    text = shown(run(folder, [Status.failed], Observed(frozenset({("GET /a", "500")}))))
    assert "GET /a 200, 500*" in text
    assert "* received only in failed scenarios" in text


def test_path_parameters_are_dots() -> None:
    assert by_path({DELETE: 1, LIST: 2}) == [(LIST, 2), ("DELETE /api/vod/…", 1)]


def test_a_run_without_observations(folder: Path) -> None:
    nothing = Coverage(scenarios=4, available=4, behaviours={}, responses={}, roles={}, faults={})
    text = shown(nothing)
    assert "This run contained all 4 scenarios." in text
    assert "No passed scenario tested the permissions of roles." in text
    assert "No passed scenario injected a fault." in text
    assert "The platform publishes no OpenAPI document." in text
