"""The report: it contains the complete run with its verdict, and incomplete folders are rejected."""

import html
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.cli.main import main
from support.errors import ExitCode, ReportError
from support.partners.server import PartnerServer
from support.report import allure
from support.report.build import build
from support.report.compression import compressed
from support.report.manifest import Cause, Manifest, Status, read
from support.report.verdict import decide
from support.tests.generated_run import GeneratedRun, entry, manifest
from support.tests.page import data_of, verdict_of
from support.tests.runner_probe import Ended, Probe

KNOWN_ISSUES = """
[CLIP-1]
reason = "Clips lose their captions"
owner = "Team Captions"
until = 2999-12-31
scenario = "S02 fails an assertion"
message = "should be captioned"
link = "https://tracker.example/CLIP-1"

[CLIP-2]
reason = "Clips lost their captions"
owner = "Team Captions"
until = 2001-12-31
scenario = "S17 is wrong"
message = "should be captioned"
"""


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    with PartnerServer("A platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        server.register("GET", "/openapi.json", json={"info": {"title": "Clips", "version": "4.2.1"}})
        yield server.url


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, target: str) -> Ended:
    probe = Probe(tmp_path_factory.mktemp("report"), target)
    probe.knows(KNOWN_ISSUES)
    return probe.run("--tags=not @slow", "-j", "2", "-D", "retries=1")


@pytest.fixture(scope="module")
def reports(ended: Ended) -> Path:
    return ended.folder / "reports"


@pytest.fixture(scope="module")
def run(reports: Path) -> Manifest:
    return read(reports)


@pytest.fixture(scope="module")
def page(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    output = tmp_path_factory.mktemp("page") / "report.html"
    build([reports], output)
    assert sorted(path.name for path in output.parent.iterdir()) == ["history.jsonl", "report.html"]
    return output.read_text(encoding="utf-8")


class TestNumbers:
    def test_they_are_those_of_behave(self, ended: Ended, run: Manifest, page: str) -> None:
        counts = ended.counts("scenarios")
        broken = sum(counts.get(status, 0) for status in ("error", "hook_error", "cleanup_error"))
        statistic = data_of(page, "widgets/statistic.json")
        assert statistic["passed"] == counts["passed"]
        assert statistic["failed"] == counts["failed"]
        # One result more: the tear-down of a feature, which is no scenario.
        assert statistic["broken"] == broken + 1
        assert statistic["total"] == len(run.scenarios) + 1
        assert statistic["flaky"] == len(run.flaky) == 1

    def test_console_summary_page_and_exit_code_have_one_verdict(
        self, ended: Ended, run: Manifest, page: str, reports: Path
    ) -> None:
        decision = decide(run)
        assert decision.exit_code == ended.exit_code == 1
        assert f"{decision.headline}." in ended.output
        assert f"## {decision.verdict}" in (reports / "summary.md").read_text()
        assert verdict_of(page).startswith(f"Summary Coverage {decision.verdict} {decision.reason}.")


class TestFrontPage:
    @pytest.mark.parametrize(
        "text",
        [
            "Target here",
            "Product Clips 4.2.1",
            "Workers 2",
            "Selection --tags='not @slow'",
            "23 scenarios: 5 passed, 3 failed, 13 broken, 2 skipped. Errors outside scenarios are listed below.",
            "Failures 3",
            "The clip should be captioned, but was not. 2 more with the same cause",
            "CLIP-1: Clips lose their captions (Team Captions, until 2999-12-31)",
            "Known issue CLIP-2 ended on 2001-12-31: “S17 is wrong” counts as a failure again.",
            'The teardown of the feature "A feature that cannot be torn down [after_feature]" failed',
            "RuntimeError: after_feature broke",
            "Probe: 14 of 20 scenarios failed",
            "Flaky: passed on retry 1 S15 passes at the second attempt",
            "1 scenario: the target has no storage",
        ],
    )
    def test_it_shows(self, page: str, text: str) -> None:
        assert text in verdict_of(page)

    def test_each_failure_links_to_its_page(self, run: Manifest, page: str) -> None:
        front = page[page.index('<section id="verdict"') : page.index("<style>  #verdict")]
        links = dict(re.findall(r'<a href="#(\w{32})">([^<]+)</a>', front))
        for place, title in links.items():
            assert data_of(page, f"data/test-results/{place}.json")["name"] == html.unescape(title)
        shown = {html.unescape(title) for title in links.values()}
        assert len([entry for entry in run.not_passed if entry.title in shown]) == 16

    def test_skipped_scenarios_are_counted_by_reason(self, tmp_path: Path) -> None:
        skipped = [entry(number, Status.SKIPPED, message="the target has no storage") for number in (1, 2)]
        folder = GeneratedRun(tmp_path / "reports", manifest(skipped)).write()
        build([folder], tmp_path / "report.html")
        text = verdict_of((tmp_path / "report.html").read_text())
        assert "Skipped, by reason 2 2 scenarios: the target has no storage" in text

    def test_texts_of_the_run_are_escaped(self, tmp_path: Path) -> None:
        bad = entry(1, Status.FAILED, cause=Cause.PRODUCT, message="<script>alert(1)</script>", title="<b>A</b>")
        folder = GeneratedRun(tmp_path / "reports", manifest([bad])).write()
        build([folder], tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text()
        assert "<script>alert(1)" not in page
        assert "<b>A</b>" not in page[: page.index('<div id="app">')]

    def test_the_page_loads_nothing_from_outside(self, page: str) -> None:
        assert re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?:https?:)?//""", page) == []
        assert "googletagmanager" not in page
        assert "dataLayer" not in page


class TestCategories:
    def test_each_scenario_that_did_not_pass_is_in_the_one_that_the_run_gave_it(self, run: Manifest, page: str) -> None:
        nodes = data_of(page, "widgets/categories.json")["nodes"].values()
        sizes = {node["name"]: node["statistic"]["total"] for node in nodes if node["type"] == "category"}
        causes = [entry.cause for entry in run.not_passed]
        expected = {str(cause): causes.count(cause) for cause in Cause if cause in causes}
        expected[Cause.ENVIRONMENT] += 1  # the tear-down of a feature
        assert sizes == expected

    @pytest.mark.parametrize(
        ("name", "cause"),
        [
            ("S02 fails an assertion", Cause.KNOWN),
            ("S17 is wrong", Cause.PRODUCT),
            ("S16 fails in a step and in its tear-down [after_scenario]", Cause.PRODUCT),
            ("S03 raises an error", Cause.ENVIRONMENT),
            ("S14 kills its worker", Cause.ENVIRONMENT),
            ("S04 has an undefined step", Cause.NOT_IMPLEMENTED),
            ("S05 has a pending step", Cause.NOT_IMPLEMENTED),
        ],
    )
    def test_the_cause(self, run: Manifest, name: str, cause: Cause) -> None:
        assert next(entry.cause for entry in run.scenarios if entry.title == name) is cause

    def test_an_error_in_python_is_test_code(self, tmp_path: Path, target: str) -> None:
        probe = Probe(tmp_path, target)
        feature = "Feature: Mistakes\n  Scenario: M1\n    Given a table\n"  # without one
        (probe.folder / "features" / "mistakes.feature").write_text(feature)
        probe.run("features/mistakes.feature")
        assert [entry.cause for entry in read(probe.folder / "reports").scenarios] == [Cause.TEST_CODE]

    def test_a_known_issue_is_named_on_the_scenarios_page(self, page: str) -> None:
        place = re.search(r'<a href="#(\w+)">\s*S02 fails an assertion</a>', page)
        assert place
        result = data_of(page, f"data/test-results/{place[1]}.json")
        assert "Known issue CLIP-1: Clips lose their captions" in result["descriptionHtml"]
        assert "Failing since: first run." in result["descriptionHtml"]
        assert result["links"][0]["url"] == "https://tracker.example/CLIP-1"
        assert result["status"] == "failed"


class TestKnownIssuesOfARun:
    def probe(self, folder: Path, target: str, text: str = KNOWN_ISSUES) -> Probe:
        probe = Probe(folder, target)
        probe.knows(text)
        return probe

    def test_a_run_in_which_nothing_else_failed_has_an_exit_code_of_its_own(self, tmp_path: Path, target: str) -> None:
        ended = self.probe(tmp_path, target).run("--name=S0[12]")
        assert ended.exit_code == ExitCode.KNOWN_ISSUES
        assert "Ready with known issues: 1 of 2 scenarios failed, all with known issues: CLIP-1." in ended.output
        assert ended.allure["S02"] == "failed"
        assert ended.rerun == {"S02"}

    def test_past_its_date_it_is_red_again(self, tmp_path: Path, target: str) -> None:
        ended = self.probe(tmp_path, target, KNOWN_ISSUES.replace("2999", "2001")).run("--name=S0[12]")
        assert ended.exit_code == ExitCode.FAILED

    def test_a_malformed_file_stops_the_run_before_it_begins(self, tmp_path: Path, target: str) -> None:
        ended = self.probe(tmp_path, target, KNOWN_ISSUES.replace("2999-12-31", "never")).run("--name=S01")
        assert ended.exit_code == ExitCode.USAGE
        assert ended.errors.startswith("known_issues.toml: unreadable: ")
        assert ended.allure == {}


class TestBuildingAgain:
    def test_it_adds_no_run_to_the_history_and_changes_no_result(self, reports: Path, tmp_path: Path) -> None:
        before = {path.name: path.read_bytes() for path in (reports / "allure-results").iterdir()}
        for _ in range(2):
            build([reports], tmp_path / "report.html")
        assert len((tmp_path / "history.jsonl").read_text().splitlines()) == 1
        assert {path.name: path.read_bytes() for path in (reports / "allure-results").iterdir()} == before

    def test_the_next_run_shows_failing_since(self, tmp_path: Path) -> None:
        for number, status in enumerate((Status.PASSED, Status.FAILED, Status.FAILED)):
            started = manifest([]).started.replace(day=2 + number)
            run = manifest([entry(1, status)], run=f"run-{number}", started=started)
            build([GeneratedRun(tmp_path / f"reports-{number}", run).write()], tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text()
        assert "2026-03-03 10:00 UTC (2 runs in a row)" in verdict_of(page)
        assert len(data_of(page, "data/test-results/" + links(page)[0] + ".json")["history"]) == 2


def links(page: str) -> list[str]:
    return re.findall(r'<td>\s*<a href="#(\w+)">', page)


class TestShards:
    def shard(self, folder: Path, target: str, number: int, of: int) -> Path:
        probe = Probe(folder / f"shard-{number}", target)
        probe.run("--tags=not @slow", "-D", f"shard={number}/{of}")
        return probe.folder / "reports"

    def test_all_together_add_up(self, tmp_path: Path, target: str, run: Manifest) -> None:
        folders = [self.shard(tmp_path, target, number, 3) for number in (3, 1, 2)]
        merged = build(folders, tmp_path / "report.html")
        assert {entry.location for entry in merged.scenarios} == {entry.location for entry in run.scenarios}
        assert merged.shard_numbers == (1, 2, 3)
        assert data_of((tmp_path / "report.html").read_text(), "widgets/statistic.json")["total"] == 24

    def parts(self, folder: Path, **more: Any) -> list[Path]:
        return [
            GeneratedRun(
                folder / f"shard-{number}",
                manifest([entry(number)], run=f"run-{number}", shards=3, **{"shard_numbers": (number,), **more}),
            ).write()
            for number in (1, 2, 3)
        ]

    def test_a_missing_shard_is_named_and_the_run_inconclusive(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first, _, third = self.parts(tmp_path)
        code = main(["report", str(first), str(third), "--output", str(tmp_path / "report.html")])
        output = capsys.readouterr()
        assert code == ExitCode.REPORT
        assert output.err == "The report is incomplete: shard 2 of 3 is missing. Pass its folder as well.\n"
        assert "Inconclusive: shard 2 of 3 is missing" in output.out
        assert verdict_of((tmp_path / "report.html").read_text()).startswith("Inconclusive Shard 2 of 3 is missing.")

    def test_a_read_only_folder_is_reported(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def build(folders: Sequence[Path], output: Path) -> Manifest:
            raise PermissionError(13, "Permission denied", str(output))

        monkeypatch.setattr("support.cli.report.build", build)
        assert main(["report", "there"]) == ExitCode.REPORT
        assert capsys.readouterr().err.startswith("there/report.html: permission denied. Choose another file with --")

    def test_a_shard_passed_twice_is_rejected(self, tmp_path: Path) -> None:
        first, second, _ = self.parts(tmp_path)
        twin = Path(shutil.copytree(first, tmp_path / "twin"))
        with pytest.raises(ReportError, match=r"shard-1 and .*twin both contain shard 1 of 3: “Scenario 1 of many”"):
            build([first, second, twin], tmp_path / "report.html")

    @pytest.mark.parametrize(
        ("what", "ours", "theirs"), [("target", "generated", "staging"), ("version", "", "2.0"), ("shards", 3, 1)]
    )
    def test_shards_of_other_runs_are_rejected(self, tmp_path: Path, what: str, ours: object, theirs: object) -> None:
        first, *_ = self.parts(tmp_path)
        other = manifest([entry(9)], **{"run": "other", what: theirs, **({} if what == "shards" else {"shards": 3})})
        other_run = GeneratedRun(tmp_path / "other_run", other).write()
        message = f"is not a shard of the run in .*: {what}: expected {ours!r}, got {theirs!r}"
        with pytest.raises(ReportError, match=message):
            build([first, other_run], tmp_path / "report.html")


def results_of(reports: Path) -> list[Path]:
    return sorted((reports / "allure-results").glob("*-result.json"))


def changed(file: Path, **values: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def empty(reports: Path) -> None:
    shutil.rmtree(reports)
    reports.mkdir()


def lose_results(reports: Path) -> None:
    for file in results_of(reports):
        file.unlink()


def lose_evidence(reports: Path) -> None:
    source = next((reports / "allure-results").glob("*-attachment*"))
    source.unlink()


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, r"the folder .*reports does not exist\. Run behave first\."),
    "nothing": (empty, r"contains no run\.json\. Run behave first\."),
    "a run that was killed": (
        lambda reports: (reports / "run.json").unlink(),
        r"contains results but no run\.json: the run was killed",
    ),
    "a truncated manifest": (
        lambda reports: (reports / "run.json").write_text('{"run": "hal'),
        r"run\.json: unreadable \(content: Invalid JSON: EOF while parsing.*\)\. Run behave again",
    ),
    "another type of manifest": (
        lambda reports: changed(reports / "run.json", targett="x"),
        r"run\.json: unreadable \(targett: Extra inputs are not permitted\)\. Run behave again",
    ),
    "no result": (
        lose_results,
        r"the folder .*allure-results contains none",
    ),
    "a truncated result": (
        lambda reports: results_of(reports)[0].write_text('{"name": "hal'),
        r"-result\.json: unreadable result \(.*\)\. The run was killed, or the disk was full",
    ),
    "no result of a scenario": (
        lambda reports: results_of(reports)[0].write_text("[]"),
        r"-result\.json: not a result of a scenario",
    ),
    "a result that was being written": (
        lambda reports: (reports / "allure-results" / "x-result.json.tmp").touch(),
        r"x-result\.json\.tmp is incomplete: the run was killed",
    ),
    "a result too few": (
        lambda reports: results_of(reports)[0].unlink(),
        r"“Scenario \d of many” \(features/generated\.feature:\d\) has no result\. .*The run had 3 scenarios",
    ),
    "a result too many": (
        lambda reports: changed(
            Path(shutil.copy(results_of(reports)[0], reports / "allure-results" / "z-result.json")), fullName="a:9"
        ),
        r"^a:9 has a result, but is not part of the run",
    ),
    "another verdict": (
        lambda reports: changed(results_of(reports)[0], status="failed"),
        r"expected passed as in the run, got failed in .*The results were changed",
    ),
    "missing evidence": (lose_evidence, r"Evidence of “Scenario \d of many” is missing: .* Was the folder copied"),
    "a result that Allure cannot use": (
        lambda reports: changed(results_of(reports)[0], labels=7),
        r"Allure could not build the report: error parsing .*-result\.json",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_incomplete_folder_is_rejected_and_the_older_page_stays(tmp_path: Path, damage: str) -> None:
    run = GeneratedRun(tmp_path / "reports", manifest([entry(1), entry(2), entry(3)]), exchange={"schemaVersion": 1})
    reports = run.write()
    inflict, message = DAMAGES[damage]
    inflict(reports)
    output = tmp_path / "out" / "report.html"
    output.parent.mkdir()
    output.write_text("an older page")
    with pytest.raises(ReportError, match=message):
        build([reports], output)
    assert output.read_text() == "an older page"
    assert [path.name for path in output.parent.iterdir()] == ["report.html"]


def test_the_folder_of_results_itself_is_rejected(tmp_path: Path) -> None:
    reports = GeneratedRun(tmp_path / "reports", manifest([entry(1)])).write()
    with pytest.raises(ReportError, match="pass the folder above it, which the run wrote"):
        build([reports / "allure-results"], tmp_path / "report.html")


class TestAllure:
    @pytest.fixture
    def reports(self, tmp_path: Path) -> Path:
        return GeneratedRun(tmp_path / "reports", manifest([entry(1), entry(2)])).write()

    def fake(self, tools: Path, script: str) -> Path:
        """Replace Allure by a script."""
        program = tools / f"allure-{allure.ALLURE_VERSION}" / "node_modules" / "allure" / "cli.js"
        program.parent.mkdir(parents=True)
        program.write_text(script)
        return tools

    @pytest.mark.parametrize("version", [None, "v18.20.1", "nonsense"])
    def test_no_node_or_too_old_a_node(
        self, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
    ) -> None:
        if version:
            for program in ("node", "npm"):
                (tmp_path / program).write_text(f"#!/bin/sh\necho {version}\n")
                (tmp_path / program).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(ReportError) as error:
            build([reports], tmp_path / "report.html")
        assert str(error.value) == (
            "The report needs Node.js 20 or newer: install it, or `pip install 'acceptance-tests[report]'`."
        )

    def test_an_outage_of_npm(self, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "npm").write_text("#!/bin/sh\necho 'npm error network is down' >&2\nexit 1\n")
        (tmp_path / "npm").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        with pytest.raises(ReportError, match=r"could not be installed with npm: npm error network is down"):
            build([reports], tmp_path / "report.html", tools=tmp_path / "tools")
        assert list((tmp_path / "tools").iterdir()) == []

    @pytest.mark.parametrize(
        ("script", "message"),
        [
            ("console.error('Invalid regular expression')", "could not build the report: Invalid regular expression"),
            ("", r"could not build the report: no output"),
            ("process.exit(7)", "could not build the report"),
        ],
    )
    def test_a_plugin_that_dies_with_exit_code_0(
        self, reports: Path, tmp_path: Path, script: str, message: str
    ) -> None:
        with pytest.raises(ReportError, match=message):
            build([reports], tmp_path / "report.html", tools=self.fake(tmp_path / "tools", script))

    @pytest.mark.parametrize(
        ("stats", "message"),
        [
            ({"passed": 1}, "incomplete: passed: expected 2 as in the run, got 1"),
            ({"passed": 2, "unknown": 1}, "incomplete: unknown: expected 0 as in the run, got 1"),
            ({"passed": 2}, "Allure did not append this run to the history"),
        ],
    )
    def test_a_page_with_other_counts(self, reports: Path, tmp_path: Path, stats: dict[str, int], message: str) -> None:
        script = f"""
            const fs = require('fs');
            fs.mkdirSync('page');
            fs.writeFileSync('page/index.html', '<div id="app"></div>');
            fs.writeFileSync('page/summary.json', '{json.dumps({"stats": stats})}');
        """
        with pytest.raises(ReportError, match=message):
            build([reports], tmp_path / "report.html", tools=self.fake(tmp_path / "tools", script))
        assert not (tmp_path / "report.html").exists()
        assert not (tmp_path / "history.jsonl").exists()

    def test_a_page_with_external_requests(self, reports: Path, tmp_path: Path) -> None:
        script = """
            const fs = require('fs');
            fs.mkdirSync('page');
            fs.writeFileSync('page/index.html', '<script src="https://elsewhere.example/x.js"></script>');
        """
        with pytest.raises(ReportError, match=r"would send an external request .*elsewhere\.example"):
            build([reports], tmp_path / "report.html", tools=self.fake(tmp_path / "tools", script))

    @pytest.mark.parametrize("page", ["", '<script defer>Promise.allSettled([d("a","eA=="),d("b",1)])</script>'])
    def test_a_page_whose_data_is_elsewhere(self, page: str) -> None:
        with pytest.raises(ReportError, match="No data found in the page of Allure"):
            compressed(page)
