"""What the servers wrote while a scenario ran."""

from pathlib import Path

import pytest

from support.stack.logs import TAIL_BYTES, LogPositions


@pytest.fixture
def log(tmp_path: Path) -> Path:
    log = tmp_path / "platform.log"
    log.write_text("before\n")
    return log


def append(log: Path, text: str | bytes) -> None:
    with log.open("ab") as stream:
        stream.write(text.encode() if isinstance(text, str) else text)


def test_only_what_came_after_the_mark_is_returned(log: Path) -> None:
    marks = LogPositions(log.parent)
    append(log, "after\n")
    assert list(marks.written()) == [("platform.log", "after\n")]


def test_a_log_that_did_not_grow_is_left_out(log: Path) -> None:
    assert list(LogPositions(log.parent).written()) == []


def test_a_log_that_is_new_is_returned_whole_and_logs_are_in_order(log: Path) -> None:
    marks = LogPositions(log.parent)
    append(log, "after\n")
    append(log.with_name("api.log"), "first line\n")
    assert list(marks.written()) == [("api.log", "first line\n"), ("platform.log", "after\n")]


def test_of_a_long_text_the_end_is_returned(log: Path) -> None:
    marks = LogPositions(log.parent)
    append(log, "x" * TAIL_BYTES + "the cause\n")
    [(_, text)] = marks.written()
    assert len(text) == TAIL_BYTES
    assert text.endswith("xthe cause\n")


def test_bytes_that_are_no_text_do_no_harm(log: Path) -> None:
    marks = LogPositions(log.parent)
    append(log, b"caf\xe9\n")
    assert list(marks.written()) == [("platform.log", "caf\ufffd\n")]


def test_other_files_are_no_logs(log: Path) -> None:
    marks = LogPositions(log.parent)
    append(log.with_name("core.dump"), "x")
    assert list(marks.written()) == []


def test_the_lines_of_one_request_with_the_stack_below_them(log: Path) -> None:
    marks = LogPositions(log.parent)
    append(log, "2026-11-20T08:00:00.001Z ERROR app [abc7] Unexpected error\nTraceback:\n  boom\n")
    append(log, "2026-11-20T08:00:00.002Z INFO app [def8] fine\n" * 1000)
    append(log, "2026-11-20T08:00:00.003Z INFO access [abc7] GET / 500\n")
    assert marks.of_request("abc7").splitlines() == [
        "platform.log:",
        "2026-11-20T08:00:00.001Z ERROR app [abc7] Unexpected error",
        "Traceback:",
        "  boom",
        "2026-11-20T08:00:00.003Z INFO access [abc7] GET / 500",
    ]


def test_a_request_that_nobody_logged(log: Path) -> None:
    assert LogPositions(log.parent).of_request("abc7") == ""
