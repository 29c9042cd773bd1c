"""URL patterns for tickets: from pyproject.toml, replaced by those of the target."""

import re
from datetime import date
from pathlib import Path

import pytest

from support.errors import UsageError
from support.report.build import build
from support.report.known_issues import KnownIssue
from support.report.links import expanded, link_patterns, url_of
from support.report.manifest import Cause, Status
from support.tests.generated_run import GeneratedRun, entry, manifest
from support.tests.page import data_of

ISSUE = KnownIssue(
    id="CAP-17", reason="Captions are cut", owner="Team", until=date(2099, 1, 1), behaviour="VOD-001", message="x"
)
TRACKER = "https://tracker.example/browse/{}"


def test_the_pattern_of_the_target_replaces_that_of_the_project(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(f'[tool.acceptance.links]\nissue = "{TRACKER}"\ntms = "https://tests.example/{{}}"\n')
    found = link_patterns(pyproject, {"issue": "https://other.example/{}"})
    assert found == {"issue": "https://other.example/{}", "tms": "https://tests.example/{}"}


def test_a_project_without_patterns(tmp_path: Path) -> None:
    assert link_patterns(tmp_path / "pyproject.toml", {}) == {}


@pytest.mark.parametrize(
    ("name", "pattern", "problem"),
    [
        ("isue", TRACKER, "isue: unknown link type. Known: issue, tms, link"),
        ("issue", "https://tracker.example/", r"issue: expected a URL with one {} for the ticket"),
        ("issue", "tracker/{}", "issue: expected a URL"),
    ],
)
def test_an_invalid_pattern_is_rejected(tmp_path: Path, name: str, pattern: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        link_patterns(tmp_path / "pyproject.toml", {name: pattern})


def test_only_tickets_are_expanded() -> None:
    assert url_of("BUG-17", "issue", {"issue": TRACKER}) == "https://tracker.example/browse/BUG-17"
    assert url_of("https://x.example/1", "issue", {"issue": TRACKER}) == "https://x.example/1"
    assert url_of("BUG-17", "tms", {"issue": TRACKER}) == "BUG-17"
    assert expanded([{"type": "issue", "url": "BUG-17"}], {}) == [{"type": "issue", "url": "BUG-17"}]


def test_a_known_issue_without_a_link_uses_the_pattern(tmp_path: Path) -> None:
    failure = entry(1, Status.FAILED, cause=Cause.KNOWN, known_issue="CAP-17")
    run = manifest([failure], known_issues=(ISSUE,), links={"issue": TRACKER})
    build([GeneratedRun(tmp_path / "reports", run).write()], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    [place] = set(re.findall(r'<td>\s*<a href="#(\w{32})">', page))
    result = data_of(page, f"data/test-results/{place}.json")
    assert [link["url"] for link in result["links"]] == ["https://tracker.example/browse/CAP-17"]
