"""Steps, hooks and surroundings at their worst: a scenario costs itself and nothing else, and every output says so."""

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from support.errors import ExitCode
from support.partners.server import PartnerServer
from support.report import results
from support.report.manifest import Cause, Status, read
from support.tests.runner_probe import Ended, Probe

STEPS = r"""
import os
import sys

import allure
from behave import when


class Silent(AssertionError):
    def __str__(self):
        raise ValueError("no words")


@when("it leaves")
def leaves(context):
    sys.exit(0)


@when("it leaves from within")
@allure.step("Leaving")
def leaves_within(context):
    sys.exit(0)


@when("it presses Ctrl-C")
def interrupts(context):
    raise KeyboardInterrupt


@when("it ends its process")
def ends(context):
    os._exit(0)


@when("it fails without words")
def silent(context):
    raise Silent


@when("it fails with what no XML can hold")
def unprintable(context):
    raise AssertionError("half a pair \ud800, \x00 and \x1b[31m")


@when("it comes back twice")
def forks(context):
    os.fork()


@when("it asks for the end")
def aborts(context):
    context.abort("enough")


@when("it skips the rest and cannot clean up")
def skips(context):
    context.add_cleanup(int, "twelve")
    context.scenario.skip("the target has no storage")


@when("it fails, and is skipped the next time")
def fails_first(context):
    assert context.attempt > 1
    context.scenario.skip("the target has no storage")
"""

SCENARIOS = {
    "H1": ("it leaves", "error", "SystemExit(0) was raised, but no step or hook may end the process"),
    "H2": ("it presses Ctrl-C", "error", "KeyboardInterrupt() was raised, but no step or hook may end the process"),
    "H3": ("it ends its process", "hook_error", "The worker that ran this scenario ended with code 0."),
    "H4": ("it fails without words", "error", "Silent was raised, and cannot say why: ValueError"),
    "H5": ("it fails with what no XML can hold", "failed", r"half a pair \ud800, \x00 and \x1b[31m"),
    "H6": ("it comes back twice", "passed", ""),
    "H7": ("the player crashes", "error", "RuntimeError: the player is gone"),
    "H8": ("it leaves from within", "error", "SystemExit(0) was raised, but no step or hook may end the process"),
}


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    with PartnerServer("A platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        yield server.url


@pytest.fixture(scope="module")
def made(target: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Probe]:
    def make(feature: str) -> Probe:
        probe = Probe(tmp_path_factory.mktemp("probe"), target)
        (probe.folder / "steps" / "hostile.py").write_text(STEPS)
        for other in (probe.folder / "features").iterdir():
            other.unlink()
        (probe.folder / "features" / "hostile.feature").write_text(f"Feature: Hostile\n{feature}")
        return probe

    return make


@pytest.fixture(scope="module", params=["1", "2"])
def ended(request: pytest.FixtureRequest, made: Callable[[str], Probe]) -> Ended:
    probe = made("".join(f"  Scenario: {name}\n    When {step}\n" for name, (step, _, _) in SCENARIOS.items()))
    return probe.run("-j", request.param, PROBE_LOG=str(probe.folder / "log"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_a_step_does_is_told_of_its_scenario_everywhere(ended: Ended, name: str) -> None:
    _, status, message = SCENARIOS[name]
    [entry] = [entry for entry in read(ended.folder / "reports").scenarios if entry.title == name]
    assert (ended.junit[name], ended.json[name], entry.message) == (status, status, message)
    assert entry.status == ended.allure[name]
    assert (name in ended.rerun) == (status != "passed")


def test_what_a_step_does_never_costs_the_clean_up(ended: Ended) -> None:
    cleaned = [line.split()[1] for line in (ended.folder / "log").read_text().splitlines()]
    assert sorted({*cleaned}) == sorted(SCENARIOS.keys() - {"H3"})


def test_code_that_would_end_the_process_is_not_the_platforms_fault(ended: Ended) -> None:
    causes = {entry.title: entry.cause for entry in read(ended.folder / "reports").scenarios}
    assert (causes["H1"], causes["H4"], causes["H5"]) == (Cause.TEST_CODE, Cause.TEST_CODE, Cause.PRODUCT)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_step_can_ask_behave_for_the_end_of_the_run(made: Callable[[str], Probe], jobs: str) -> None:
    waiting = "".join(f"  Scenario: Q{n}\n    When it takes 0.3 seconds\n" for n in range(5))
    probe = made(f"  Scenario: Q\n    When it asks for the end\n{waiting}")
    ended = probe.run("-j", jobs)
    assert ended.exit_code == ExitCode.TEST_ERROR
    assert len(read(probe.folder / "reports").of(Status.NOT_RUN)) == 6 - int(jobs)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_hook_that_would_end_the_process_breaks_its_scenario(made: Callable[[str], Probe], jobs: str) -> None:
    probe = made("  Scenario: K1\n    Given a clip\n  Scenario: K2\n    Given a clip\n")
    with (probe.folder / "environment.py").open("a") as file:
        file.write("\n\ndef before_scenario(context, scenario):\n    if scenario.name == 'K1':\n        exit(3)\n")
    ended = probe.run("-j", jobs)
    assert (ended.allure, ended.exit_code) == ({"K1": "broken", "K2": "passed"}, ExitCode.TEST_ERROR)
    told = [entry.message for entry in read(probe.folder / "reports").scenarios]
    sentence = "SystemExit(3) was raised, but no step or hook may end the process"
    assert told == [f"The setup of this scenario failed: {sentence}", ""]


class TestRetries:
    """A later try is told for itself, and hides nothing."""

    @pytest.fixture
    def entry(self, request: pytest.FixtureRequest, made: Callable[[str], Probe]) -> tuple[Status, str]:
        step, hooks = request.param
        probe = made(f"  Scenario: T\n    {step}\n")
        with (probe.folder / "environment.py").open("a") as file:
            file.write(f"\n\nTRIES = []\n\n\ndef before_scenario(context, scenario):\n    TRIES.append(1)\n{hooks}")
        probe.run("-D", "retries=1")
        [entry] = read(probe.folder / "reports").scenarios
        assert entry.attempts == 2
        return entry.status, entry.message

    FIRST = "    if len(TRIES) == 1:\n        raise RuntimeError('first')\n"
    SECOND = "    if len(TRIES) == 2:\n        raise RuntimeError('second')\n"

    @pytest.mark.parametrize("entry", [("Then it is wrong", FIRST)], indirect=True)
    def test_a_hook_that_failed_before_is_not_told_again(self, entry: tuple[Status, str]) -> None:
        assert entry == (Status.FAILED, "The clip should be captioned, but was not.")

    @pytest.mark.parametrize("entry", [("Then it is wrong", SECOND)], indirect=True)
    def test_a_step_that_failed_before_is_not_told_again(self, entry: tuple[Status, str]) -> None:
        assert entry == (Status.BROKEN, "The setup of this scenario failed: RuntimeError: second")

    @pytest.mark.parametrize("entry", [("When it skips the rest and cannot clean up", "")], indirect=True)
    def test_what_was_skipped_on_the_way_and_broke_stays_broken(self, entry: tuple[Status, str]) -> None:
        status, message = entry
        assert status is Status.BROKEN
        assert "Cleanup of this scenario failed" in message

    def test_what_is_skipped_at_a_later_try_is_not_flaky(self, made: Callable[[str], Probe]) -> None:
        ended = made("  Scenario: T\n    When it fails, and is skipped the next time\n").run("-D", "retries=1")
        *_, last = ended.allure_results()
        assert (last["status"], last["statusDetails"]["message"]) == ("skipped", "the target has no storage")

    def test_each_try_has_the_whole_time_limit(self, made: Callable[[str], Probe]) -> None:
        steps = "    When it takes 1.2 seconds\n    Then it works at the second attempt\n"
        probe = made(f"  @limit.2s\n  Scenario: L\n{steps}")
        with (probe.folder / "environment.py").open("a") as file:
            file.write("\n\nfrom support.runner.scheduling import pool\n\npool.GRACE = 0.0\n")
        assert probe.run("-D", "retries=1").allure == {"L": "passed"}

    def test_tries_within_a_millisecond_are_told_in_their_order(self, made: Callable[[str], Probe]) -> None:
        probe = made("".join(f"  Scenario: S15 {n}\n    Then it works at the second attempt\n" for n in range(150)))
        probe.run("-D", "retries=1")
        reports = probe.folder / "reports"
        results.compare(results.read_results(reports / "allure-results"), read(reports))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_with_stop_all_that_ran_is_told_everywhere(made: Callable[[str], Probe], jobs: str) -> None:
    probe = made(
        "  Scenario: P1\n    When it takes 1 seconds\n    Then it is wrong\n"
        "  Scenario: P2\n    Then it is wrong\n"
        + "".join(f"  Scenario: P{n}\n    Then it is shown\n" for n in range(3, 9))
    )
    (probe.folder / "features" / "z.feature").write_text("Feature: Never reached\n  Scenario: Z\n    Given a clip\n")
    ended = probe.run("--stop", "-j", jobs)
    ran = {"P1": "failed"} if jobs == "1" else {"P1": "failed", "P2": "failed"}
    entries = read(probe.folder / "reports").ran
    assert {entry.title: entry.status for entry in entries} == ended.allure == ended.json == ran
    assert {name: status for name, status in ended.junit.items() if status != "untested"} == ran
    assert "Never reached" not in ended.output


def test_with_stop_the_rest_of_a_bundle_is_not_run(made: Callable[[str], Probe]) -> None:
    probe = made("  Scenario: P1\n    Then it is wrong\n  Scenario: P2\n    Then it is shown\n")
    feature = probe.folder / "features" / "hostile.feature"
    feature.write_text(f"@together\n{feature.read_text()}")
    assert probe.run("--stop").allure == {"P1": "failed"}


class TestWhatIsPrinted:
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_hooks_that_fail_are_told_where_they_failed(self, made: Callable[[str], Probe], jobs: str) -> None:
        probe = made(
            "  Scenario: W1 [before_scenario]\n    Given a clip\n"
            "  Scenario: W2 [after_scenario]\n    Given a clip\n  Scenario: W3\n    Given a clip\n"
        )
        lines = map(str.strip, probe.in_a_shell(f"behave -f plain -j {jobs}").stdout.splitlines())
        assert [line for line in lines if line.startswith(("Scenario", "HOOK-ERROR"))] == [
            "Scenario: W1 [before_scenario]",
            "HOOK-ERROR in before_scenario: RuntimeError: before_scenario broke",
            "Scenario: W2 [after_scenario]",
            "HOOK-ERROR in after_scenario: RuntimeError: after_scenario broke",
            "Scenario: W3",
        ]

    def test_what_steps_print_uncaptured_stands_with_its_scenario(self, made: Callable[[str], Probe]) -> None:
        steps = "    When it takes 0.2 seconds\n    Then it is wrong\n"
        probe = made("".join(f"  Scenario: P{n}\n{steps}" for n in range(4)))
        outputs = [probe.in_a_shell(f"behave -f plain --no-capture -j {jobs}").stdout for jobs in "12"]
        serial, parallel = ([line.split(" in ")[0] for line in output.splitlines()[2:-8]] for output in outputs)
        assert serial.count("looked at the clip") == 4
        assert serial == parallel

    def test_progress_tells_a_clean_up_that_failed(self, made: Callable[[str], Probe]) -> None:
        probe = made("  Scenario: S08 [cleanup]\n    Given a clip\n  Scenario: S01\n    Given a clip\n")
        done = probe.in_a_shell("behave -f progress")
        assert (done.returncode, done.stderr) == (ExitCode.TEST_ERROR, "")
        assert "\nC.\n" in done.stdout


class TestSurroundings:
    """Where the run cannot go on it says so, and what it began is cleaned up."""

    @pytest.fixture
    def probe(self, made: Callable[[str], Probe]) -> Probe:
        return made("".join(f"  Scenario: Y{n}\n    When it takes 0.1 seconds\n" for n in range(30)))

    def test_a_run_that_nobody_reads_ends_and_cleans_up(self, probe: Probe) -> None:
        done = probe.in_a_shell("behave -f plain | head -3; exit ${PIPESTATUS[0]}")
        assert (done.returncode, done.stderr) == (ExitCode.PIPE_CLOSED, "")
        assert 0 < len((probe.folder / "log").read_text().splitlines()) < 30

    def test_a_console_without_the_letters_shows_them_by_number(self, made: Callable[[str], Probe]) -> None:
        probe = made("  Scenario: Caf\u00e9 \u2013 \U0001f389\n    Then it is wrong\n")
        done = probe.in_a_shell("PYTHONIOENCODING=ascii behave -f plain")
        assert (done.returncode, done.stderr) == (ExitCode.FAILED, "")
        assert "Scenario: Caf\\xe9 \\u2013 \\U0001f389" in done.stdout

    def test_a_disk_that_is_full_is_a_sentence(self, probe: Probe) -> None:
        done = probe.in_a_shell("behave -f plain -f plain -o /dev/full")
        sentence = "The run ended early: [Errno 28] No space left on device.\n"
        assert (done.returncode, done.stderr) == (ExitCode.ENVIRONMENT, sentence)
        assert (probe.folder / "log").exists()


def test_equal_names_of_files_in_two_folders_are_two_files_of_junit(made: Callable[[str], Probe]) -> None:
    probe = made("  Scenario: X\n    Given a clip\n")
    for folder in ("one", "two"):
        (probe.folder / "features" / folder).mkdir()
        feature = f"Feature: Same\n  Scenario: {folder.title()}\n    Given a clip\n"
        (probe.folder / "features" / folder / "same.feature").write_text(feature)
    ended = probe.run("features/one", "features/two")
    assert ended.junit == {"One": "passed", "Two": "passed"}


def test_a_file_that_is_named_again_later_is_one_feature(made: Callable[[str], Probe]) -> None:
    probe = made("  Scenario: X1\n    Given a clip\n  Scenario: X2\n    Given a clip\n")
    (probe.folder / "features" / "other.feature").write_text("Feature: Other\n  Scenario: Y\n    Given a clip\n")
    hostile = "features/hostile.feature"
    ended = probe.run(f"{hostile}:2", "features/other.feature", f"{hostile}:4", str(probe.folder / f"{hostile}:2"))
    assert ended.junit == {"X1": "passed", "X2": "passed", "Y": "passed"}
    assert len(ended.allure_results()) == 3
    assert "all 3 selected scenarios passed" in ended.output


def test_a_shard_with_nothing_in_it_is_refused(made: Callable[[str], Probe]) -> None:
    probe = made("  Scenario: X1\n    Given a clip\n  Scenario: X2\n    Given a clip\n")
    assert probe.run("-D", "shard=2/3").exit_code == ExitCode.PASSED
    ended = probe.run("-D", "shard=3/3")
    assert ended.exit_code == ExitCode.SELECTION
    assert ended.errors == ("No scenario in shard 3 of 3: the selection has only 2 scenarios. Use fewer shards.\n")


def test_the_live_line_of_a_parallel_run_is_gone_before_anything_else_is_shown(made: Callable[[str], Probe]) -> None:
    waits = "".join(f"  Scenario: Y{n}\n    When it takes 0.1 seconds\n    Then it is wrong\n" for n in range(6))
    probe = made(waits)
    process, terminal = probe.on_a_terminal("-f", "plain", "-j", "2")
    written = b""
    with contextlib.suppress(OSError):  # it has ended
        while some := os.read(terminal, 10_000):
            written += some
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == ExitCode.FAILED
    assert b"running: Y" in written
    left = [line.rpartition("\r\033[K")[2] for line in written.decode().split("\n")]
    assert not [line for line in left if "running:" in line]
