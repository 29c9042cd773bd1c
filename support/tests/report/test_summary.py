"""The summary in Markdown: fits on one screen and escapes all texts of the run."""

from datetime import date

from support.report.known_issues import KnownIssue
from support.report.manifest import Cause, Manifest, Severity, Status
from support.report.summary import duration, summary
from support.tests.generated_run import entry, manifest

ISSUE = KnownIssue(
    id="CAP-17",
    reason="Captions are cut",
    owner="Team Captions",
    until=date(2026, 3, 31),
    behaviour="VOD-005",
    message="x",
)


def mixed() -> Manifest:
    return manifest(
        [
            entry(1),
            entry(2, Status.FAILED),
            entry(3, Status.FAILED, severity=Severity.BLOCKER, message="*9* | <b>\nsecond line"),
            entry(4, Status.BROKEN, cause=Cause.TEST_CODE),
            entry(5, Status.FAILED, cause=Cause.KNOWN, known_issue="CAP-17"),
            entry(6, Status.SKIPPED, message="target generated does not provide: faults"),
            entry(7, Status.SKIPPED, message="target generated does not provide: faults"),
            entry(8, attempts=2, skipped_checks=("database",)),
        ],
        known_issues=(ISSUE,),
        warnings=("Known issue X matches no scenario.",),
        seed="abc",
        workers=2,
    )


def test_every_section() -> None:
    assert (
        summary(mixed())
        == """\
## Not ready

2 of 8 scenarios failed (1 blocker). One failure is enough.

Target: generated · Run: 2026-03-02 10:00 UTC · Duration: 1 min 0 s · Workers: 2 · Order: random:abc

| scenarios | passed | failed | broken | skipped |
| ---: | ---: | ---: | ---: | ---: |
| 8 | 2 | 3 | 1 | 2 |

**Failed**

- VOD-003 Scenario 3 of many (blocker): \\*9\\* \\| \\<b\\> `features/generated.feature:3`
- VOD-002 Scenario 2 of many: status of the VOD: expected "completed", got "failed" `features/generated.feature:2`

**Inconclusive**

- VOD-004 Scenario 4 of many: status of the VOD: expected "completed", got "failed" `features/generated.feature:4`

**Known issues**

- CAP-17: Captions are cut (Team Captions, until 2026-03-31): VOD-005 Scenario 5 of many

**Warnings**

- Known issue X matches no scenario.

**Flaky: passed on retry**

- VOD-008 Scenario 8 of many

**Skipped**

- 2 scenarios: target generated does not provide: faults

**Skipped checks**

- 1 scenario: check of database skipped, the target does not provide it

All requests and responses are in the report: `acceptance report` builds `reports/report.html`. \
Rerun failures with `behave @reports/rerun.txt`.
"""
    )


def test_it_fits_a_screen_with_many_failures() -> None:
    failures = [entry(number, Status.FAILED, message=f"cause {chr(97 + number % 26)}{number}") for number in range(500)]
    text = summary(manifest(failures))
    assert len(text.splitlines()) < 30
    assert "… and 490 more" in text


def test_a_green_run_is_short() -> None:
    assert len(summary(manifest([entry(number) for number in range(500)])).splitlines()) < 14


def test_durations() -> None:
    assert [duration(seconds) for seconds in (0.42, 59.0, 61.0, 3600.0)] == [
        "0.4 s",
        "59.0 s",
        "1 min 1 s",
        "60 min 0 s",
    ]


def test_failures_with_the_same_cause_share_a_line() -> None:
    rejected = "status of {}'s POST /api/vod/{}: expected 201, got 429 (too many requests)"
    entries = [
        entry(number, Status.FAILED, message=rejected.format(name, number))
        for number, name in enumerate(("Dana", "Mona", "Omar"))
    ]
    text = summary(manifest([*entries, entry(9, Status.FAILED, message="another cause")]))
    assert text.count("expected 201, got 429") == 1
    assert "(and 2 scenarios with the same cause)" in text
    assert "another cause" in text


def test_errors_outside_scenarios_are_listed_with_their_reason() -> None:
    error = "The teardown of the feature “Captions” failed: KeyError: 'vod'"
    assert (
        "**Errors outside scenarios**\n\n- The teardown of the feature “Captions” failed: KeyError: 'vod'"
        in summary(manifest([entry(1)], errors=(error,)))
    )


def test_paths_are_those_of_the_run() -> None:
    text = summary(manifest([entry(1, Status.FAILED)]), "reports/run-1a2b3c")
    assert "`acceptance report reports/run-1a2b3c` builds `reports/run-1a2b3c/report.html`" in text
    assert "`behave @reports/run-1a2b3c/rerun.txt`" in text
