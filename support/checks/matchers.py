"""Matchers of values ("a uuid", "a time within 5 seconds"), as a feature writes them in braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from support.errors import FeatureError

Predicate = Callable[[Any], bool]


class _Absent:
    """The type of the value of a field that is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


@dataclass(frozen=True)
class Matcher:
    """A matcher as a feature writes it, and its predicate."""

    text: str
    predicate: Predicate

    def accepts(self, value: Any) -> bool:
        """Whether a value matches. A value that the predicate cannot judge does not match.

        Such a value (a number too large for a float, say) comes from the platform, so it is no error of the tests.
        """
        try:
            return bool(self.predicate(value))
        except FeatureError:
            raise
        except Exception:  # noqa: BLE001 - any failure to judge a value is a difference
            return False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Family:
    """One type of matcher: the pattern of its text, its meaning, an example, and the factory of its predicate."""

    pattern: str
    meaning: str
    example: str
    make: Callable[..., Any]


NUMBER = r"(-?\d+(?:\.\d+)?)"
UNITS = {"ms": 0.001, "milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
UNITS |= {unit.removesuffix("s"): seconds for unit, seconds in UNITS.items() if unit != "ms"} | {"s": 1.0}
DURATION = r"(\d+(?:\.\d+)? ?[a-z]+)"


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as "2 seconds", "500 ms", "1 minute". ValueError lists the units."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([a-z]+)", text)
    if found is None or found[2] not in UNITS:
        known = "ms, seconds, minutes, hours, days"
        raise ValueError(f'invalid duration "{text}": expected a number with one of the units {known}')
    return float(found[1]) * UNITS[found[2]]


def to_datetime(value: object) -> datetime | None:
    """Return a value as a time; None if it is not an RFC 3339 time with a zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT", value):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else None


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are not."""
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


def to_utc_datetime(value: object) -> datetime | None:
    """Return a value as a time; None if it is a text that does not end with the Z of UTC."""
    return None if isinstance(value, str) and not value.endswith("Z") else to_datetime(value)


def _near(tolerance: str) -> Predicate:
    within = timedelta(seconds=parse_duration(tolerance))
    return lambda value: (time := to_utc_datetime(value)) is not None and abs(datetime.now(UTC) - time) <= within


def _between(low: str, high: str) -> Predicate:
    return lambda value: is_number(value) and Decimal(low) <= value <= Decimal(high)


def _matching(pattern: str) -> Predicate:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f'invalid regular expression "{pattern}": {error}') from None
    return lambda value: isinstance(value, str) and compiled.search(value) is not None


def _length(count: str) -> Predicate:
    return lambda value: isinstance(value, list) and len(value) == int(count)


FAMILIES = (
    Family("anything", "any value, but not absent", "anything", lambda: lambda value: True),
    Family("absent", "the field must not exist", "absent", lambda: lambda value: value is ABSENT),
    Family("a text", "any text", "a text", lambda: lambda value: isinstance(value, str)),
    Family(
        "some text",
        "a text with more than blanks",
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
    Family(f"a number between {NUMBER} and {NUMBER}", "both included", "a number between 0 and 1", _between),
    Family(
        f"more than {NUMBER}",
        "a number above this one",
        "more than 0",
        lambda n: lambda value: is_number(value) and value > Decimal(n),
    ),
    Family(
        f"less than {NUMBER}",
        "a number below this one",
        "less than 10",
        lambda n: lambda value: is_number(value) and value < Decimal(n),
    ),
    Family(
        f"at least {NUMBER}",
        "this number or above",
        "at least 1",
        lambda n: lambda value: is_number(value) and value >= Decimal(n),
    ),
    Family(
        f"at most {NUMBER}",
        "this number or below",
        "at most 100",
        lambda n: lambda value: is_number(value) and value <= Decimal(n),
    ),
    Family("true or false", "one of the two", "true or false", lambda: lambda value: isinstance(value, bool)),
    Family("a uuid", "a UUID", "a uuid", lambda: _is_uuid),
    Family(
        "a time",
        "an RFC 3339 time in UTC, with its Z",
        "a time",
        lambda: lambda value: to_utc_datetime(value) is not None,
    ),
    Family(f"a time within {DURATION}", "such a time, at most this far from now", "a time within 5 seconds", _near),
    Family("a date", "a date such as 2030-12-31", "a date", lambda: _is_date),
    Family("matching (.+)", "a text that contains a match of this regular expression", "matching ^City", _matching),
    Family(
        "containing (.+)",
        "a text that contains this text, or a list that contains it",
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
        "any JSON object",
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


def parse_matcher(text: str) -> Matcher | None:
    """Return the matcher of a text; None for any other text. ValueError for invalid parts of a matcher."""
    for family in FAMILIES:
        if found := re.fullmatch(family.pattern, text):
            predicate: Predicate = family.make(*found.groups())
            return Matcher(text, predicate if text == "absent" else _present(predicate))
    return None


def _present(predicate: Predicate) -> Predicate:
    return lambda value: value is not ABSENT and predicate(value)


def accepts_absence(expected: object) -> bool:
    """Whether an expected value may be absent."""
    return isinstance(expected, Matcher) and expected.accepts(ABSENT)


def without_absent(value: Any) -> Any:
    """Return a JSON value without the fields and entries that are `ABSENT`."""
    match value:
        case dict():
            return {name: without_absent(part) for name, part in value.items() if part is not ABSENT}
        case list():
            return [without_absent(part) for part in value if part is not ABSENT]
    return value
