"""The summary in Markdown: on one screen, and nothing in it is taken for more than text."""

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
            entry(6, Status.SKIPPED, message="the target does not grant: faults"),
            entry(7, Status.SKIPPED, message="the target does not grant: faults"),
            entry(8, attempts=2, not_checked=("database",)),
        ],
        known_issues=(ISSUE,),
        remarks=("The known issue X is about nothing.",),
        seed="abc",
        workers=2,
    )


def test_the_whole() -> None:
    assert (
        summary(mixed())
        == """\
## Not ready

2 of 8 scenarios did not do what was agreed (1 blocker). One difference is enough.

Target: made up · Run: 2026-03-02 10:00 UTC · Took: 1 min 0 s · Workers: 2 · Order: random:abc

| scenarios | passed | failed | broken | skipped |
| ---: | ---: | ---: | ---: | ---: |
| 8 | 2 | 3 | 1 | 2 |

**Differs from what was agreed**

- VOD-003 Scenario 3 of many (blocker): \\*9\\* \\| \\<b\\> `features/made_up.feature:3`
- VOD-002 Scenario 2 of many: The VOD should be there, but was not. `features/made_up.feature:2`

**Could not tell**

- VOD-004 Scenario 4 of many: The VOD should be there, but was not. `features/made_up.feature:4`

**Known issues**

- CAP-17: Captions are cut (Team Captions, until 2026-03-31): VOD-005 Scenario 5 of many

**To be looked at**

- The known issue X is about nothing.

**Flaky: passed only on a later try**

- VOD-008 Scenario 8 of many

**Skipped**

- 2 scenarios: the target does not grant: faults

**Checked in part**

- 1 scenario: database was not looked at, the target does not grant it

Everything that was sent and answered is in the report: `acceptance report` builds `reports/report.html`. \
What did not pass is run again with `behave @reports/rerun.txt`.
"""
    )


def test_it_fits_a_screen_however_much_fails() -> None:
    text = summary(manifest([entry(number, Status.FAILED) for number in range(500)]))
    assert len(text.splitlines()) < 30
    assert "… and 490 more" in text


def test_a_green_run_is_short() -> None:
    assert len(summary(manifest([entry(number) for number in range(500)])).splitlines()) < 14


def test_times_as_people_say_them() -> None:
    assert [duration(seconds) for seconds in (0.42, 59.0, 61.0, 3600.0)] == [
        "0.4 s",
        "59.0 s",
        "1 min 1 s",
        "60 min 0 s",
    ]
