"""Known issues: what somebody has agreed to see fail for a while, in `support/report/known_issues.toml`."""

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
    """An entry of the file: what is known, who sees to it, and until when.

    It is about scenarios with the id `behaviour`, or the title `scenario`, or both, that do not pass for a reason in
    which the regular expression `message` is found. `until` is the last day on which it counts.
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
    def _is_a_pattern(cls, message: str) -> str:
        try:
            re.compile(message)
        except re.error as error:
            raise ValueError(f"{message!r} is no regular expression, {error}") from error
        return message

    @field_validator("link")
    @classmethod
    def _is_an_address(cls, link: str) -> str:
        if link and not link.startswith(("https://", "http://")):
            raise ValueError("begins with https://")
        return link

    @model_validator(mode="after")
    def _names_a_scenario(self) -> KnownIssue:
        if not self.behaviour and not self.scenario:
            raise ValueError("say which: behaviour (an id such as VOD-040) or scenario (a title), or both")
        return self

    def is_about(self, scenario: Scenario) -> bool:
        """Whether it speaks of this scenario, whatever became of it."""
        return self.behaviour in ("", scenario.behaviour) and self.scenario in ("", scenario.title)

    def explains(self, scenario: Scenario) -> bool:
        """Whether it speaks of this scenario, and of the reason why it did not pass."""
        return self.is_about(scenario) and re.search(self.message, scenario.message) is not None


class Scenario(Protocol):
    """As much of a scenario as an entry looks at."""

    @property
    def behaviour(self) -> str:
        """The id in the catalogue."""

    @property
    def title(self) -> str:
        """The title in the report."""

    @property
    def message(self) -> str:
        """Why it did not pass."""


def load(file: Path) -> list[KnownIssue]:
    """Read the file; no file is no issue. Raises UsageError with a sentence on each entry that is wrong."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file.name} cannot be read: {error}") from error
    issues, wrong = [], []
    for id, entry in content.items():
        try:
            issues.append(KnownIssue.model_validate({**entry, "id": id} if isinstance(entry, dict) else entry))
        except ValidationError as error:
            wrong.append(f"[{id}] {_explained(error)}.")
    if wrong:
        raise UsageError(f"{file.name} is wrong: {' '.join(wrong)}")
    return issues


def _explained(error: ValidationError) -> str:
    return "; ".join(_problem(str(issue["loc"][0]) if issue["loc"] else "", issue) for issue in error.errors())


def _problem(field: str, issue: object) -> str:
    known = ", ".join(name for name in KnownIssue.model_fields if name != "id")
    match issue:
        case {"type": "missing" | "string_too_short"}:
            return f"lacks {field}"
        case {"type": "extra_forbidden"}:
            return f"has {field!r}, which means nothing there (known: {known})"
        case {"type": "model_type" | "model_attributes_type"}:
            return f"must be a table with {known}"
        case {"loc": ("until",)}:
            return "until must be a day, such as 2027-01-31"
        case {"msg": str(text)}:
            return f"{field} {text.removeprefix('Value error, ')}".strip()
    return f"{field} is wrong"


def explaining(issues: Sequence[KnownIssue], scenario: Scenario, today: date) -> KnownIssue | None:
    """Return the issue that explains why a scenario did not pass, if there is one whose time is not over."""
    return next((issue for issue in issues if today <= issue.until and issue.explains(scenario)), None)


def warnings(
    issues: Sequence[KnownIssue],
    passed: Sequence[Scenario],
    not_passed: Sequence[Scenario],
    today: date,
    *,
    everything_ran: bool,
) -> list[str]:
    """Return sentences on entries that should be looked at: over, not met, or about nothing that there is.

    Where only a part of the suite ran, such as a shard, an id may have more scenarios that did not.
    """
    found = []
    for issue in issues:
        explained = [scenario for scenario in not_passed if issue.explains(scenario)]
        about = any(issue.is_about(scenario) for scenario in (*passed, *not_passed))
        if explained and issue.until < today:
            found.append(
                f"The known issue {issue.id} ended on {issue.until}: “{explained[0].title}” counts again. "
                f"Ask {issue.owner}, or agree on a new date."
            )
        elif not explained and about and (everything_ran or issue.scenario):
            found.append(
                f"The known issue {issue.id} was not met: no scenario failed as it says. "
                f"Is it solved? Then take it out of {FILE}."
            )
        elif not about and everything_ran:
            found.append(f"The known issue {issue.id} is about no scenario that there is: correct {FILE}.")
    return found
