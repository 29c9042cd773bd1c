"""Checks of values. Each failure is a sentence: thing, rule, expected, seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

Found = TypeVar("Found")


def fail(sentence: str) -> AssertionError:
    """Make the failure that says the sentence; to be raised."""
    return AssertionError(sentence)


def require(fact: object, sentence: str) -> None:
    """Raise the sentence as a failure unless the fact holds."""
    if not fact:
        raise fail(sentence)


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


def equal(thing: str, seen: object, wanted: object) -> None:
    """Require that what was seen equals what was wanted."""
    if seen != wanted:
        raise fail(f"{thing} should be {shown(wanted)}, but was {shown(seen)}")


def one(thing: str, found: Iterable[Found]) -> Found:
    """Require exactly one finding and return it."""
    findings = list(found)
    require(len(findings) == 1, f"{thing} should be there once, but was there {len(findings)} times")
    return findings[0]
