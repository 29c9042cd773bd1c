"""Strict JSON: what Python accepts and RFC 8259 forbids is rejected."""

import pytest

from support.checks import strict_json
from support.checks.matchers import parse_matcher
from support.checks.responses import check_encoding
from support.drivers.http import Response


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": NaN}',
        b"[Infinity]",
        b"-Infinity",
        b"[1e999]",
        b'{"a": 1, "a": 1}',
        b'[{"b": {"a": 1, "a": 2}}]',
        b'{"a": "\xff"}',
        "\ufeff{}".encode(),
        '{"a": 1}'.encode("utf-16"),
        b"[" * 100_000,
        b"",
        b"{} {}",
        b"{'a': 1}",
    ],
)
def test_invalid_json_is_rejected(content: bytes) -> None:
    with pytest.raises(ValueError):
        strict_json.parse(content)


def test_valid_json_is_read() -> None:
    assert strict_json.parse('{"a": [1, 2.5, null, true, "é"]}'.encode()) == {"a": [1, 2.5, None, True, "é"]}


def test_a_missing_field_is_a_failure_with_the_known_fields() -> None:
    with pytest.raises(AssertionError, match='field "status": expected a value, got an object with: id'):
        strict_json.parse('{"id": 7}')["status"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a number between 1 and 5", 10**400),
        ("a whole number", float("inf")),
        ("a whole number", float("nan")),
        ("at most 5", 10**400),
        ("one of 1, 2", 10**5000),
        ("containing a", [{}]),
    ],
    ids=range(6),
)
def test_a_value_that_a_matcher_cannot_judge_does_not_match(text: str, value: object) -> None:
    matcher = parse_matcher(text)
    assert matcher is not None
    assert not matcher.accepts(value)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", b'{"a": NaN}'),
        ("application/problem+json", b'{"a": 1, "a": 2}'),
        ("text/plain; charset=utf-8", b"\xff"),
        ("text/html; charset=klingon", b"x"),
    ],
)
def test_a_body_must_be_as_its_content_type_declares(media_type: str, body: bytes) -> None:
    with pytest.raises(AssertionError, match="GET /x: expected"):
        check_encoding(Response("GET", "/x", 200, {"Content-Type": media_type}, body))


def test_a_body_in_its_declared_charset_passes() -> None:
    check_encoding(Response("GET", "/x", 200, {"Content-Type": "text/plain; charset=latin-1"}, b"\xff"))
