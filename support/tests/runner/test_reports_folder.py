"""Where a run writes: empty, its own, or a sentence that says why not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.errors import EnvironmentFailed, ExitCode
from support.runner.output.reports_folder import ReportsFolder
from support.tests.generated_run import entry, manifest


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def folder(reports: Path) -> Iterator[ReportsFolder]:
    folder = ReportsFolder(reports)
    yield folder
    folder.close()


def test_the_first_run_writes_to_the_folder_itself(folder: ReportsFolder, reports: Path) -> None:
    assert folder.path == reports
    assert folder.allure_results == reports / "allure-results"
    assert folder.logs == reports / "logs"
    assert folder.allure_results.is_dir()
    assert folder.logs.is_dir()


def test_results_and_logs_of_the_run_before_are_gone_and_everything_else_is_left(reports: Path) -> None:
    for name in ("allure-results/old-result.json", "logs/deep/old.log", "history/run-1.json", "report.html"):
        (reports / name).parent.mkdir(parents=True, exist_ok=True)
        (reports / name).write_text("old")
    folder = ReportsFolder(reports)
    assert list(folder.allure_results.iterdir()) == []
    assert list(folder.logs.iterdir()) == []
    assert (reports / "report.html").read_text() == "old"
    assert (reports / "history" / "run-1.json").read_text() == "old"
    folder.close()


def test_what_would_tell_of_the_run_before_is_gone_when_a_run_begins(reports: Path) -> None:
    for name in ("run.json", "summary.md", "junit/TESTS-old.xml"):
        (reports / name).parent.mkdir(parents=True, exist_ok=True)
        (reports / name).write_text("old")
    ReportsFolder(reports).close()
    assert {path.name for path in reports.iterdir()} == {".lock", "allure-results", "logs"}


def test_an_old_folder_that_another_run_sweeps_meanwhile_is_no_trouble(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter([self / "run-gone"]))
    folder = ReportsFolder(reports)
    assert folder.path == reports
    folder.close()


def test_what_a_killed_worker_was_writing_is_no_part_of_the_results(folder: ReportsFolder) -> None:
    (folder.allure_results / "half-result.json.tmp").touch()
    folder.write_manifest(manifest([entry(1)]))
    assert list(folder.allure_results.iterdir()) == []
    assert (folder.path / "summary.md").read_text().startswith("## Ready")


def test_a_run_says_how_its_report_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = ReportsFolder(Path("reports")), ReportsFolder(Path("reports"))
    assert list(first.hints()) == ["Summary: reports/summary.md", "Report:  acceptance report"]
    assert list(second.hints()) == [
        f"Summary: reports/{second.path.name}/summary.md",
        f"Report:  acceptance report reports/{second.path.name}",
    ]
    for each in (first, second):
        each.close()


def test_a_second_run_writes_beside_the_first_and_leaves_it_alone(folder: ReportsFolder, reports: Path) -> None:
    result = folder.allure_results / "result.json"
    result.write_text("{}")
    second, third = ReportsFolder(reports), ReportsFolder(reports)
    assert len({folder.path, second.path, third.path}) == 3
    assert second.path.parent == third.path.parent == reports
    assert second.allure_results.is_dir()
    assert second.logs.is_dir()
    assert result.exists()
    second.close()
    third.close()


def test_the_next_run_has_the_folder_once_the_first_is_over(folder: ReportsFolder, reports: Path) -> None:
    beside = ReportsFolder(reports)
    folder.close()
    following = ReportsFolder(reports)
    assert following.path == reports
    for each in (beside, following):
        each.close()


# Root may write everywhere, so the two that everybody runs have something else in the way.


def test_a_file_in_its_place_is_told(reports: Path) -> None:
    reports.write_text("in the way")
    with pytest.raises(EnvironmentFailed) as stop:
        ReportsFolder(reports)
    assert str(stop.value) == f"Cannot write to {reports}: File exists."
    assert stop.value.exit_code == ExitCode.ENVIRONMENT


def test_a_missing_parent_is_told(reports: Path) -> None:
    with pytest.raises(EnvironmentFailed, match=f"^Cannot write to {reports}/deep: No such file or directory"):
        ReportsFolder(reports / "deep")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(reports: Path) -> None:
    reports.mkdir(mode=0o500)
    with pytest.raises(EnvironmentFailed, match=f"^Cannot write to {reports}: Permission denied"):
        ReportsFolder(reports)
