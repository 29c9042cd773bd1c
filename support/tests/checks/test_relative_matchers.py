"""Kinds that tell only of one thing: each must fail where the thing is not as it should be, and say what was there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from support.checks.comparison import field_differences
from support.checks.relative_matchers import RELATIVE_MATCHERS, parse_relative_matcher, resolve

EARLIER, LATER = "2026-11-20T07:00:00Z", "2026-11-20T07:00:00.000001Z"
BEFORE = {"at": EARLIER, "data": {"a": [1]}, "none": None}


def told(now: dict[str, Any], path: str, kind: str) -> list[str]:
    return list(field_differences(now, resolve({path: parse_relative_matcher(kind)}, now, BEFORE)))


def to_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "path", "kind"),
    [
        ({"at": EARLIER}, "at", "as before"),
        ({"at": to_datetime(EARLIER)}, "at", "as before"),
        ({"data": {"a": [1]}}, "data", "as before"),
        ({"data": {"a": [1]}}, "data.a[0]", "as before"),
        ({"none": None}, "none", "as before"),
        ({"at": LATER}, "at", "later than before"),
        ({"at": to_datetime(LATER)}, "at", "later than before"),
        ({"at": EARLIER, "updated": EARLIER}, "updated", "its at"),
        ({"data": {"a": 1}, "b": 1}, "b", "its data.a"),
    ],
)
def test_a_thing_that_is_as_it_should_be_passes(now: dict[str, Any], path: str, kind: str) -> None:
    assert told(now, path, kind) == []


@pytest.mark.parametrize(
    ("now", "path", "kind", "sentence"),
    [
        ({"at": LATER}, "at", "as before", f'at: expected as before, "{EARLIER}", got "{LATER}"'),
        ({"data": {"a": [1], "b": 2}}, "data", "as before", 'data: expected as before, {"a": [1]}, got'),
        ({"data": {}}, "data", "as before", 'data: expected as before, {"a": [1]}, got {}'),
        ({"none": 0}, "none", "as before", "none: expected as before, null, got 0"),
        ({"b": 1}, "b", "as before", "b: expected as before, which is absent, got 1"),
        ({}, "at", "as before", f'at: expected as before, "{EARLIER}", got nothing'),
        ({"at": EARLIER}, "at", "later than before", f'at: expected later than before, "{EARLIER}", got'),
        ({"at": LATER[:-1]}, "at", "later than before", f'got "{LATER[:-1]}"'),
        ({"none": LATER}, "none", "later than before", "none: expected later than before, null, got"),
        ({"at": EARLIER, "b": LATER}, "b", "its at", f'b: expected its at, "{EARLIER}", got "{LATER}"'),
        ({"a": True, "b": 1}, "b", "its a", "b: expected its a, true, got 1"),
        ({"at": EARLIER, "b": 1}, "b", "its ta", "b: expected its ta, which is absent (there is: at, b), got 1"),
    ],
)
def test_anything_else_is_told(now: dict[str, Any], path: str, kind: str, sentence: str) -> None:
    [difference] = told(now, path, kind)
    assert sentence in difference


def test_every_relative_kind_of_the_catalogue_has_its_cases_here() -> None:
    assert [family.example for family in RELATIVE_MATCHERS] == ["as before", "later than before", "its created_at"]
    assert all(parse_relative_matcher(family.example) for family in RELATIVE_MATCHERS)


@pytest.mark.parametrize("text", ["a time", "before", "its", "as before that"])
def test_other_texts_name_no_relative_kind(text: str) -> None:
    assert parse_relative_matcher(text) is None
