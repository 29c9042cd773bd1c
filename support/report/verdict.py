"""Can we release? One rule for the report, the summary and the exit code, so that they cannot disagree.

========================  ==========================================================  =========
 verdict                   when (the first that fits)                                  exit code
========================  ==========================================================  =========
 Not ready                 a scenario differs from what was agreed, or (with           1
                           `-D flaky=fail`) passed only on a later try
 No verdict                something could not tell: the tests broke, or ended early,  6
                           or a report lacks some of its shards
 Ready if accepted         what did not pass is on the list of known issues            7
 No verdict                nothing passed, because everything was skipped              0
 Partly checked            all that ran did what was agreed, but only a part was run,  0
                           such as a shard by itself
 Ready                     everything ran and did what was agreed                      0
========================  ==========================================================  =========
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from support.errors import ExitCode
from support.report.manifest import Cause, Manifest, ScenarioEntry, Status


class Verdict(StrEnum):
    """The verdict in a word or two."""

    READY = "Ready"
    PARTLY = "Partly checked"
    IF_ACCEPTED = "Ready if accepted"
    NO_VERDICT = "No verdict"
    NOT_READY = "Not ready"


@dataclass(frozen=True)
class Decision:
    """The verdict: `sentence` says what it is decided by; `rule` why that decides it."""

    word: Verdict
    sentence: str
    rule: str
    exit_code: ExitCode

    @property
    def headline(self) -> str:
        """Verdict and sentence in a line."""
        return f"{self.word}: {self.sentence}"


def decide(manifest: Manifest) -> Decision:
    """Decide by what became of the scenarios."""
    return (
        _not_ready(manifest)
        or _not_told(manifest)
        or _known(manifest)
        or _nothing_passed(manifest)
        or _partly(manifest)
        or _ready(manifest)
    )


def differing(manifest: Manifest) -> list[ScenarioEntry]:
    """Return the scenarios that show a difference between the platform and what was agreed, the worst first."""
    return [entry for entry in manifest.not_passed if entry.cause is Cause.PRODUCT]


def unable(manifest: Manifest) -> list[ScenarioEntry]:
    """Return the scenarios that could not tell: the tests or their surroundings broke."""
    return [entry for entry in manifest.not_passed if entry.cause not in (Cause.PRODUCT, Cause.KNOWN)]


def known(manifest: Manifest) -> list[ScenarioEntry]:
    """Return the scenarios whose trouble is on the list of known issues."""
    return [entry for entry in manifest.not_passed if entry.cause is Cause.KNOWN]


def _not_ready(manifest: Manifest) -> Decision | None:
    bad, total = differing(manifest), len(manifest.scenarios)
    if bad:
        worst = _worst(bad)
        sentence = f"{len(bad)} of {scenarios(total)} did not do what was agreed{worst}"
        return Decision(Verdict.NOT_READY, sentence, "One difference is enough.", ExitCode.FAILED)
    if manifest.flaky and manifest.flaky_fails:
        sentence = f"{len(manifest.flaky)} of {scenarios(total)} passed only on a later try"
        return Decision(Verdict.NOT_READY, sentence, "This run was asked to be strict (flaky=fail).", ExitCode.FAILED)
    return None


def _worst(entries: list[ScenarioEntry]) -> str:
    """Name how many are blockers or critical."""
    parts = []
    for severity in ("blocker", "critical"):
        count = sum(entry.severity == severity for entry in entries)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 and severity == 'blocker' else ''}")
    return f" ({', '.join(parts)})" if parts else ""


def _not_told(manifest: Manifest) -> Decision | None:
    broken, waiting = len(unable(manifest)), len(manifest.of(Status.NOT_RUN))
    # A shard by itself cannot wait for the others: that they are all there is seen where they are put together.
    missing = manifest.missing_shards if len(manifest.given) > 1 else []
    parts = [
        *([f"{broken} of {scenarios(len(manifest.scenarios))} could not tell"] if broken else []),
        *([f"{scenarios(waiting)} did not come to {'its' if waiting == 1 else 'their'} turn"] if waiting else []),
        *([f"shard {', '.join(map(str, missing))} of {manifest.shards} is missing"] if missing else []),
        *(["something went wrong outside the scenarios"] if manifest.troubles and not broken else []),
    ]
    if not parts:
        return None
    rule = "Nothing was seen to differ from what was agreed, but what could not be looked at may."
    return Decision(Verdict.NO_VERDICT, "; ".join(parts), rule, ExitCode.TEST_ERROR)


def _known(manifest: Manifest) -> Decision | None:
    entries = known(manifest)
    if not entries:
        return None
    issues = list(dict.fromkeys(entry.known_issue for entry in entries))
    sentence = (
        f"{len(entries)} of {scenarios(len(manifest.scenarios))} did not pass{_worst(entries)}, "
        f"all for known reasons: {', '.join(issues)}"
    )
    rule = "A known issue is no success: somebody has to accept it. All else did what was agreed."
    return Decision(Verdict.IF_ACCEPTED, sentence, rule, ExitCode.KNOWN_ISSUES)


def _nothing_passed(manifest: Manifest) -> Decision | None:
    if manifest.of(Status.PASSED):
        return None
    sentence = f"{scenarios(len(manifest.scenarios))} selected, and none could be checked at this target"
    return Decision(Verdict.NO_VERDICT, sentence, "Skipped is not passed.", ExitCode.PASSED)


def _partly(manifest: Manifest) -> Decision | None:
    shard = f"shard {manifest.shards_given}" if manifest.missing_shards else ""
    asked = ", ".join(filter(None, (manifest.selection, shard)))
    if not asked:
        return None
    sentence = f"{_all_of(manifest)} did what was agreed, and no more was asked for: {asked}"
    return Decision(Verdict.PARTLY, sentence, "For a release, run everything.", ExitCode.PASSED)


def _ready(manifest: Manifest) -> Decision:
    return Decision(
        Verdict.READY, f"{_all_of(manifest)} did what was agreed", _what_was_left(manifest), ExitCode.PASSED
    )


def _all_of(manifest: Manifest) -> str:
    passed, skipped = len(manifest.of(Status.PASSED)), len(manifest.of(Status.SKIPPED))
    if skipped:
        return f"{passed} of {scenarios(passed + skipped)}"
    return "the one scenario" if passed == 1 else f"all {scenarios(passed)}"


def _what_was_left(manifest: Manifest) -> str:
    skipped = len(manifest.of(Status.SKIPPED))
    partly = sum(bool(entry.not_checked) for entry in manifest.scenarios)
    parts = [
        *([f"{skipped} skipped, the reasons stand below"] if skipped else []),
        *([f"{partly} checked in part"] if partly else []),
        *([f"{len(manifest.flaky)} passed only on a later try"] if manifest.flaky else []),
    ]
    return f"Bear in mind: {'; '.join(parts)}." if parts else "Everything was run, nothing was skipped."


def scenarios(count: int) -> str:
    """Count them in words."""
    return f"{count} scenario" if count == 1 else f"{count} scenarios"
