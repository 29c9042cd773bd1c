"""Known issues: failures that are accepted until a date, listed in `support/report/known_issues.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from support.errors import UsageError

FILE = "support/report/known_issues.toml"


class KnownIssue(BaseModel):
    """An entry of the file: a failure with its reason, its owner, and the last day on which it is accepted (`until`).

    It matches scenarios with the id `behaviour`, the title `scenario`, or both, that fail with a message in which the
    regular expression `message` is found.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    until: date
    behaviour: str = ""
    scenario: str = ""
    message: str = Field(min_length=1)
    link: str = ""

    @field_validator("message")
    @classmethod
    def _require_pattern(cls, message: str) -> str:
        try:
            re.compile(message)
        except re.error as error:
            raise ValueError(f"{message!r} is not a regular expression: {error}") from error
        return message

    @field_validator("link")
    @classmethod
    def _require_url(cls, link: str) -> str:
        if link and not link.startswith(("https://", "http://")):
            raise ValueError("must start with https://")
        return link

    @model_validator(mode="after")
    def _require_scenario(self) -> KnownIssue:
        if not self.behaviour and not self.scenario:
            raise ValueError("needs behaviour (an id such as VOD-040), scenario (a title), or both")
        return self

    def matches(self, scenario: Scenario) -> bool:
        """Return whether the entry names this scenario."""
        return self.behaviour in ("", scenario.behaviour) and self.scenario in ("", scenario.title)

    def explains(self, scenario: Scenario) -> bool:
        """Return whether the entry names this scenario and the message of its failure."""
        return self.matches(scenario) and re.search(self.message, scenario.message) is not None


class Scenario(Protocol):
    """The fields of a scenario that an entry is compared with."""

    @property
    def behaviour(self) -> str:
        """The id of its behaviour."""

    @property
    def title(self) -> str:
        """Its title in the report."""

    @property
    def message(self) -> str:
        """The message of its failure, with those of hooks and cleanups."""


def load(file: Path) -> list[KnownIssue]:
    """Read the file; a missing file contains no issues. Raises UsageError that names each invalid entry."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file.name}: unreadable: {error}") from error
    issues, problems = [], []
    for id, entry in content.items():
        try:
            issues.append(KnownIssue.model_validate({**entry, "id": id} if isinstance(entry, dict) else entry))
        except ValidationError as error:
            problems.append(f"[{id}] {_explained(error)}.")
    if problems:
        raise UsageError(f"{file.name}: {' '.join(problems)}")
    return issues


def _explained(error: ValidationError) -> str:
    return "; ".join(_problem(str(issue["loc"][0]) if issue["loc"] else "", issue) for issue in error.errors())


def _problem(field: str, issue: object) -> str:
    known = ", ".join(name for name in KnownIssue.model_fields if name != "id")
    match issue:
        case {"type": "missing" | "string_too_short"}:
            return f"{field} is missing"
        case {"type": "extra_forbidden"}:
            return f"unknown field {field!r}. Known: {known}"
        case {"type": "model_type" | "model_attributes_type"}:
            return f"must be a table with {known}"
        case {"loc": ("until",)}:
            return "until must be a date, such as 2027-01-31"
        case {"msg": str(text)}:
            return f"{field} {text.removeprefix('Value error, ')}".strip()
    return f"{field} is invalid"


def explaining(issues: Sequence[KnownIssue], scenario: Scenario, today: date) -> KnownIssue | None:
    """Return the issue that explains the failure of a scenario, if there is one that has not ended."""
    return next((issue for issue in issues if today <= issue.until and issue.explains(scenario)), None)


def warnings(
    issues: Sequence[KnownIssue],
    passed: Sequence[Scenario],
    not_passed: Sequence[Scenario],
    today: date,
    *,
    everything_ran: bool,
) -> list[str]:
    """Return warnings about entries that have ended, matched no failure, or match no scenario.

    If only a part of the suite ran (`everything_ran` is false), an id may have scenarios in another part.
    """
    found = []
    for issue in issues:
        explained = [scenario for scenario in not_passed if issue.explains(scenario)]
        named = any(issue.matches(scenario) for scenario in (*passed, *not_passed))
        if explained and issue.until < today:
            found.append(
                f"Known issue {issue.id} ended on {issue.until}: “{explained[0].title}” counts as a failure again. "
                f"Ask {issue.owner}, or set a new date in {FILE}."
            )
        elif not explained and named and (everything_ran or issue.scenario):
            found.append(f"Known issue {issue.id} matched no failure. If it is solved, remove it from {FILE}.")
        elif not named and everything_ran:
            found.append(f"Known issue {issue.id} matches no scenario. Correct {FILE}.")
    return found
