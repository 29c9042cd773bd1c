import base64
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from support.evidence.report import ReportError, build

from support.evidence import report
from support.tests.formatter_probe import Probe, run_probe


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    return run_probe(tmp_path_factory.mktemp("report"), "--tags=not @deselected")


@pytest.fixture(scope="module")
def page(probe: Probe) -> str:
    output = build(probe.results_folder, probe.folder / "out" / "report.html", variables={"Target": "embedded"})
    return output.read_text(encoding="utf-8")


def embedded(page: str, name: str) -> dict[str, object]:
    """A data file of the single-file page."""
    found = re.search(rf"""d\(['"]{re.escape(name)}['"],\s*['"]([A-Za-z0-9+/=]+)['"]\)""", page)
    assert found, f"the page should hold {name}"
    document: dict[str, object] = json.loads(base64.b64decode(found[1]))
    return document


def test_every_result_is_in_the_page(probe: Probe, page: str) -> None:
    statistic = embedded(page, "widgets/statistic.json")
    statuses = [result["status"] for result in probe.results if "first attempt" not in str(result.get("statusDetails"))]
    assert statistic["total"] == len(statuses)
    for status in ("passed", "failed", "broken", "skipped"):
        assert statistic[status] == statuses.count(status)
    assert statistic["retries"] == 1


def test_the_page_loads_nothing_from_outside(page: str) -> None:
    assert re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?:https?:)?//""", page) == []
    assert "googletagmanager" not in page
    assert "dataLayer" not in page


def test_only_the_finished_page_is_left(probe: Probe, page: str) -> None:
    assert [path.name for path in (probe.folder / "out").iterdir()] == ["report.html"]


def test_an_older_page_is_replaced(probe: Probe, page: str, tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    output.write_text("an older page")
    build(probe.results_folder, output)
    assert len(output.read_bytes()) > 1_000_000


def test_a_result_that_allure_cannot_use_is_told_and_the_older_page_kept(probe: Probe, tmp_path: Path) -> None:
    results = tmp_path / "results"
    shutil.copytree(probe.results_folder, results)
    (results / "odd-result.json").write_text('{"start": 1, "steps": 7}')
    output = tmp_path / "report.html"
    output.write_text("an older page")
    with pytest.raises(ReportError, match=r"could not build the report: error parsing odd-result\.json"):
        build(results, output)
    assert output.read_text() == "an older page"


def test_a_report_that_lacks_results_is_refused(tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    summary.write_text('{"stats": {"total": 3, "retries": 1}}')
    report._check_complete(summary, 4)
    with pytest.raises(ReportError, match="not complete: it shows 4 of 5 results"):
        report._check_complete(summary, 5)


def test_no_results_folder(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no results to report: the folder .*/nowhere does not exist"):
        build(tmp_path / "nowhere", tmp_path / "report.html")


def test_an_empty_results_folder(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no results to report: the folder .* holds none"):
        build(tmp_path, tmp_path / "report.html")


def test_a_result_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "half-result.json").write_text('{"name": "hal')
    with pytest.raises(ReportError, match=r"half-result\.json cannot be read"):
        build(tmp_path, tmp_path / "report.html")


@pytest.mark.parametrize("version", [None, "v18.20.1", "nonsense"])
def test_no_node_or_too_old_a_node(
    probe: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    if version:
        for program in ("node", "npm"):
            (tmp_path / program).write_text(f"#!/bin/sh\necho {version}\n")
            (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ReportError) as error:
        build(probe.results_folder, tmp_path / "report.html")
    assert str(error.value) == (
        "The report needs Node.js 20 or newer: install it, or `pip install 'acceptance-tests[report]'`."
    )


def test_allure_that_cannot_be_installed(probe: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "npm").write_text("#!/bin/sh\necho 'npm error network is down' >&2\nexit 1\n")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ReportError, match=r"could not be installed with npm: npm error network is down"):
        build(probe.results_folder, tmp_path / "report.html", tools=tmp_path / "tools")
    assert list((tmp_path / "tools").iterdir()) == []


def test_allure_that_says_it_succeeded_but_complained(
    probe: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / f"allure-{report.ALLURE_VERSION}" / "node_modules" / "allure" / "cli.js"
    program.parent.mkdir(parents=True)
    program.write_text("console.error('Invalid regular expression'); process.exit(0)")
    with pytest.raises(ReportError, match="could not build the report: Invalid regular expression"):
        build(probe.results_folder, tmp_path / "report.html", tools=tmp_path)


def test_a_page_that_would_call_another_computer_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text('<html><script src="https://elsewhere.example/x.js"></script></html>')
    with pytest.raises(ReportError, match=r"would call another computer .*elsewhere\.example"):
        report._cut_outside_calls(page)
