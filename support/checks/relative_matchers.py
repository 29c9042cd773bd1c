"""Matchers that refer to the same record: to a field's earlier value, or to another field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from support.checks.comparison import describe_structure, differences, format_value
from support.checks.json_paths import find
from support.checks.matchers import ABSENT, Family, Matcher, to_datetime, to_utc_datetime

Record = Mapping[str, Any]


@dataclass(frozen=True)
class RelativeMatcher:
    """A matcher as a feature writes it; `resolve` returns the matcher for one record."""

    make: Callable[..., Matcher]
    parts: tuple[str, ...]

    def resolve(self, path: str, now: Record, before: Record) -> Matcher:
        """Return the matcher for the field at a path of a record, given the record now and before."""
        return self.make(path, now, before, *self.parts)


def _as_before(path: str, now: Record, before: Record) -> Matcher:
    return _equal_to("as before", _at(before, path))


def _later(path: str, now: Record, before: Record) -> Matcher:
    earlier = _at(before, path)
    start = to_datetime(earlier)
    return Matcher(
        f"later than before, {format_value(earlier)}",
        lambda value: start is not None and (time := to_utc_datetime(value)) is not None and time > start,
    )


def _its(path: str, now: Record, before: Record, other: str) -> Matcher:
    return _equal_to(f"its {other}", _at(now, other), f" (there is: {describe_structure(now)})")


def _equal_to(text: str, expected: Any, hint: str = "") -> Matcher:
    if expected is ABSENT:
        return Matcher(f"{text}, which is absent{hint}", lambda value: False)
    return Matcher(
        f"{text}, {format_value(expected)}", lambda value: not any(differences("", value, expected, exactly=True))
    )


def _at(record: Record, path: str) -> Any:
    found = find(record, path)
    return found[0] if found else ABSENT


RELATIVE_MATCHERS = (
    Family("as before", "its value when it was created or acknowledged", "as before", _as_before),
    Family("later than before", "a time after its value then", "later than before", _later),
    Family(r"its ([\w.]+)", "the value of another field of the same record", "its created_at", _its),
)
"""They are complete cells in a table of fields of one resource that the scenario has created."""


def parse_relative_matcher(text: str) -> RelativeMatcher | None:
    """Return the relative matcher of a text; None for any other text."""
    for family in RELATIVE_MATCHERS:
        if found := re.fullmatch(family.pattern, text):
            return RelativeMatcher(family.make, found.groups())
    return None


def resolve(expected: Mapping[str, Any], now: Record, before: Record) -> dict[str, Any]:
    """Return expected values by path, with each relative matcher resolved for a record as it is now and was before."""
    return {
        path: value.resolve(path, now, before) if isinstance(value, RelativeMatcher) else value
        for path, value in expected.items()
    }
