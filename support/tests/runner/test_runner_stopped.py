"""Runs that never begin, or are told to stop: one sentence, an exit code of its own, and nothing left half done."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.partners.server import PartnerServer
from support.polling import eventually
from support.report import manifest
from support.report.manifest import Status
from support.tests.runner_probe import Probe

FEATURE = "Feature: Caf\xe9\n  Scenario: It is shown\n    Given a clip\n"


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[Probe]:
    with PartnerServer("A platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        yield Probe(tmp_path, server.url)


@pytest.mark.parametrize("jobs", ["-j0", "--jobs=0"])
def test_a_run_without_workers_is_refused(probe: Probe, jobs: str) -> None:
    ended = probe.run("--name=S01", jobs)
    assert (ended.exit_code, ended.errors) == (
        2,
        "-j 0: expected a number of workers from 1.\n",
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (FEATURE.encode("utf-8-sig"), "features/new.feature:1: starts with a byte order mark"),
        (FEATURE.encode("latin-1"), "features/new.feature:1: not UTF-8. Save the file in that encoding."),
        (b"Featre: New\n", 'features/new.feature:1: "Featre: New" is not the start of a feature'),
        (FEATURE.replace("It", "I\u2028t").encode(), "features/new.feature:2: contains the invisible character U+2028"),
        (FEATURE.replace("It", "I\0t").encode(), "features/new.feature:2: contains the invisible character U+0000"),
        (b"# language: xx\nFeature: New\n", "features/new.feature:1: unknown language 'xx'"),
    ],
)
def test_a_feature_that_cannot_be_read_is_named(probe: Probe, content: bytes, sentence: str) -> None:
    (probe.folder / "features" / "new.feature").write_bytes(content)
    ended = probe.run()
    assert ended.exit_code == 3
    assert ended.errors.startswith(sentence)
    assert "Traceback" not in ended.output


def test_an_unreadable_feature_that_was_not_selected_does_not_cost_the_run(probe: Probe) -> None:
    (probe.folder / "features" / "new.feature").write_bytes(FEATURE.encode("latin-1"))
    ended = probe.run("features/verdicts.feature", "--name=S01")
    assert ended.exit_code == 0, ended.errors


def test_a_file_that_is_no_feature_is_a_mistake_on_the_command_line(probe: Probe) -> None:
    ended = probe.run("here.toml")
    assert ended.exit_code == 2
    assert ended.errors.startswith("here.toml: expected a name that ends in .feature")


@pytest.mark.parametrize(
    ("file", "code", "sentence"),
    [
        ("steps/new.py", "def (", r"steps/new\.py:1: SyntaxError: "),
        ("steps/new.py", "\nimport nothing_of_that_name", r"steps/new\.py:2: ModuleNotFoundError: No module named"),
        ("steps/new.py", "from behave import given\n\ngiven(1)(2)", r"steps/new\.py:3: \w+Error: "),
        ("environment.py", "before_al = unknown", r"environment\.py:1: NameError: "),
    ],
)
def test_code_that_cannot_be_loaded_is_named_with_its_line(probe: Probe, file: str, code: str, sentence: str) -> None:
    (probe.folder / file).write_text(code)
    ended = probe.run("--name=S01")
    assert ended.exit_code == 3
    assert re.match(f"No scenarios run: {sentence}", ended.errors), ended.errors
    assert "Traceback" not in ended.errors


@pytest.mark.parametrize("hook", ["before_step", "after_step"])
def test_a_request_to_stop_around_a_step_lets_the_clean_up_run(probe: Probe, hook: str) -> None:
    with (probe.folder / "environment.py").open("a") as file:
        file.write(f"\n\ndef {hook}(context, step):\n    signal.raise_signal(signal.SIGTERM)\n")
        file.write("\n\nimport signal\n")
    log = probe.folder / "log"
    ended = probe.run("--name=S01", PROBE_LOG=str(log))
    assert log.exists(), f"after_scenario should have run: {ended.output}"


def test_a_run_whose_terminal_is_closed_cleans_up_and_is_told(probe: Probe) -> None:
    (probe.folder / "features" / "long.feature").write_text(
        "Feature: Long\n"
        "  Scenario: T1 hangs\n    When it begins and hangs\n"
        "  Scenario: T2 never comes\n    Given a clip\n"
    )
    begun, log = probe.folder / "begun", probe.folder / "log"
    (probe.folder / "steps" / "begins.py").write_text(
        "import threading\nfrom pathlib import Path\nfrom behave import when\n\n"
        "@when('it begins and hangs')\ndef hangs(context):\n    Path('begun').touch()\n    threading.Event().wait(60)\n"
    )
    process, terminal = probe.on_a_terminal("-f", "plain", "features/long.feature", PROBE_LOG=str(log))
    try:
        eventually("the first step", begun.exists, bool, expected="begun", within=20)
    finally:
        os.close(terminal)
    eventually(
        "the run",
        lambda: os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT),
        lambda ended: ended is not None,
        expected="ended",
        within=20,
    )
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 128 + signal.SIGHUP
    assert log.read_text().endswith("T1 hangs\n"), "after_scenario should have run"
    told = manifest.read(probe.folder / "reports")
    assert [entry.status for entry in told.scenarios] == [Status.BROKEN, Status.NOT_RUN]
