"""Kinds of values ("a uuid", "a time within 5 seconds"), as a feature writes them in braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

Accepts = Callable[[Any], bool]


class _Nothing:
    """Stands for what is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Nothing()


@dataclass(frozen=True)
class Matcher:
    """A kind of value as a feature writes it, and whether a value is of it."""

    text: str
    accepts: Accepts

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Family:
    """How what stands in braces is written: a pattern with its parts, what it means, an example, and how it is made."""

    pattern: str
    meaning: str
    example: str
    make: Callable[..., Any]


NUMBER = r"(-?\d+(?:\.\d+)?)"
UNITS = {"ms": 0.001, "milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
UNITS |= {unit.removesuffix("s"): seconds for unit, seconds in UNITS.items() if unit != "ms"} | {"s": 1.0}
DURATION = r"(\d+(?:\.\d+)? ?[a-z]+)"


def seconds(text: str) -> float:
    """Return a duration such as "2 seconds", "500 ms", "1 minute" in seconds. ValueError says which units there are."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([a-z]+)", text)
    if found is None or found[2] not in UNITS:
        known = "ms, seconds, minutes, hours, days"
        raise ValueError(f'"{text}" is no duration: a duration is a number with one of the units {known}')
    return float(found[1]) * UNITS[found[2]]


def moment(value: object) -> datetime | None:
    """Return what a value tells as a moment; None where it is no RFC 3339 time with a zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT", value):
        return None
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    return told if told.tzinfo else None


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, UUID) or str(UUID(value)) == value.lower()
    except (ValueError, AttributeError, TypeError):
        return False


def _is_date(value: Any) -> bool:
    if isinstance(value, date) and not isinstance(value, datetime):
        return True
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def utc(value: object) -> datetime | None:
    """Return what a value tells as a moment; None where it is a text that does not say with a Z that it is in UTC."""
    return None if isinstance(value, str) and not value.endswith("Z") else moment(value)


def _near(tolerance: str) -> Accepts:
    within = timedelta(seconds=seconds(tolerance))
    return lambda value: (told := utc(value)) is not None and abs(datetime.now(UTC) - told) <= within


def _of_range(low: str, high: str) -> Accepts:
    return lambda value: is_number(value) and float(low) <= float(value) <= float(high)


def _matching(pattern: str) -> Accepts:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f'"{pattern}" is no regular expression: {error}') from None
    return lambda value: isinstance(value, str) and compiled.search(value) is not None


def _length(count: str) -> Accepts:
    return lambda value: isinstance(value, list) and len(value) == int(count)


FAMILIES = (
    Family("anything", "whatever it is, as long as it is there", "anything", lambda: lambda value: True),
    Family("absent", "must not be there", "absent", lambda: lambda value: value is ABSENT),
    Family("a text", "any text", "a text", lambda: lambda value: isinstance(value, str)),
    Family(
        "some text",
        "a text that is more than blanks",
        "some text",
        lambda: lambda value: isinstance(value, str) and value.strip() != "",
    ),
    Family("a number", "any number", "a number", lambda: is_number),
    Family(
        "a whole number",
        "a number without a fraction",
        "a whole number",
        lambda: lambda value: is_number(value) and value == int(value),
    ),
    Family(f"a number between {NUMBER} and {NUMBER}", "both included", "a number between 0 and 1", _of_range),
    Family(
        f"more than {NUMBER}",
        "a number above this one",
        "more than 0",
        lambda n: lambda value: is_number(value) and value > float(n),
    ),
    Family(
        f"less than {NUMBER}",
        "a number below this one",
        "less than 10",
        lambda n: lambda value: is_number(value) and value < float(n),
    ),
    Family(
        f"at least {NUMBER}",
        "this number or above",
        "at least 1",
        lambda n: lambda value: is_number(value) and value >= float(n),
    ),
    Family(
        f"at most {NUMBER}",
        "this number or below",
        "at most 100",
        lambda n: lambda value: is_number(value) and value <= float(n),
    ),
    Family("true or false", "one of the two", "true or false", lambda: lambda value: isinstance(value, bool)),
    Family("a uuid", "a UUID", "a uuid", lambda: _is_uuid),
    Family("a time", "an RFC 3339 time in UTC, with its Z", "a time", lambda: lambda value: utc(value) is not None),
    Family(f"a time within {DURATION}", "such a time, no further than this from now", "a time within 5 seconds", _near),
    Family("a date", "a date such as 2030-12-31", "a date", lambda: _is_date),
    Family("matching (.+)", "a text in which this regular expression is found", "matching ^City", _matching),
    Family(
        "containing (.+)",
        "a text that holds this text, or a list that holds it",
        "containing Council",
        lambda part: lambda value: isinstance(value, str | list) and part in value,
    ),
    Family(
        "one of (.+)",
        "one of these texts, separated by commas",
        "one of pending, processing",
        lambda texts: lambda value: str(value) in re.split(r"\s*,\s*", texts),
    ),
    Family("a list", "a list of any length", "a list", lambda: lambda value: isinstance(value, list)),
    Family(r"a list of (\d+)", "a list of this length", "a list of 3", _length),
    Family(
        r"a list of at least (\d+)",
        "a list of this length or longer",
        "a list of at least 1",
        lambda n: lambda value: isinstance(value, list) and len(value) >= int(n),
    ),
    Family(
        r"a list of at most (\d+)",
        "a list of this length or shorter",
        "a list of at most 20",
        lambda n: lambda value: isinstance(value, list) and len(value) <= int(n),
    ),
    Family(
        "an object",
        "a JSON object, whatever it holds",
        "an object",
        lambda: lambda value: isinstance(value, Mapping),
    ),
    Family(
        "empty",
        'an empty text, list or object: "", [] or {}',
        "empty",
        lambda: lambda value: isinstance(value, str | list | Mapping) and len(value) == 0,
    ),
    Family("not null", "anything but null", "not null", lambda: lambda value: value is not None),
)


def kind(text: str) -> Matcher | None:
    """Return the kind of value that a text names; None where it names none. ValueError for one that makes no sense."""
    for family in FAMILIES:
        if found := re.fullmatch(family.pattern, text):
            accepts: Accepts = family.make(*found.groups())
            return Matcher(text, accepts if text == "absent" else _there(accepts))
    return None


def _there(accepts: Accepts) -> Accepts:
    return lambda value: value is not ABSENT and accepts(value)


def accepts_absence(wish: object) -> bool:
    """Whether what is wished may be absent."""
    return isinstance(wish, Matcher) and wish.accepts(ABSENT)


def without_absent(value: Any) -> Any:
    """Return a JSON value without the fields and entries that are to be absent."""
    match value:
        case dict():
            return {name: without_absent(part) for name, part in value.items() if part is not ABSENT}
        case list():
            return [without_absent(part) for part in value if part is not ABSENT]
    return value
