"""Kinds of values that tell only of one thing: what its field held before, or what another of its fields holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from support.checks.comparison import differences, parts_of, shown
from support.checks.json_paths import find
from support.checks.matchers import ABSENT, Family, Matcher, moment, utc

Record = Mapping[str, Any]


@dataclass(frozen=True)
class RelativeMatcher:
    """Such a kind as a feature writes it; `of` makes the kind once the thing is known, as it is and as it was."""

    make: Callable[..., Matcher]
    parts: tuple[str, ...]

    def of(self, path: str, now: Record, before: Record) -> Matcher:
        """Return the kind that the field at a path should be of."""
        return self.make(path, now, before, *self.parts)


def _as_before(path: str, now: Record, before: Record) -> Matcher:
    return _like("as before", _at(before, path))


def _later(path: str, now: Record, before: Record) -> Matcher:
    then = _at(before, path)
    start = moment(then)
    return Matcher(
        f"later than before, {shown(then)}",
        lambda value: start is not None and (told := utc(value)) is not None and told > start,
    )


def _its(path: str, now: Record, before: Record, other: str) -> Matcher:
    return _like(f"its {other}", _at(now, other), f" (there is: {parts_of(now)})")


def _like(text: str, wanted: Any, known: str = "") -> Matcher:
    if wanted is ABSENT:
        return Matcher(f"{text}, which is absent{known}", lambda value: False)
    return Matcher(f"{text}, {shown(wanted)}", lambda value: not any(differences("", value, wanted, exactly=True)))


def _at(record: Record, path: str) -> Any:
    found = find(record, path)
    return found[0] if found else ABSENT


RELATIVE_MATCHERS = (
    Family("as before", "what it held when it was made, or acknowledged", "as before", _as_before),
    Family("later than before", "a time after the one that it held then", "later than before", _later),
    Family(r"its ([\w.]+)", "what another field of the same thing holds", "its created_at", _its),
)
"""They stand in a table of fields of one thing that the scenario has made, each as a whole cell."""


def relative(text: str) -> RelativeMatcher | None:
    """Return the relative kind that a text names; None where it names none."""
    for family in RELATIVE_MATCHERS:
        if found := re.fullmatch(family.pattern, text):
            return RelativeMatcher(family.make, found.groups())
    return None


def resolved(wishes: Mapping[str, Any], now: Record, before: Record) -> dict[str, Any]:
    """Return wishes by path, with each relative kind told of this thing: as it is, and as it was before."""
    return {
        path: wish.of(path, now, before) if isinstance(wish, RelativeMatcher) else wish for path, wish in wishes.items()
    }
