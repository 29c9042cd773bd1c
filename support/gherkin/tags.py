"""The vocabulary of tags: what a feature may be tagged with, and what each tag means. There are no others."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

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
    """A tag, or a family of tags: `pattern` is a regular expression, `example` one that it matches."""

    pattern: str
    example: str
    meaning: str


VOCABULARY = (
    Tag("smoke", "smoke", "must never fail, and is quick: run after every change"),
    Tag("slow", "slow", "takes more than ten seconds"),
    Tag("wip", "wip", "being written; `behave --wip` runs only these"),
    Tag(READONLY, READONLY, "changes nothing: all that runs against a target without `writes`, such as production"),
    Tag("blocker", "blocker", "severity: without it nobody can work"),
    Tag("critical", "critical", "severity: an important workflow is lost"),
    Tag("minor", "minor", "severity: an annoyance"),
    Tag(r"id\.[A-Z]{2,5}-\d{3}", "id.VOD-040", "which behaviour of the catalogue the scenario shows"),
    Tag(
        rf"{re.escape(NEEDS)}({'|'.join(Capability)})",
        "needs.faults",
        f"the target must grant this, or the scenario is skipped: {', '.join(Capability)}; "
        "without database or redis it runs, and what it checks there is left out",
    ),
    Tag(r"lock\.[a-z_]+", "lock.prices", "never runs beside another scenario with the same lock on a shared target"),
    Tag(re.escape(QUIET), QUIET, "measures time: nothing runs beside it, on whatever target; runs last, alone"),
    Tag(re.escape(ALONE), ALONE, "must have a shared target to itself: runs last, alone"),
    Tag(TOGETHER, TOGETHER, "on a feature: its scenarios run one after the other in one worker, in order"),
    Tag(LIMIT.pattern, "limit.120s", "how long the scenario may take before it is ended (60 s without this tag)"),
    Tag(r"allure\.label\.\w+:\S+", "allure.label.epic:Login_and_roles", "a label in the report; _ becomes a blank"),
    Tag(r"allure\.(link|issue|tms)(\.[^:\s]+)?:\S+", "allure.issue.SHOP-12:https://...", "a link in the report"),
)
_KNOWN = re.compile("|".join(f"(?:{tag.pattern})" for tag in VOCABULARY))


def is_known(tag: str) -> bool:
    """Whether a tag (without @) belongs to the vocabulary."""
    return _KNOWN.fullmatch(tag) is not None


def explain_unknown(tag: str) -> str:
    """Return half a sentence on a tag that is not in the vocabulary: what it is not, and what was probably meant."""
    if tag.startswith("id."):
        return f"@{tag} is no id: capitals, a hyphen and three digits, as in @id.VOD-040"
    candidates = {*(known.example for known in VOCABULARY), *(NEEDS + one for one in Capability)}
    close = difflib.get_close_matches(tag, candidates, n=1)
    return f"@{tag} is no tag of the vocabulary" + (f" (did you mean @{close[0]}?)" if close else "")
