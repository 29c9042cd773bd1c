"""Can we release? Each case of the rule, and that the worse one wins."""

from collections.abc import Sequence
from typing import Any

import pytest

from support.errors import ExitCode
from support.report.manifest import Cause, ScenarioEntry, Severity, Status
from support.report.verdict import decide
from support.tests.generated_run import entry, manifest

PASSED = entry(1)
FAILED = entry(2, Status.FAILED)
BLOCKER = entry(3, Status.FAILED, severity=Severity.BLOCKER)
BROKEN = entry(4, Status.BROKEN)
KNOWN = entry(5, Status.FAILED, cause=Cause.KNOWN, known_issue="CAP-17")
SKIPPED = entry(6, Status.SKIPPED)
NOT_RUN = entry(7, Status.NOT_RUN)
FLAKY = entry(8, attempts=2)


@pytest.mark.parametrize(
    ("entries", "more", "headline", "code"),
    [
        ([PASSED, FLAKY], {}, "Ready: all 2 scenarios did what was agreed", ExitCode.PASSED),
        ([PASSED, SKIPPED], {}, "Ready: 1 of 2 scenarios did what was agreed", ExitCode.PASSED),
        (
            [PASSED],
            {"selection": "--tags=@smoke"},
            "Partly checked: the one scenario did what was agreed, and no more was asked for: --tags=@smoke",
            ExitCode.PASSED,
        ),
        (
            [PASSED, KNOWN],
            {},
            "Ready if accepted: 1 of 2 scenarios did not pass, all for known reasons: CAP-17",
            ExitCode.KNOWN_ISSUES,
        ),
        ([PASSED, FAILED], {}, "Not ready: 1 of 2 scenarios did not do what was agreed", ExitCode.FAILED),
        (
            [PASSED, BLOCKER, FAILED],
            {},
            "Not ready: 2 of 3 scenarios did not do what was agreed (1 blocker)",
            ExitCode.FAILED,
        ),
        ([PASSED, FLAKY], {"flaky_fails": True}, "Not ready: 1 of 2 scenarios passed only on a later try", 1),
        ([PASSED, BROKEN], {}, "No verdict: 1 of 2 scenarios could not tell", ExitCode.TEST_ERROR),
        ([PASSED, NOT_RUN], {}, "No verdict: 1 scenario did not come to its turn", ExitCode.TEST_ERROR),
        (
            [PASSED],
            {"troubles": ("The set-up failed.",)},
            "No verdict: something went wrong outside the scenarios",
            ExitCode.TEST_ERROR,
        ),
        (
            [PASSED],
            {"shards": 3, "given": (2,)},
            "Partly checked: the one scenario did what was agreed, and no more was asked for: shard 2 of 3",
            ExitCode.PASSED,
        ),
        (
            [PASSED],
            {"shards": 3, "given": (2,), "selection": "--tags=@smoke"},
            "Partly checked: the one scenario did what was agreed, "
            "and no more was asked for: --tags=@smoke, shard 2 of 3",
            ExitCode.PASSED,
        ),
        ([PASSED, FAILED], {"shards": 3, "given": (2,)}, "Not ready: 1 of 2 scenarios did not do what was agreed", 1),
        ([PASSED], {"shards": 3, "given": (1, 3)}, "No verdict: shard 2 of 3 is missing", ExitCode.TEST_ERROR),
        ([SKIPPED], {}, "No verdict: 1 scenario selected, and none could be checked at this target", ExitCode.PASSED),
    ],
)
def test_the_rule(entries: Sequence[ScenarioEntry], more: dict[str, Any], headline: str, code: int) -> None:
    decision = decide(manifest(entries, **more))
    assert decision.headline == headline
    assert decision.exit_code == code


@pytest.mark.parametrize("worse, better", [(FAILED, BROKEN), (FAILED, KNOWN), (BROKEN, KNOWN), (FAILED, NOT_RUN)])
def test_the_worse_one_wins(worse: ScenarioEntry, better: ScenarioEntry) -> None:
    alone = decide(manifest([PASSED, worse])).word
    assert decide(manifest([PASSED, better, worse], selection="features/vod")).word is alone


def test_a_known_issue_never_makes_a_run_ready() -> None:
    decision = decide(manifest([PASSED, KNOWN]))
    assert decision.exit_code != ExitCode.PASSED
    assert "somebody has to accept it" in decision.rule


def test_what_was_left_out_stands_beside_ready() -> None:
    rule = decide(manifest([PASSED, SKIPPED, FLAKY, entry(9, not_checked=("database",))])).rule
    assert "1 skipped, the reasons stand below" in rule
    assert "1 checked in part" in rule
    assert "1 passed only on a later try" in rule
