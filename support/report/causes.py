"""Groups failures that have the same cause: one defect can make many scenarios fail in the same way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from support.report.manifest import ScenarioEntry

# What differs between scenarios that fail for the same reason: names, ids, numbers and paths.
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|'[^']*'")
_VARIABLE = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{12,}\b|\d+\.\d+|(?<![\w.])\d+(?= ?(?:ms|s|seconds?)\b)"
)
_REQUEST = re.compile(r"(?:\b\w+'s |\ban unauthenticated )?\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /\S*")


def signature(entry: ScenarioEntry) -> str:
    """Return a text that is equal for failures with the same cause.

    It is the message without names of the subject, requests, ids and durations: an API that rejects every request
    with 429 is one cause.
    """
    subject, expected, rest = _REQUEST.sub("request", entry.first_line).partition(": expected ")
    return f"{entry.cause}|{_VARIABLE.sub('#', _QUOTED.sub('#', subject) + expected + rest)}"


def grouped(entries: Iterable[ScenarioEntry]) -> list[list[ScenarioEntry]]:
    """Return the failures grouped by cause, in the order of the first of each group; without a message, alone."""
    groups: dict[str, list[ScenarioEntry]] = defaultdict(list)
    for entry in entries:
        groups[signature(entry) if entry.first_line else entry.location].append(entry)
    return list(groups.values())
