"""The verdict: each case of the rule, and that the worse one wins."""

from collections.abc import Sequence
from typing import Any

import pytest

from support.errors import ExitCode
from support.report.manifest import Cause, ScenarioEntry, Severity, Status
from support.report.verdict import Verdict, decide
from support.tests.generated_run import entry, manifest

PASSED = entry(1)
FAILED = entry(2, Status.FAILED)
BLOCKER = entry(3, Status.FAILED, severity=Severity.BLOCKER)
BROKEN = entry(4, Status.BROKEN)
KNOWN = entry(5, Status.FAILED, cause=Cause.KNOWN, known_issue="CAP-17")
SKIPPED = entry(6, Status.SKIPPED, message="target production does not provide: writes")
NOT_RUN = entry(7, Status.NOT_RUN)
FLAKY = entry(8, attempts=2)


def limited(passed: int, skipped: int) -> list[ScenarioEntry]:
    """A run against a target that provides little."""
    reason = "target production does not provide: writes"
    return [
        *(entry(number) for number in range(passed)),
        *(entry(number, Status.SKIPPED, message=reason) for number in range(passed, passed + skipped)),
    ]


@pytest.mark.parametrize(
    ("entries", "more", "headline", "code"),
    [
        ([PASSED, FLAKY], {}, "Ready: all 2 scenarios passed", ExitCode.PASSED),
        (
            [PASSED, SKIPPED],
            {},
            "Partial run: 1 of 2 scenarios passed, 1 skipped: target production does not provide: writes",
            ExitCode.PASSED,
        ),
        (
            [PASSED],
            {"selection": "--tags=@smoke"},
            "Partial run: the selected scenario passed: --tags=@smoke",
            ExitCode.PASSED,
        ),
        (
            [PASSED, FLAKY],
            {"selection": "--tags=@smoke", "available": 1036},
            "Partial run: all 2 selected scenarios passed: --tags=@smoke (2 of 1,036 scenarios)",
            ExitCode.PASSED,
        ),
        (
            [PASSED, SKIPPED],
            {"selection": "--tags=@smoke"},
            "Partial run: 1 of 2 selected scenarios passed, 1 skipped: --tags=@smoke",
            ExitCode.PASSED,
        ),
        (
            [PASSED, KNOWN],
            {},
            "Ready with known issues: 1 of 2 scenarios failed, all with known issues: CAP-17",
            ExitCode.KNOWN_ISSUES,
        ),
        ([PASSED, FAILED], {}, "Not ready: 1 of 2 scenarios failed", ExitCode.FAILED),
        ([PASSED, BLOCKER, FAILED], {}, "Not ready: 2 of 3 scenarios failed (1 blocker)", ExitCode.FAILED),
        ([PASSED, FLAKY], {"flaky_fails": True}, "Not ready: 1 of 2 scenarios passed only on retry", 1),
        ([PASSED, BROKEN], {}, "Inconclusive: 1 of 2 scenarios inconclusive", ExitCode.TEST_ERROR),
        ([PASSED, NOT_RUN], {}, "Inconclusive: 1 scenario not run", ExitCode.TEST_ERROR),
        (
            [PASSED],
            {"errors": ("The setup failed.",)},
            "Inconclusive: errors outside the scenarios",
            ExitCode.TEST_ERROR,
        ),
        (
            [PASSED],
            {"shards": 3, "shard_numbers": (2,)},
            "Partial run: the selected scenario passed: shard 2 of 3",
            ExitCode.PASSED,
        ),
        (
            [PASSED],
            {"shards": 3, "shard_numbers": (2,), "selection": "--tags=@smoke"},
            "Partial run: the selected scenario passed: --tags=@smoke, shard 2 of 3",
            ExitCode.PASSED,
        ),
        ([PASSED, FAILED], {"shards": 3, "shard_numbers": (2,)}, "Not ready: 1 of 2 scenarios failed", 1),
        (
            [PASSED],
            {"shards": 3, "shard_numbers": (1, 3)},
            "Inconclusive: shard 2 of 3 is missing",
            ExitCode.TEST_ERROR,
        ),
        ([SKIPPED], {}, "Inconclusive: 1 scenario selected, all skipped by this target", ExitCode.PASSED),
    ],
)
def test_the_rule(entries: Sequence[ScenarioEntry], more: dict[str, Any], headline: str, code: int) -> None:
    decision = decide(manifest(entries, **more))
    assert decision.headline == headline
    assert decision.exit_code == code


@pytest.mark.parametrize("worse, better", [(FAILED, BROKEN), (FAILED, KNOWN), (BROKEN, KNOWN), (FAILED, NOT_RUN)])
def test_the_worse_one_wins(worse: ScenarioEntry, better: ScenarioEntry) -> None:
    alone = decide(manifest([PASSED, worse])).verdict
    assert decide(manifest([PASSED, better, worse], selection="features/vod")).verdict is alone


def test_a_known_issue_never_makes_a_run_ready() -> None:
    decision = decide(manifest([PASSED, KNOWN]))
    assert decision.exit_code != ExitCode.PASSED
    assert decision.rule == "Known issues need acceptance. All other scenarios passed."


def test_known_issues_beside_skipped_scenarios_are_a_partial_run() -> None:
    rule = decide(manifest([PASSED, KNOWN, SKIPPED])).rule
    assert rule == "Known issues need acceptance. A partial run: 1 skipped."


def test_notes_are_listed_beside_ready() -> None:
    decision = decide(manifest([PASSED, FLAKY, entry(9, skipped_checks=("database",))]))
    assert decision.verdict is Verdict.READY
    assert decision.rule == "Note: 1 with skipped checks; 1 flaky, passed only on retry."


class TestScenariosThatTheTargetSkips:
    def test_a_target_without_writes_is_a_partial_run(self) -> None:
        decision = decide(manifest(limited(20, 1016)))
        assert decision.headline.startswith("Partial run: 20 of 1,036 scenarios passed, 1,016 skipped")
        assert decision.exit_code == ExitCode.PASSED

    def test_one_skipped_scenario_is_enough(self) -> None:
        assert decide(manifest(limited(1035, 1))).verdict is Verdict.PARTIAL

    def test_the_most_frequent_reason_is_named(self) -> None:
        entries = [*limited(1, 2), entry(9, Status.SKIPPED, message="no browser")]
        assert decide(manifest(entries)).reason.endswith(
            "target production does not provide: writes, and 1 more reason"
        )

    @pytest.mark.parametrize(("minimum", "verdict"), [(20, Verdict.PARTIAL), (21, Verdict.INCONCLUSIVE)])
    def test_below_the_minimum_of_the_target_it_is_inconclusive(self, minimum: int, verdict: Verdict) -> None:
        decision = decide(manifest(limited(20, 1016), minimum=minimum))
        assert decision.verdict is verdict
        assert (decision.exit_code == ExitCode.TEST_ERROR) == (verdict is Verdict.INCONCLUSIVE)

    def test_the_minimum_and_the_actual_number_are_named(self) -> None:
        reason = decide(manifest(limited(20, 1016), minimum=450)).reason
        assert reason == "20 of 1,036 scenarios ran, the target expects at least 450"

    def test_the_minimum_is_not_expected_of_a_selection_or_a_single_shard(self) -> None:
        for part in ({"selection": "--tags=@smoke"}, {"shards": 2, "shard_numbers": (1,)}):
            assert decide(manifest([PASSED], minimum=450, **part)).verdict is Verdict.PARTIAL

    def test_the_minimum_holds_where_everything_was_skipped(self) -> None:
        assert decide(manifest([SKIPPED], minimum=1)).exit_code == ExitCode.TEST_ERROR
