"""The history: one line for a run however often it is drawn, and since when something does not pass."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from support.errors import ReportError
from support.report.history import LIMIT, SHOWN, History
from support.tests.generated_run import BEGAN, entry, manifest


def day(number: int, target: str = "staging", file: Path | None = None) -> History:
    run = manifest([entry(1)], run=f"run-{target}-{number}", began=BEGAN + timedelta(days=number), target=target)
    assert file is not None
    return History(file, run)


def keep(file: Path, number: int, status: str, target: str = "staging") -> None:
    drawn = {
        "uuid": "Allure's own",
        "timestamp": 1,
        "testResults": {"a": {"status": status, "labels": ["many"], "message": "no", "start": 1}},
    }
    day(number, target, file).keep(drawn, {"ours": status})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_run_that_is_drawn_again_has_one_line(file: Path) -> None:
    for _ in range(3):
        keep(file, 1, "passed")
    [line] = lines(file)
    assert line["uuid"] == "run-staging-1"
    assert line["timestamp"] == (BEGAN + timedelta(days=1)).timestamp() * 1000


def test_a_run_is_not_compared_with_itself_nor_with_later_ones_nor_with_other_targets(file: Path) -> None:
    for number in (1, 2, 3):
        keep(file, number, "failed")
    keep(file, 1, "failed", "production")
    assert [point["uuid"] for point in day(2, file=file).earlier] == ["run-staging-1"]


def test_what_the_page_does_not_show_is_left_out(file: Path) -> None:
    keep(file, 1, "failed")
    keep(file, 2, "passed")
    failed, passed = (line["testResults"] for line in lines(file))
    assert failed == {"a": {"status": "failed", "message": "no", "start": 1}}
    assert passed == {"a": {"status": "passed", "start": 1}}


def test_the_oldest_runs_go(file: Path) -> None:
    for number in range(LIMIT + 3):
        keep(file, number, "passed")
    assert lines(file)[0]["uuid"] == "run-staging-3"
    assert len(lines(file)) == LIMIT


def test_the_page_is_lent_the_last_runs(file: Path, tmp_path: Path) -> None:
    for number in range(SHOWN + 5):
        keep(file, number, "passed")
    day(SHOWN + 5, file=file).lend(tmp_path / "lent")
    assert len(lines(tmp_path / "lent")) == SHOWN


def test_a_page_that_added_nothing_is_noticed(file: Path, tmp_path: Path) -> None:
    keep(file, 1, "passed")
    history = day(2, file=file)
    history.lend(tmp_path / "lent")
    with pytest.raises(ReportError, match="Allure did not add this run to the history"):
        history.drawn(tmp_path / "lent")


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("", "not seen before"),
        ("p", "new: it passed the last time"),
        ("pff", "since 2026-03-03 10:00 UTC (3 runs in a row)"),
        ("ff", "at least since 2026-03-02 10:00 UTC (3 runs in a row)"),
        ("pfbs", "since 2026-03-03 10:00 UTC (3 runs in a row)"),
        ("fpf", "since 2026-03-04 10:00 UTC (2 runs in a row)"),
    ],
)
def test_since_when(file: Path, before: str, sentence: str) -> None:
    for number, letter in enumerate(before):
        keep(file, number, {"p": "passed", "f": "failed", "b": "broken", "s": "skipped"}[letter])
    assert day(len(before), file=file).since("ours").sentence == sentence


def test_a_line_that_cannot_be_read_is_named(file: Path) -> None:
    keep(file, 1, "passed")
    with file.open("a") as history:
        history.write('{"uuid": "half')
    with pytest.raises(ReportError, match=r"Line 2 of the history .*history\.jsonl cannot be read .*take the line out"):
        day(2, file=file)
