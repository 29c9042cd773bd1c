"""Compare values; each failure names subject, expected and actual value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from support.checks.json_paths import find
from support.checks.matchers import ABSENT, FAMILIES, NUMBER, Matcher, accepts_absence, is_number, moment

Found = TypeVar("Found")


def fail(message: str) -> AssertionError:
    """Make the failure that says the sentence; to be raised."""
    return AssertionError(message)


def require(condition: object, message: str) -> None:
    """Raise the sentence as a failure unless the fact holds."""
    if not condition:
        raise fail(message)


def shown(value: object) -> str:
    """Return a value as features write it: texts and times quoted; nothing, truth, lists and objects as in JSON."""
    match value:
        case str():
            return f'"{value}"'
        case datetime():
            return f'"{value.astimezone(UTC).isoformat().replace("+00:00", "Z")}"'
        case set() | frozenset():
            return shown(sorted(value, key=str))
        case Mapping():
            return _json({str(key): one for key, one in value.items()})
        case None | bool() | list() | tuple():
            return _json(value)
    return str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def require_equal(subject: str, actual: object, expected: object) -> None:
    """Require that what was seen equals what was wanted."""
    if actual != expected:
        raise fail(f"{subject} should be {shown(expected)}, but was {shown(actual)}")


def require_one(subject: str, matches: Iterable[Found]) -> Found:
    """Require exactly one finding and return it."""
    found = list(matches)
    require(len(found) == 1, f"{subject} should be there once, but was there {len(found)} times")
    return found[0]


def parts_of(thing: Any) -> str:
    """Return what can be asked for of a document, in a few words: its fields, or how many entries."""
    if isinstance(thing, Mapping):
        return ", ".join(map(str, thing)) or "nothing"
    return f"{len(thing)} entries, from [0]" if isinstance(thing, list) else f"no parts, it is {shown(thing)}"


def differences(path: str, actual: Any, expected: Any, *, exactly: bool = False) -> Iterator[str]:
    """Yield where a value is not what is wanted, each as half a sentence; `exactly` allows no further fields."""
    if isinstance(expected, Matcher):
        if not expected.accepts(actual):
            yield f"{path} should be {expected}, but " + _seen(actual)
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name, value in expected.items():
            yield from differences(f"{path}.{name}", actual.get(name, ABSENT), value, exactly=exactly)
        for name in [name for name in actual if name not in expected] if exactly else ():
            yield f"{path}.{name} should not be there, but " + _seen(actual[name])
    elif _is_list(expected) and _is_list(actual):
        if len(actual) != len(expected):
            yield f"{path} should hold {len(expected)}, but holds {len(actual)}: {shown(actual)[:200]}"
        for number, (found, value) in enumerate(zip(actual, expected, strict=False)):
            yield from differences(f"{path}[{number}]", found, value, exactly=exactly)
    elif not _same(actual, expected):
        yield f"{path} should be {shown(expected)}, but " + _seen(actual) + _mixed_up(actual, expected)


def _mixed_up(actual: object, expected: object) -> str:
    """Return a hint where a number is a text on the other side, or a kind is written without its braces."""
    if isinstance(expected, str) and any(re.fullmatch(family.pattern, expected) for family in FAMILIES):
        return f": write {{{expected}}}, in braces, if the kind is meant"
    if isinstance(actual, str) and is_number(expected):
        return f": a text; write {shown(actual)}, with the quotes, if that is meant" if _reads_as_number(actual) else ""
    # A decimal of the database is told as a text by the API, so it may be wished as one.
    number = is_number(actual) and not isinstance(actual, Decimal)
    return ": a number; write it without quotes" if isinstance(expected, str) and number else ""


def _reads_as_number(text: str) -> bool:
    return re.fullmatch(NUMBER, text) is not None


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _seen(actual: object) -> str:
    return "is absent" if actual is ABSENT else f"was {shown(actual)[:300]}"


def _same(actual: Any, expected: Any) -> bool:
    """Compare as JSON does: true is not 1. A time, a UUID or a decimal of the database also equals its text."""
    if isinstance(actual, bool) or isinstance(expected, bool):
        return actual is expected
    if isinstance(actual, datetime) and isinstance(expected, str):
        return moment(actual) == moment(expected)
    if isinstance(actual, UUID | date) and isinstance(expected, str):
        return str(actual) == expected
    if isinstance(actual, Decimal):
        try:
            return actual == Decimal(str(expected))
        except InvalidOperation:
            return False
    return bool(actual == expected)


def field_differences(document: Any, expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a document does not hold at its JSON paths what is wished there; a path may find several values.

    What is wished at a path is all that it holds: `{}` is an empty object.
    """
    for path, wish in expected.items():
        found = find(document, path)
        if not found and not accepts_absence(wish):
            yield f"{path} should be {shown(wish)}, but is absent; there is: {parts_of(document)}"
            continue
        for number, value in enumerate(found or [ABSENT]):
            place = f"{path} (number {number + 1} of {len(found)})" if len(found) > 1 else path
            yield from differences(place, value, wish, exactly=True)


def require_fields(subject: str, document: Any, expected: Mapping[str, Any]) -> None:
    """Fail with every difference between the fields of a thing, by JSON paths, and what is wished of them."""
    found = list(field_differences(document, expected))
    require(not found, f"{subject}: {'; '.join(found)}")


def require_alike(path: str, actual: Any, expected: Any, *, exactly: bool = False) -> None:
    """Fail with every difference between what was seen and what is wanted."""
    found = list(differences(path, actual, expected, exactly=exactly))
    require(not found, "; ".join(found))
