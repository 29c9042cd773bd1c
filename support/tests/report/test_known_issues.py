"""Known issues: what they explain, until when, and what is said of entries that should go."""

from datetime import date
from pathlib import Path

import pytest

from support.errors import UsageError
from support.report.known_issues import FILE, KnownIssue, explaining, load, warnings
from support.report.manifest import Status
from support.tests.generated_run import entry

TODAY = date(2026, 3, 2)
ENTRY = """
[CAP-17]
reason = "Captions are cut"
owner = "Team Captions"
until = 2026-03-31
behaviour = "VOD-002"
message = "status of the VOD"
"""
FAILED = entry(2, Status.FAILED)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "known_issues.toml"


def loaded(file: Path, text: str) -> list[KnownIssue]:
    file.write_text(text)
    return load(file)


def test_no_file_is_no_issue(file: Path) -> None:
    assert load(file) == []


def test_the_projects_own_file_can_be_read() -> None:
    assert Path(FILE).exists()
    load(Path(FILE))


@pytest.mark.parametrize("day, known", [("2026-03-31", True), ("2026-03-02", True), ("2026-03-01", False)])
def test_an_issue_counts_until_its_day_is_over(file: Path, day: str, known: bool) -> None:
    issues = loaded(file, ENTRY.replace("2026-03-31", day))
    assert (explaining(issues, FAILED, TODAY) is not None) == known


@pytest.mark.parametrize(
    "scenario",
    [
        entry(2, Status.FAILED, behaviour="VOD-003"),
        entry(2, Status.FAILED, message="The VOD should be gone, but was not."),
    ],
)
def test_another_scenario_or_another_reason_is_not_known(file: Path, scenario: object) -> None:
    assert explaining(loaded(file, ENTRY), scenario, TODAY) is None  # type: ignore[arg-type]


def test_a_title_narrows_an_id_down(file: Path) -> None:
    issues = loaded(file, ENTRY + 'scenario = "Scenario 2 of many"\n')
    assert explaining(issues, FAILED, TODAY)
    assert not explaining(issues, entry(2, Status.FAILED, title="Another row"), TODAY)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('owner = "Team Captions"\n', "", r"\[CAP-17\] owner is missing\."),
        ('owner = "Team Captions"', 'owner = ""', r"\[CAP-17\] owner is missing\."),
        ('behaviour = "VOD-002"\n', "", r"\[CAP-17\] needs behaviour \(an id .*\), scenario"),
        ("2026-03-31", '"soon"', r"\[CAP-17\] until must be a date, such as"),
        ('"status of the VOD"', '"status ("', r"message 'status \(' is not a regular expression: missing \)"),
        ("reason", "reson", r"reason is missing; unknown field 'reson'\. Known: reason, owner, until"),
        ("[CAP-17]", "CAP-17 = 1\n[OTHER]", r"\[CAP-17\] must be a table with reason, owner"),
        ("[CAP-17]", "[CAP-17", r"known_issues\.toml: unreadable: .*line"),
        ("message", 'link = "tracker/17"\nmessage', r"\[CAP-17\] link must start with https://"),
    ],
)
def test_a_malformed_entry_is_one_message(file: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        loaded(file, ENTRY.replace(before, after))


class TestWarnings:
    def found(self, file: Path, passed: list[object], not_passed: list[object], text: str = ENTRY) -> list[str]:
        return warnings(loaded(file, text), passed, not_passed, TODAY, everything_ran=True)  # type: ignore[arg-type]

    def test_an_issue_that_matched_has_no_warning(self, file: Path) -> None:
        assert self.found(file, [], [FAILED]) == []

    def test_an_issue_that_has_ended(self, file: Path) -> None:
        assert self.found(file, [], [FAILED], ENTRY.replace("2026-03-31", "2026-02-28")) == [
            "Known issue CAP-17 ended on 2026-02-28: “Scenario 2 of many” counts as a failure again. "
            "Ask Team Captions, or set a new date in support/report/known_issues.toml."
        ]

    def test_an_issue_that_matched_no_failure(self, file: Path) -> None:
        [warning] = self.found(file, [entry(2)], [])
        assert warning.startswith("Known issue CAP-17 matched no failure.")

    def test_an_issue_without_scenario(self, file: Path) -> None:
        [warning] = self.found(file, [entry(3)], [])
        assert warning == "Known issue CAP-17 matches no scenario. Correct support/report/known_issues.toml."

    def test_an_issue_whose_scenario_was_not_selected(self, file: Path) -> None:
        assert warnings(loaded(file, ENTRY), [entry(3)], [], TODAY, everything_ran=False) == []

    @pytest.mark.parametrize(
        "named, count", [("", 0), ('scenario = "Scenario 2 of many"\n', 1)], ids=["by its id", "by its title"]
    )
    def test_an_issue_that_a_partial_run_did_not_match(self, file: Path, named: str, count: int) -> None:
        """An id may have more scenarios, in another shard; a title has one."""
        issues = loaded(file, ENTRY + named)
        assert len(warnings(issues, [entry(2)], [], TODAY, everything_ran=False)) == count
