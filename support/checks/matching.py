"""Checks of values. Each failure is a sentence: thing, rule, expected, seen."""

from __future__ import annotations

from collections.abc import Iterable
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
    """Return a value as a reader expects it: texts quoted, nothing else dressed up."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def equal(thing: str, seen: object, wanted: object) -> None:
    """Require that what was seen equals what was wanted."""
    require(seen == wanted, f"{thing} should be {shown(wanted)}, but was {shown(seen)}")


def one(thing: str, found: Iterable[Found]) -> Found:
    """Require exactly one finding and return it."""
    findings = list(found)
    require(len(findings) == 1, f"{thing} should be there once, but was there {len(findings)} times")
    return findings[0]
