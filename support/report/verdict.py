"""The verdict of a run. Report, summary and exit code all use it, so they always agree.

==========================  ==========================================================  =========
 verdict                     condition (the first that applies)                          exit code
==========================  ==========================================================  =========
 Not ready                   a scenario failed, or (with `-D flaky=fail`) passed only    1
                             on retry
 Inconclusive                broken or unfinished scenarios, errors outside scenarios,   6
                             missing shards, or fewer scenarios than the target file
                             expects (`expect_at_least`)
 Ready with known issues     only known issues failed                                    7
 Inconclusive                every scenario was skipped                                  0
 Partial run                 everything that ran passed, but scenarios were skipped or   0
                             not selected, by the target or on the command line
 Ready                       all scenarios ran and passed                                0
==========================  ==========================================================  =========
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from support.errors import ExitCode
from support.report.manifest import Cause, Manifest, ScenarioEntry, Severity, Status


class Verdict(StrEnum):
    """The verdict of a run."""

    READY = "Ready"
    KNOWN_ISSUES = "Ready with known issues"
    PARTIAL = "Partial run"
    INCONCLUSIVE = "Inconclusive"
    NOT_READY = "Not ready"


@dataclass(frozen=True)
class Decision:
    """A verdict with its `reason`, the `rule` that applies, and the exit code."""

    verdict: Verdict
    reason: str
    rule: str
    exit_code: ExitCode

    @property
    def headline(self) -> str:
        """Verdict and reason in one line."""
        return f"{self.verdict}: {self.reason}"


def decide(manifest: Manifest) -> Decision:
    """Return the verdict of a run."""
    return (
        _not_ready(manifest)
        or _inconclusive(manifest)
        or _known_issues(manifest)
        or _nothing_ran(manifest)
        or _partial(manifest)
        or _ready(manifest)
    )


def failed(manifest: Manifest) -> list[ScenarioEntry]:
    """Return the scenarios that failed because of the product, the worst first."""
    return [entry for entry in manifest.not_passed if entry.cause is Cause.PRODUCT]


def inconclusive(manifest: Manifest) -> list[ScenarioEntry]:
    """Return the scenarios that failed because of the tests or their environment."""
    return [entry for entry in manifest.not_passed if entry.cause not in (Cause.PRODUCT, Cause.KNOWN)]


def known(manifest: Manifest) -> list[ScenarioEntry]:
    """Return the scenarios that failed as a known issue describes."""
    return [entry for entry in manifest.not_passed if entry.cause is Cause.KNOWN]


def scenarios(count: int) -> str:
    """Return the count with its noun."""
    return f"{count:,} scenario" if count == 1 else f"{count:,} scenarios"


def _not_ready(manifest: Manifest) -> Decision | None:
    failures, total = failed(manifest), scenarios(len(manifest.scenarios))
    if failures:
        reason = f"{len(failures):,} of {total} failed{_severities(failures)}"
        return Decision(Verdict.NOT_READY, reason, "One failure is enough.", ExitCode.FAILED)
    if manifest.flaky and manifest.flaky_fails:
        reason = f"{len(manifest.flaky):,} of {total} passed only on retry"
        return Decision(Verdict.NOT_READY, reason, "Flaky scenarios fail this run (flaky=fail).", ExitCode.FAILED)
    return None


def _severities(entries: list[ScenarioEntry]) -> str:
    """Return how many are blockers or critical."""
    parts = []
    for severity in (Severity.BLOCKER, Severity.CRITICAL):
        count = sum(entry.severity is severity for entry in entries)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 and severity is Severity.BLOCKER else ''}")
    return f" ({', '.join(parts)})" if parts else ""


def _inconclusive(manifest: Manifest) -> Decision | None:
    broken, waiting = len(inconclusive(manifest)), len(manifest.of(Status.NOT_RUN))
    # One shard by itself is a partial run; shards can only be missing where several are put together.
    missing = manifest.missing_shards if len(manifest.shard_numbers) > 1 else []
    parts = [
        *([f"{broken:,} of {scenarios(len(manifest.scenarios))} inconclusive"] if broken else []),
        *([f"{scenarios(waiting)} not run"] if waiting else []),
        *([f"shard {', '.join(map(str, missing))} of {manifest.shards} is missing"] if missing else []),
        *(["errors outside the scenarios"] if manifest.errors and not broken else []),
    ]
    if parts:
        rule = "No failure was found, but some scenarios are inconclusive."
        return Decision(Verdict.INCONCLUSIVE, "; ".join(parts), rule, ExitCode.TEST_ERROR)
    executed = _executed(manifest)
    if executed < manifest.minimum and not manifest.is_partial:
        reason = f"{executed:,} of {scenarios(_total(manifest))} ran, the target expects at least {manifest.minimum:,}"
        rule = f"The target {manifest.target} sets this minimum (expect_at_least). Skipped is not passed."
        return Decision(Verdict.INCONCLUSIVE, reason, rule, ExitCode.TEST_ERROR)
    return None


def _known_issues(manifest: Manifest) -> Decision | None:
    entries = known(manifest)
    if not entries:
        return None
    issues = list(dict.fromkeys(entry.known_issue for entry in entries))
    skipped = len(manifest.of(Status.SKIPPED))
    reason = (
        f"{len(entries):,} of {scenarios(len(manifest.scenarios))} failed{_severities(entries)}, "
        f"all with known issues: {', '.join(issues)}"
    )
    left_out = [*([f"{skipped:,} skipped"] if skipped else []), *_chosen_part(manifest)]
    others = "All other scenarios passed." if not left_out else f"A partial run: {', '.join(left_out)}."
    return Decision(Verdict.KNOWN_ISSUES, reason, f"Known issues need acceptance. {others}", ExitCode.KNOWN_ISSUES)


def _nothing_ran(manifest: Manifest) -> Decision | None:
    if manifest.of(Status.PASSED):
        return None
    reason = f"{scenarios(len(manifest.scenarios))} selected, all skipped by this target"
    return Decision(Verdict.INCONCLUSIVE, reason, "Skipped is not passed.", ExitCode.PASSED)


def _partial(manifest: Manifest) -> Decision | None:
    passed, skipped, part = _executed(manifest), len(manifest.of(Status.SKIPPED)), _chosen_part(manifest)
    if skipped:
        selected = " selected" if part else ""
        reason = f"{passed:,} of {len(manifest.scenarios):,}{selected} scenarios passed, {skipped:,} skipped"
        reason += f": {', '.join(part)}" if part else f": {_main_reason(manifest)}"
        return Decision(
            Verdict.PARTIAL, reason, "Skipped is not passed. For a release, run everything.", ExitCode.PASSED
        )
    if part:
        every = "the selected scenario" if passed == 1 else f"all {passed:,} selected scenarios"
        reason = f"{every} passed: {', '.join(part)}"
        if manifest.available > passed:
            reason += f" ({passed:,} of {scenarios(manifest.available)})"
        return Decision(Verdict.PARTIAL, reason, "For a release, run everything.", ExitCode.PASSED)
    return None


def _chosen_part(manifest: Manifest) -> list[str]:
    """Return what excluded scenarios on the command line."""
    shard = f"shard {manifest.shard_names}" if manifest.missing_shards else ""
    return [part for part in (manifest.selection, shard) if part]


def _main_reason(manifest: Manifest) -> str:
    """Return why most of the skipped scenarios were skipped."""
    reasons = Counter(entry.first_line or "without a reason" for entry in manifest.of(Status.SKIPPED))
    [(reason, _)] = reasons.most_common(1)
    return (
        reason
        if len(reasons) == 1
        else f"{reason}, and {len(reasons) - 1} more reason{'s' if len(reasons) > 2 else ''}"
    )


def _ready(manifest: Manifest) -> Decision:
    passed = len(manifest.of(Status.PASSED))
    reason = "the only scenario passed" if passed == 1 else f"all {scenarios(passed)} passed"
    return Decision(Verdict.READY, reason, _notes(manifest), ExitCode.PASSED)


def _notes(manifest: Manifest) -> str:
    limited = sum(bool(entry.skipped_checks) for entry in manifest.scenarios)
    parts = [
        *([f"{limited:,} with skipped checks"] if limited else []),
        *([f"{len(manifest.flaky):,} flaky, passed only on retry"] if manifest.flaky else []),
    ]
    return f"Note: {'; '.join(parts)}." if parts else "All scenarios ran, none was skipped."


def _executed(manifest: Manifest) -> int:
    return len(manifest.ran) - len(manifest.of(Status.SKIPPED))


def _total(manifest: Manifest) -> int:
    return max(manifest.available, len(manifest.scenarios))
