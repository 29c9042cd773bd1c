"""Compare values; each failure names subject, expected and actual value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from support.checks.json_paths import locate
from support.checks.matchers import ABSENT, FAMILIES, NUMBER, Matcher, accepts_absence, is_number, to_datetime

Found = TypeVar("Found")

VALUE_LIMIT = 300  # characters of an actual value in a message


def fail(message: str) -> AssertionError:
    """Return the failure with this message; the caller raises it."""
    return AssertionError(message)


def require(condition: object, message: str) -> None:
    """Raise a failure with this message unless the condition holds."""
    if not condition:
        raise fail(message)


def format_value(value: object) -> str:
    """Return a value as features write it: texts and times in quotes, everything else as in JSON."""
    match value:
        case str():
            return f'"{_printable(value)}"'
        case datetime():
            return f'"{value.astimezone(UTC).isoformat().replace("+00:00", "Z")}"'
        case set() | frozenset():
            return format_value(sorted(value, key=str))
        case Mapping():
            return _json({str(key): one for key, one in value.items()})
        case None | bool() | list() | tuple():
            return _json(value)
        case int() if abs(value) >= 10**100:
            return f"a number of about 2^{value.bit_length()}"
    return str(value)


def _json(value: object) -> str:
    try:
        return _printable(json.dumps(value, ensure_ascii=False, default=str))
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} that is too large or too deep to print"


def _printable(text: str) -> str:
    # Half a surrogate pair is valid in a JSON escape, but no terminal or file can store it.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def require_equal(subject: str, actual: object, expected: object) -> None:
    """Require that two values are equal."""
    if actual != expected:
        raise fail(f"{subject}: expected {format_value(expected)}, got {format_value(actual)}")


def require_one(subject: str, matches: Iterable[Found]) -> Found:
    """Require exactly one match and return it."""
    found = list(matches)
    require(len(found) == 1, f"{subject}: expected 1, got {len(found)}")
    return found[0]


def describe_structure(value: Any) -> str:
    """Return the fields of an object or the number of entries of a list, for an error message."""
    if isinstance(value, Mapping):
        return ", ".join(map(str, value)) or "no fields"
    return f"{len(value)} entries, from [0]" if isinstance(value, list) else format_value(value)


def differences(path: str, actual: Any, expected: Any, *, exactly: bool = False) -> Iterator[str]:
    """Yield a message for each difference between two values.

    `expected` may contain matchers. With `exactly`, objects must not have further fields.
    """
    if isinstance(expected, Matcher):
        if not expected.accepts(actual):
            yield f"{path}: expected {expected}, got {_actual(actual)}"
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name, value in expected.items():
            yield from differences(f"{path}.{name}", actual.get(name, ABSENT), value, exactly=exactly)
        for name in [name for name in actual if name not in expected] if exactly else ():
            yield f"{path}.{name}: expected absent, got {_actual(actual[name])}"
    elif _is_list(expected) and _is_list(actual):
        if len(actual) != len(expected):
            entries = f"{len(actual)}: {format_value(actual)[:200]}"
            yield f"{path}: expected {len(expected)} items, got {entries}"
        for number, (found, value) in enumerate(zip(actual, expected, strict=False)):
            yield from differences(f"{path}[{number}]", found, value, exactly=exactly)
    elif not _same(actual, expected):
        yield f"{path}: expected {format_value(expected)}, got {_actual(actual)}{_hint(actual, expected)}"


def _hint(actual: object, expected: object) -> str:
    """Return a hint where one value is a number and the other a text, or a matcher is written without its braces."""
    if isinstance(expected, str) and any(re.fullmatch(family.pattern, expected) for family in FAMILIES):
        return f" (to match {expected}, write it in braces: {{{expected}}})"
    if isinstance(actual, str) and is_number(expected):
        is_digits = re.fullmatch(NUMBER, actual) is not None
        return f" (a text: to expect it, write {format_value(actual)} with the quotes)" if is_digits else ""
    # The API returns a decimal of the database as a text, so that a feature may write it as one.
    number = is_number(actual) and not isinstance(actual, Decimal)
    return " (a number: to expect it, write it without quotes)" if isinstance(expected, str) and number else ""


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _actual(actual: object) -> str:
    return "nothing" if actual is ABSENT else format_value(actual)[:VALUE_LIMIT]


def _same(actual: Any, expected: Any) -> bool:
    """Compare as JSON does: true is not 1. A time, a UUID or a decimal of the database also equals its text."""
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, datetime) and isinstance(expected, str):
        return to_datetime(actual) == to_datetime(expected)
    if isinstance(actual, UUID | date) and isinstance(expected, str):
        return str(actual) == expected
    if isinstance(actual, Decimal):
        try:
            return actual == Decimal(str(expected))
        except InvalidOperation:
            return False
    return bool(actual == expected)


def field_differences(document: Any, expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each JSON path whose values differ from the expected value.

    A path may select several values, and each of them must be as expected. A value is compared completely: `{}` is an
    empty object.
    """
    for path, value in expected.items():
        places = locate(document, path)
        if not places and not accepts_absence(value):
            yield f"{path}: expected {format_value(value)}, got nothing (there is: {describe_structure(document)})"
        for place in places:
            found = list(differences(place.path, place.value, value, exactly=True))
            if found and place.value is ABSENT and len(places) == 1:
                found = [f"{found[0]} (there is: {describe_structure(document)})"]
            yield from found


def require_fields(subject: str, document: Any, expected: Mapping[str, Any]) -> None:
    """Require that a document has the expected values at JSON paths; the failure lists every difference."""
    found = list(field_differences(document, expected))
    require(not found, f"{subject}: {'; '.join(found)}")


def require_match(path: str, actual: Any, expected: Any, *, exactly: bool = False) -> None:
    """Require that a value is as expected; the failure lists every difference. See `differences`."""
    found = list(differences(path, actual, expected, exactly=exactly))
    require(not found, "; ".join(found))
