"""One verdict for each scenario, the same on the console, in JUnit, JSON, Allure, the rerun list and the exit code."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.errors import ExitCode
from support.partners.server import PartnerServer
from support.report.manifest import Cause, Status, read
from support.tests.runner_probe import Ended, Probe

# Scenario: behave's status, Allure's status.
VERDICTS = {
    "S01": ("passed", "passed"),
    "S02": ("failed", "failed"),
    "S03": ("error", "broken"),
    "S04": ("error", "broken"),
    "S05": ("error", "broken"),
    "S06": ("hook_error", "broken"),
    "S07": ("hook_error", "broken"),
    "S08": ("cleanup_error", "broken"),
    "S09": ("error", "broken"),
    "S10": ("skipped", "skipped"),
    "S11": ("skipped", "skipped"),
    "S13": ("error", "broken"),
    "S14": ("hook_error", "broken"),
    "S15": ("failed", "failed"),
    "S16": ("hook_error", "broken"),
    "S17 shown": ("passed", "passed"),
    "S17 wrong": ("failed", "failed"),
    "R01": ("passed", "passed"),
    "R02": ("failed", "failed"),
    "R03": ("hook_error", "broken"),
    "F01": ("hook_error", "broken"),
    "F02": ("hook_error", "broken"),
    "U01": ("passed", "passed"),
}
NOT_PASSED = {name for name, (status, _) in VERDICTS.items() if status not in ("passed", "skipped")}


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    with PartnerServer("A platform") as server:
        server.register("GET", "/api/health", json={"status": "healthy"})
        yield server.url


@pytest.fixture(scope="module", params=["serial", "parallel", "shuffled"])
def ended(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, target: str) -> Ended:
    options = {"serial": [], "parallel": ["-j", "3"], "shuffled": ["-j", "2", "-D", "order=random:7"]}[request.param]
    probe = Probe(tmp_path_factory.mktemp("probe"), target)
    return probe.run("--tags=not @slow", *options)


@pytest.fixture
def probe(tmp_path: Path, target: str) -> Probe:
    return Probe(tmp_path, target)


@pytest.mark.parametrize("name", VERDICTS)
def test_every_output_tells_the_same_verdict(ended: Ended, name: str) -> None:
    status, in_allure = VERDICTS[name]
    assert ended.allure[name] == in_allure
    if not name.startswith("R") and name != "F02":
        # behave's own JSON formatter gives the verdict of the last scenario in a rule to the next background.
        assert ended.json[name] == status
    assert ended.junit.get(name, "skipped") == status
    assert (name in ended.rerun) == (name in NOT_PASSED)


def test_no_output_tells_of_anything_else(ended: Ended) -> None:
    # JUnit has a test case for the failed teardown of "A feature that cannot be torn down".
    assert (set(ended.junit) - {"A"}) | set(ended.json) <= set(VERDICTS)
    # What failed outside scenarios is a result of its own in Allure, and a sentence on the console.
    assert set(ended.allure) - set(VERDICTS) == {"Teardown"}
    feature = "A feature that cannot be torn down [after_feature]"
    message = f'The teardown of the feature "{feature}" failed (after_feature): RuntimeError: after_feature broke'
    assert message in ended.output


def test_the_summary_counts_what_the_verdicts_say(ended: Ended) -> None:
    counts = ended.counts("scenarios")
    for status in {status for status, _ in VERDICTS.values()} - {"skipped"}:
        assert counts.get(status, 0) == sum(verdict == status for verdict, _ in VERDICTS.values())


def test_the_exit_code_tells_of_failures(ended: Ended) -> None:
    assert ended.exit_code == 1
    assert "Traceback" not in ended.errors


def test_every_feature_is_printed_once(ended: Ended) -> None:
    shown = [line.split(": ", 1)[1] for line in ended.output.splitlines() if line.startswith("Feature: ")]
    assert sorted(name.split()[0:2] for name in shown) == [["A", "feature"], ["A", "feature"], ["Rules"], ["Verdicts"]]


def test_a_scenario_that_hangs_is_ended_with_the_stacks_of_all_threads(ended: Ended) -> None:
    [result] = [result for result in ended.allure_results() if result["name"].startswith("S13")]
    step = next(step for step in result["steps"] if step["status"] == "broken")
    message = step["statusDetails"]["message"]
    assert re.search(r"exceeded its time limit of 1 s in hangs, line \d+ of steps/probe.py$", message)
    attached = {file["name"]: file["source"] for file in step["attachments"]}
    stacks = (ended.folder / "reports" / "allure-results" / attached["Stacks of all threads"]).read_text()
    assert "MainThread" in stacks and "in hangs" in stacks


def test_a_worker_that_dies_costs_the_scenario_it_ran(ended: Ended) -> None:
    [result] = [result for result in ended.allure_results() if result["name"].startswith("S14")]
    assert "The worker that ran this scenario was killed by SIGKILL" in result["statusDetails"]["message"]


def test_what_a_feature_got_wrong_is_told_as_that_everywhere(probe: Probe) -> None:
    feature = "Feature: Mistakes\n  Scenario: W1\n    Given what a feature cannot say\n"
    (probe.folder / "features" / "mistakes.feature").write_text(feature)
    ended = probe.run("features/mistakes.feature")
    sentence = 'No VOD "City Concil" was made before. Did you mean "City Council"?'
    assert ended.exit_code == ExitCode.TEST_ERROR
    assert (ended.allure["W1"], ended.junit["W1"], ended.json["W1"]) == ("broken", "error", "error")
    [result] = ended.allure_results()
    assert result["statusDetails"]["message"] == sentence
    [entry] = read(probe.folder / "reports").scenarios
    assert (entry.status, entry.cause, entry.message) == (Status.BROKEN, Cause.TEST_CODE, sentence)
    summary = (probe.folder / "reports" / "summary.md").read_text()
    assert "**Inconclusive**" in summary and "**Failed**" not in summary
    assert f"INVALID FEATURE: {sentence}" in ended.output
    assert "Traceback" not in ended.output


def test_a_broken_suite_has_an_exit_code_of_its_own(probe: Probe) -> None:
    assert probe.run("--name=S0[16]").exit_code == 6


@pytest.mark.parametrize(("variable", "name"), [("PROBE_BREAKS_RUN", "before_all"), ("PROBE_BREAKS_END", "after_all")])
def test_a_failed_hook_of_the_run_is_told(probe: Probe, variable: str, name: str) -> None:
    ended = probe.run("--name=S01", **{variable: "1"})
    assert ended.exit_code == 6
    assert f"({name})" in ended.output
    assert ended.allure["S01"] == ("broken" if name == "before_all" else "passed")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_did_not_pass_can_be_run_again(probe: Probe, jobs: str) -> None:
    first = probe.run("--tags=not @slow", "-j", jobs)
    again = probe.run("@reports/rerun.txt", "-j", jobs)
    assert set(again.allure) - {"Teardown"} == first.rerun == NOT_PASSED
    assert again.exit_code == 1


class TestAListThatIsOld:
    """What moved, went or was another scenario is never run in the place of what failed."""

    FAILING = "  Scenario: M1 fails\n    Then it is wrong\n"
    OTHER = "  Scenario: M2 passes\n    Then it is shown\n"

    @pytest.fixture
    def feature(self, probe: Probe) -> Path:
        path = probe.folder / "features" / "moved.feature"
        path.write_text(f"Feature: Moved\n{self.FAILING}")
        probe.run("features/moved.feature")
        assert (probe.folder / "reports" / "rerun.txt").read_text() == "# M1 fails\n../features/moved.feature:2\n"
        return path

    def refusal(self, probe: Probe, *options: str) -> str:
        ended = probe.run(*options)
        assert ended.exit_code == ExitCode.USAGE
        return ended.errors.strip()

    def test_another_scenario_at_its_line_is_refused(self, probe: Probe, feature: Path) -> None:
        feature.write_text(f"Feature: Moved\n{self.OTHER}{self.FAILING}")
        assert self.refusal(probe, "@reports/rerun.txt") == (
            'features/moved.feature:2: expected "M1 fails", got "M2 passes". '
            "The features have changed since reports/rerun.txt was written: run them again without it."
        )

    def test_no_scenario_at_its_line_is_refused(self, probe: Probe, feature: Path) -> None:
        feature.write_text(f"Feature: Moved\n\n{self.FAILING}")
        told = 'features/moved.feature:2: expected "M1 fails", got no scenario.'
        assert self.refusal(probe, "@reports/rerun.txt").startswith(told)

    def test_a_line_behind_the_end_is_refused(self, probe: Probe, feature: Path) -> None:
        told = "features/moved.feature:9999: the file has only 3 lines."
        assert self.refusal(probe, "features/moved.feature:9999") == told

    def test_a_file_that_is_gone_is_refused(self, probe: Probe, feature: Path) -> None:
        feature.unlink()
        assert self.refusal(probe, "@reports/rerun.txt").startswith("features/moved.feature does not exist.")

    def test_without_a_list_nothing_is_to_be_run_again(self, probe: Probe, feature: Path) -> None:
        probe.run("--name=S01")
        told = self.refusal(probe, "@reports/rerun.txt")
        assert told.startswith("Nothing to rerun: reports/rerun.txt does not exist.")


def test_nothing_is_left_to_run_again_after_a_green_run(probe: Probe) -> None:
    probe.run("--name=S02")
    green = probe.run("--name=S01")
    assert green.exit_code == 0
    assert green.rerun == set()


class TestRetries:
    def test_a_scenario_that_passes_on_a_later_try_is_flaky(self, probe: Probe) -> None:
        ended = probe.run("--name=S01|S02|S15", "-D", "retries=1")
        attempts = [(result["name"][:3], result["status"]) for result in ended.allure_results()]
        assert sorted(attempts) == [
            ("S01", "passed"),
            ("S02", "failed"),
            ("S02", "failed"),
            ("S15", "failed"),
            ("S15", "passed"),
        ]
        assert "1 flaky: passed on retry" in ended.output
        assert "verdicts.feature:" in (ended.folder / "reports" / "flaky.txt").read_text()
        assert ended.json["S15"] == ended.junit["S15"] == "passed"
        assert ended.exit_code == 1  # because of S02

    def test_flaky_is_green_unless_it_is_asked_to_be_red(self, probe: Probe) -> None:
        assert probe.run("--name=S15", "-D", "retries=2").exit_code == 0
        assert probe.run("--name=S15", "-D", "retries=2", "-D", "flaky=fail").exit_code == 1


class TestOrder:
    def executed(self, probe: Probe, *options: str) -> list[str]:
        log = probe.folder / "log"
        log.unlink(missing_ok=True)
        probe.run("--tags=not @slow", "--name=S0[1-5]|S1[01]|R0", *options, PROBE_LOG=str(log))
        return [line.split()[1] for line in log.read_text().splitlines()]

    def test_a_seed_repeats_the_order(self, probe: Probe) -> None:
        written = self.executed(probe)
        one, again, other = (self.executed(probe, "-D", f"order=random:{seed}") for seed in ("a", "a", "b"))
        assert one == again
        assert written != one != other
        assert sorted(written) == sorted(one) == sorted(other)

    def test_the_seed_is_told(self, probe: Probe) -> None:
        assert "repeat it with -D order=random:" in probe.run("--name=S01", "-D", "order=random").output


def test_a_green_shard_is_green(probe: Probe) -> None:
    feature = "Feature: Halves\n  Scenario: H1\n    Then it is shown\n  Scenario: H2\n    Then it is shown\n"
    (probe.folder / "features" / "halves.feature").write_text(feature)
    for number in (1, 2):
        ended = probe.run("features/halves.feature", "-D", f"shard={number}/2")
        assert ended.exit_code == ExitCode.PASSED
        assert "Partial run: the selected scenario passed" in ended.output
        assert f"shard {number} of 2 (" in ended.output


def test_all_shards_together_run_everything_once(probe: Probe) -> None:
    ran = [set(probe.run("--tags=not @slow", "-D", f"shard={n}/3").allure) - {"Teardown"} for n in (1, 2, 3)]
    assert all(not a & b for a, b in itertools.combinations(ran, 2))
    assert set().union(*ran) == set(VERDICTS)
    assert max(map(len, ran)) - min(map(len, ran)) <= 4


class TestLocks:
    def test_scenarios_with_the_same_lock_never_run_at_once_on_a_shared_target(self, probe: Probe) -> None:
        feature = "".join(
            f"""
  @lock.prices
  Scenario: L{n} holds the lock
    When it takes 0.2 seconds
"""
            for n in range(4)
        )
        (probe.folder / "features" / "locks.feature").write_text(f"Feature: Locks\n{feature}")
        results = probe.run("features/locks.feature", "-j", "4").allure_results()
        assert len(results) == 4
        for before, after in itertools.pairwise(results):
            assert before["stop"] <= after["start"]

    def test_what_needs_the_target_alone_runs_last_and_alone(self, probe: Probe) -> None:
        (probe.folder / "features" / "locks.feature").write_text(
            "Feature: Locks\n"
            "  @lock.platform\n  Scenario: A1 is alone\n    When it takes 0.1 seconds\n"
            "  @lock.platform\n  Scenario: A2 is alone\n    When it takes 0.1 seconds\n"
            + "".join(f"  Scenario: B{n} is not\n    When it takes 0.1 seconds\n" for n in range(4))
        )
        results = probe.run("features/locks.feature", "-j", "3").allure_results()
        assert len(results) == 6
        assert {result["name"][0] for result in results[:4]} == {"B"}
        for before, after in itertools.pairwise(results[3:]):
            assert before["stop"] <= after["start"]

    def test_a_feature_that_asks_for_it_stays_in_one_worker_in_order(self, probe: Probe) -> None:
        log = probe.folder / "log"
        scenarios = "".join(f"  Scenario: T{n} waits\n    When it takes 0.05 seconds\n" for n in range(6))
        (probe.folder / "features" / "together.feature").write_text(f"@together\nFeature: Together\n{scenarios}")
        probe.run("features/together.feature", "-j", "3", PROBE_LOG=str(log))
        lines = [line.split()[:2] for line in log.read_text().splitlines()]
        assert len({pid for pid, _ in lines}) == 1
        assert [name for _, name in lines] == [f"T{n}" for n in range(6)]


def test_parallel_workers_share_the_work(probe: Probe) -> None:
    log = probe.folder / "log"
    scenarios = "".join(f"  Scenario: P{n} waits\n    When it takes 0.2 seconds\n" for n in range(6))
    (probe.folder / "features" / "many.feature").write_text(f"Feature: Many\n{scenarios}")
    probe.run("features/many.feature", "-j", "3", PROBE_LOG=str(log))
    assert len({line.split()[0] for line in log.read_text().splitlines()}) == 3


def test_what_measures_time_runs_alone_wherever_it_runs(probe: Probe) -> None:
    (probe.folder / "features" / "quiet.feature").write_text(
        "Feature: Quiet\n"
        "  @lock.machine\n  Scenario: Q1 measures\n    When it takes 0.1 seconds\n"
        + "".join(f"  Scenario: B{n} does not\n    When it takes 0.1 seconds\n" for n in range(4))
    )
    results = probe.run("features/quiet.feature", "-j", "3").allure_results()
    assert [result["name"][:2] for result in results][-1] == "Q1"
    assert max(result["stop"] for result in results[:-1]) <= results[-1]["start"]
