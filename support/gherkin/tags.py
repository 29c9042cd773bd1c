"""The closed vocabulary of tags, with the meaning of each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from support.errors import suggest
from support.targets.capabilities import Capability

LIMIT = re.compile(r"limit\.(?P<seconds>\d+)s")
LOCK = "lock."
ALONE = "lock.platform"
QUIET = "lock.machine"
NEEDS = "needs."
TOGETHER = "together"
READONLY = "readonly"
ID = "id."


@dataclass(frozen=True)
class Tag:
    """A tag, or a family of tags: `pattern` is a regular expression, `example` one tag that it matches."""

    pattern: str
    example: str
    meaning: str


VOCABULARY = (
    Tag("smoke", "smoke", "quick and never expected to fail: run after every change"),
    Tag("slow", "slow", "takes more than ten seconds"),
    Tag("wip", "wip", "being written; `behave --wip` runs only these"),
    Tag(READONLY, READONLY, "changes nothing: the only scenarios that run against a target without `writes`"),
    Tag("blocker", "blocker", "severity: the platform is unusable without it"),
    Tag("critical", "critical", "severity: an important workflow is lost"),
    Tag("minor", "minor", "severity: an annoyance"),
    Tag(r"id\.[A-Z]{2,5}-\d{3}", "id.VOD-040", "the behaviour of behaviours.toml that the scenario covers"),
    Tag(
        rf"{re.escape(NEEDS)}({'|'.join(Capability)})",
        "needs.faults",
        f"the target must provide this, or the scenario is skipped: {', '.join(Capability)}; "
        "without database or redis it runs and skips the checks there",
    ),
    Tag(r"lock\.[a-z_]+", "lock.prices", "never runs beside another scenario with the same lock on a shared target"),
    Tag(re.escape(QUIET), QUIET, "measures time: runs last and alone, at any target"),
    Tag(re.escape(ALONE), ALONE, "must have a shared target to itself: runs last and alone"),
    Tag(TOGETHER, TOGETHER, "on a feature: its scenarios run in order in one worker"),
    Tag(LIMIT.pattern, "limit.120s", "time limit of the scenario (60 s without this tag)"),
    Tag(r"allure\.label\.\w+:\S+", "allure.label.epic:Login_and_roles", "a label in the report; _ becomes a blank"),
    Tag(r"allure\.(link|issue|tms)(\.[^:\s]+)?:\S+", "allure.issue.SHOP-12:https://...", "a link in the report"),
)
_KNOWN = re.compile("|".join(f"(?:{tag.pattern})" for tag in VOCABULARY))


def is_known(tag: str) -> bool:
    """Return whether a tag (without @) belongs to the vocabulary."""
    return _KNOWN.fullmatch(tag) is not None


def explain_unknown(tag: str) -> str:
    """Return the message for a tag outside the vocabulary, with the most similar known tag."""
    if tag.startswith(ID):
        return f"invalid id @{tag}. Expected capitals, a hyphen and three digits, as in @id.VOD-040"
    examples = {*(known.example for known in VOCABULARY), *(NEEDS + one for one in Capability)}
    return f"unknown tag @{tag}.{suggest(f'@{tag}', [f'@{example}' for example in sorted(examples)])}"
