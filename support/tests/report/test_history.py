"""The history: one line for each run, since when a scenario fails, and what changed."""

import json
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from behave.parser import parse_file

from support.allure.descriptions import described, ordinals
from support.errors import ReportError
from support.report.history import LIMIT, SHOWN, Changes, History, history_file, record, renamed
from support.report.manifest import Cause, ScenarioEntry, Status
from support.tests.generated_run import STARTED, entry, manifest
from support.tests.project import PROJECT


def day(number: int, target: str = "staging", file: Path | None = None, status: str = "", **more: Any) -> History:
    status = Status(status) if status else Status.PASSED
    failed = Cause.PRODUCT if status in (Status.FAILED, Status.BROKEN) else None
    scenarios = [entry(1, status, cause=failed, history_id="ours")]
    run = manifest(
        scenarios, run=f"run-{target}-{number}", started=STARTED + timedelta(days=number), target=target, **more
    )
    assert file is not None
    return History(file, run)


def store(file: Path, number: int, status: str, target: str = "staging") -> None:
    appended = {
        "uuid": "Allure's own",
        "timestamp": 1,
        "testResults": {"a": {"status": status, "labels": ["many"], "message": "no", "start": 1}},
    }
    day(number, target, file, status).store(appended)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_run_whose_report_is_built_again_has_one_line(file: Path) -> None:
    for _ in range(3):
        store(file, 1, "passed")
    [line] = lines(file)
    assert line["uuid"] == "run-staging-1"
    assert line["timestamp"] == (STARTED + timedelta(days=1)).timestamp() * 1000


def test_a_run_is_not_compared_with_itself_nor_with_later_ones_nor_with_other_targets(file: Path) -> None:
    for number in (1, 2, 3):
        store(file, number, "failed")
    store(file, 1, "failed", "production")
    assert [point["uuid"] for point in day(2, file=file).earlier] == ["run-staging-1"]


def test_fields_that_allure_does_not_need_are_omitted(file: Path) -> None:
    store(file, 1, "failed")
    store(file, 2, "passed")
    failed, passed = (line["testResults"] for line in lines(file))
    assert failed == {"a": {"status": "failed", "message": "no", "start": 1}}
    assert passed == {"a": {"status": "passed", "start": 1}}


def test_the_oldest_runs_are_removed(file: Path) -> None:
    for number in range(LIMIT + 3):
        store(file, number, "passed")
    assert lines(file)[0]["uuid"] == "run-staging-3"
    assert len(lines(file)) == LIMIT


def test_allure_gets_the_last_runs(file: Path, tmp_path: Path) -> None:
    for number in range(SHOWN + 5):
        store(file, number, "passed")
    day(SHOWN + 5, file=file).write_earlier(tmp_path / "earlier")
    assert len(lines(tmp_path / "earlier")) == SHOWN


def test_an_allure_that_appends_nothing_is_rejected(file: Path, tmp_path: Path) -> None:
    store(file, 1, "passed")
    history = day(2, file=file)
    history.write_earlier(tmp_path / "earlier")
    with pytest.raises(ReportError, match="Allure did not append this run to the history"):
        history.appended(tmp_path / "earlier")


@pytest.mark.parametrize(
    ("before", "description"),
    [
        ("", "first run"),
        ("p", "new: passed in the previous run"),
        ("pff", "2026-03-03 10:00 UTC (3 runs in a row)"),
        ("ff", "at least 2026-03-02 10:00 UTC (3 runs in a row)"),
        ("pfbs", "2026-03-03 10:00 UTC (3 runs in a row)"),
        ("fpf", "2026-03-04 10:00 UTC (2 runs in a row)"),
    ],
)
def test_failing_since(file: Path, before: str, description: str) -> None:
    for number, letter in enumerate(before):
        store(file, number, {"p": "passed", "f": "failed", "b": "broken", "s": "skipped"}[letter])
    assert day(len(before), file=file).since("ours").description == description


def test_an_unreadable_line_is_named(file: Path) -> None:
    store(file, 1, "passed")
    with file.open("a") as history:
        history.write('{"uuid": "half')
    with pytest.raises(ReportError, match=r"history\.jsonl:2: unreadable line of the history .*Remove the line"):
        day(2, file=file)


def test_a_byte_that_is_not_utf_8_is_named(file: Path) -> None:
    store(file, 1, "passed")
    with file.open("ab") as history:
        history.write(b'{"uuid": "\xff"}\n')
    with pytest.raises(ReportError, match=r"history\.jsonl:2: unreadable line"):
        day(2, file=file)


def run_of(number: int, statuses: dict[str, Status], **more: Any) -> Any:
    entries: list[ScenarioEntry] = [
        entry(index, status, history_id=id, title=f"Scenario {id}")
        for index, (id, status) in enumerate(statuses.items())
    ]
    return manifest(entries, run=f"run-{number}", started=STARTED + timedelta(days=number), **more)


def changes(file: Path, number: int, statuses: dict[str, Status], **more: Any) -> Changes:
    return History(file, run_of(number, statuses, **more)).changes()


class TestChanges:
    def test_new_failures_fixed_new_and_removed_scenarios(self, tmp_path: Path) -> None:
        record(run_of(1, {"a": Status.PASSED, "b": Status.FAILED, "c": Status.PASSED}), tmp_path)
        found = changes(tmp_path / "history.jsonl", 2, {"a": Status.BROKEN, "b": Status.PASSED, "d": Status.PASSED})
        assert found == Changes(
            new_failures=frozenset("a"), fixed=frozenset("b"), added=frozenset("d"), removed=("Scenario c",)
        )

    def test_the_first_run_has_no_changes(self, tmp_path: Path) -> None:
        assert changes(tmp_path / "history.jsonl", 1, {"a": Status.FAILED}) == Changes(is_first=True)

    def test_a_partial_run_makes_nothing_new_or_removed(self, tmp_path: Path) -> None:
        record(run_of(1, {"a": Status.PASSED}, selection="--tags=@smoke"), tmp_path)
        both = {"a": Status.PASSED, "b": Status.PASSED}
        assert changes(tmp_path / "history.jsonl", 2, both) == Changes()
        record(run_of(2, both), tmp_path)
        assert changes(tmp_path / "history.jsonl", 3, {"a": Status.PASSED}, selection="--tags=@smoke") == Changes()

    def test_a_partial_run_can_fail_and_fix(self, tmp_path: Path) -> None:
        record(run_of(1, {"a": Status.PASSED, "b": Status.FAILED}), tmp_path)
        record(run_of(2, {"a": Status.FAILED}, selection="features/a.feature"), tmp_path)
        found = changes(tmp_path / "history.jsonl", 3, {"a": Status.PASSED, "b": Status.PASSED})
        assert found == Changes(fixed=frozenset("ab"))

    def test_a_run_that_skipped_the_scenario_does_not_count(self, tmp_path: Path) -> None:
        record(run_of(1, {"a": Status.PASSED}), tmp_path)
        record(run_of(2, {"a": Status.SKIPPED}), tmp_path)
        found = changes(tmp_path / "history.jsonl", 3, {"a": Status.FAILED})
        assert found == Changes(new_failures=frozenset("a"))


def test_allure_gets_no_partial_runs(tmp_path: Path, file: Path) -> None:
    store(file, 1, "passed")
    appended = {"testResults": {"a": {"status": "passed"}}}
    day(2, file=file, selection="--tags=@smoke").store(appended)
    day(3, file=file).write_earlier(tmp_path / "earlier")
    assert [line["uuid"] for line in lines(tmp_path / "earlier")] == ["run-staging-1"]


def test_a_run_with_a_folder_of_its_own_shares_the_history(tmp_path: Path) -> None:
    own = tmp_path / "reports" / "run-1a2b3c"
    own.mkdir(parents=True)
    assert history_file(own) == own / "history.jsonl"  # a copy of the folder, without the reports around it
    (tmp_path / "reports" / ".lock").touch()
    assert history_file(own) == tmp_path / "reports" / "history.jsonl"


def _record(number: int, folder: Path) -> None:
    record(run_of(number, {"a": Status.PASSED}), folder)


def test_runs_that_end_at_the_same_time_are_all_stored(tmp_path: Path) -> None:
    processes = [get_context("fork").Process(target=_record, args=(number, tmp_path)) for number in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(str(line["uuid"]) for line in lines(tmp_path / "history.jsonl")) == [f"run-{n}" for n in range(8)]


def test_a_renamed_scenario_keeps_its_history(tmp_path: Path) -> None:
    former, current = next((old, new) for old, new in renamed().items() if "." not in old)
    record(run_of(1, {former: Status.FAILED}), tmp_path)
    history = History(tmp_path / "history.jsonl", run_of(2, {current: Status.FAILED}))
    assert history.since(current).runs == 2
    assert history.changes() == Changes()


def test_renamed_scenarios_exist() -> None:
    """Every new id belongs to a scenario of the features: the file is not a collection of dead ids."""
    current = set()
    for file in (PROJECT / "features").rglob("*.feature"):
        scenarios = list(parse_file(str(file)).walk_scenarios())
        numbers = ordinals(scenarios)
        current |= {str(described(scenario, numbers[id(scenario)]).historyId) for scenario in scenarios}
    own = {new for old, new in renamed().items() if "." not in old}
    assert len(own) > 100
    assert own <= current
