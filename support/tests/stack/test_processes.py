"""What the log of a server tells about why it did not come up, and which processes live."""

import subprocess
from pathlib import Path

import psutil
import pytest

from support.polling import eventually
from support.stack.processes import find_cause, is_alive, tail


def test_a_process_that_ended_does_not_live_even_if_nobody_has_taken_note_of_it() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        process = psutil.Process(child.pid)
        assert is_alive(process)
        child.kill()
        eventually(
            "the process", process.status, lambda state: state == psutil.STATUS_ZOMBIE, expected="ended", within=5
        )
        assert not is_alive(process)
    assert not is_alive(process)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "postgresql.log"


class TestTail:
    def test_the_last_lines_are_returned(self, log: Path) -> None:
        log.write_text("".join(f"line {number}\n" for number in range(100)))
        assert tail(log, 2) == "line 98\nline 99"
        assert len(tail(log).splitlines()) == 20

    def test_a_short_log_is_returned_whole(self, log: Path) -> None:
        log.write_text("only line")
        assert tail(log) == "only line"

    def test_a_log_that_is_not_there_is_empty(self, log: Path) -> None:
        assert tail(log) == ""

    def test_of_a_large_log_only_the_end_is_read(self, log: Path) -> None:
        log.write_text("x" * 1_000_000 + "\nthe end\n")
        assert tail(log, 1) == "the end"
        assert len(tail(log)) < 100_000

    def test_bytes_that_are_no_text_do_no_harm(self, log: Path) -> None:
        log.write_bytes(b"caf\xe9\n")
        assert tail(log) == "caf\ufffd"


class TestComplaint:
    @pytest.mark.parametrize(
        "line",
        [
            "2026-11-20 10:00:00 [42] FATAL:  data directory has wrong ownership",
            "ERROR: port in use",
            "could not bind: address in use",
            "redis-server: can't open the append-only file",
        ],
    )
    def test_a_line_that_speaks_of_an_error_is_found_among_others(self, log: Path, line: str) -> None:
        log.write_text(f"starting\n{line}\nHINT: try again\n\nshutting down\n")
        assert find_cause(log) == line

    def test_of_several_such_lines_the_last_is_returned(self, log: Path) -> None:
        log.write_text("ERROR: first\nERROR: second\nbye\n")
        assert find_cause(log) == "ERROR: second"

    def test_without_such_a_line_the_last_is_returned(self, log: Path) -> None:
        log.write_text("starting\n  shutting down  \n\n")
        assert find_cause(log) == "shutting down"

    @pytest.mark.parametrize("content", [None, "", "\n  \n"], ids=["no log", "empty", "blank"])
    def test_a_server_that_wrote_nothing_is_told_so(self, log: Path, content: str | None) -> None:
        if content is not None:
            log.write_text(content)
        assert find_cause(log) == "the log is empty"
