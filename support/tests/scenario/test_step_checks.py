"""What stands below a step: as values that are sent, and as what is expected."""

import re
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from support.checks.matchers import ABSENT
from support.checks.relative_matchers import RelativeMatcher
from support.errors import FeatureError
from support.scenario import inputs, step_checks
from support.scenario.memory import Memory
from support.scenario.values import Values

WORLD: Any = SimpleNamespace(values=Values(Memory(), lambda name: f"{name} · x7f3a12c4", "x7f3a12c4"))


def below(headings: Sequence[str], *rows: Sequence[str]) -> Any:
    table = SimpleNamespace(headings=headings, rows=[dict(zip(headings, row, strict=True)) for row in rows])
    return SimpleNamespace(table=table, text=None)


def fields(*rows: Sequence[str]) -> Any:
    return below(("field", "value"), *rows)


HEADERS = ("header", "value")
NO_TABLE: Any = SimpleNamespace(table=None, text=None)


def test_dots_lead_into_objects_and_quotes_make_a_text() -> None:
    context = fields(("data.results.score", "0.85"), ("data.say", "buy"), ("shares", '"100"'), ("state", "{absent}"))
    given = {"data": {"results": {"score": 0.85}, "say": "buy"}, "shares": "100", "state": ABSENT}
    assert inputs.fields(WORLD, context) == given
    assert inputs.fields(WORLD, NO_TABLE) == {}


def test_parameters_of_a_query_are_written_as_a_query_has_them() -> None:
    context = fields(("limit", "many"), ("offset", "3"), ("unread", "true"), ("state", "{absent}"))
    assert inputs.query(WORLD, context) == {"limit": "many", "offset": 3, "unread": "true"}


def test_what_is_absent_is_not_sent() -> None:
    headings = ("part", "name", "value")
    context = below(headings, *((part, "a", "{absent}") for part in ("header", "query", "json", "form", "file")))
    sent = inputs.content(WORLD, context)
    assert (sent.json, sent.headers, sent.query, sent.form, sent.files) == ({}, {}, {}, {}, {})


def test_a_table_of_things_needs_their_names() -> None:
    context = below(("name", "metadata.ticker", "score"), ("note", "AAPL", "{some text}"))
    [(name, wishes)] = inputs.named_expectations(WORLD, context)
    assert (name, wishes["metadata.ticker"], str(wishes["score"])) == ("note", "AAPL", "some text")
    assert inputs.named_fields(WORLD, below(("name", "a.b"), ("note", "1"))) == [("note", {"a": {"b": 1}})]
    with pytest.raises(FeatureError, match="the table has no column name; expected the columns: name, limit"):
        inputs.named_fields(WORLD, below(("limit",), ("1",)))


def test_only_of_a_thing_may_be_expected_what_it_was() -> None:
    context = fields(("created_at", "{as before}"), ("state", "failed"))
    wanted = inputs.expected_resource(WORLD, context)
    assert isinstance(wanted["created_at"], RelativeMatcher)
    assert wanted["state"] == "failed"
    with pytest.raises(FeatureError, match="can only be expected of a field of one thing"):
        inputs.expected_fields(WORLD, context, "field")


@pytest.mark.parametrize(
    "read",
    [
        inputs.fields,
        inputs.expected_resource,
        lambda world, context: inputs.expected_fields(world, context, "field"),
    ],
)
def test_a_field_that_stands_twice_is_told(read: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(FeatureError, match='the table has the field "state" twice'):
        read(WORLD, fields(("state", "failed"), ("state", "completed")))


def test_a_body_is_compared_with_what_stands_below() -> None:
    body = {"owner": {"name": "dana", "role": "editor"}, "tags": []}
    assert list(inputs.expected_body(WORLD, NO_TABLE)(body)) == []
    assert list(inputs.expected_body(WORLD, fields(("owner.name", "dana")))(body)) == []
    assert list(inputs.expected_body(WORLD, fields(("owner", "{}")))(body)) != []
    document: Any = SimpleNamespace(table=None, text='{"owner": {"name": "vera"}}')
    assert list(inputs.expected_body(WORLD, document)(body)) == ['body.owner.name: expected "vera", got "dana"']
    document.text = "null"
    [difference] = inputs.expected_body(WORLD, document)(body)
    assert difference.startswith("body: expected null, got ")


@pytest.mark.parametrize("cell", ["/notes/Alma · x7f3a12c4", "/notes/{unique Alma}", "{containing Alma}"])
def test_a_header_is_as_the_table_says(cell: str) -> None:
    step_checks.require_named(
        WORLD, "header", {"Location": "/notes/Alma · x7f3a12c4"}, below(HEADERS, ("Location", cell))
    )


@pytest.mark.parametrize("cell", ["5", "true", '"quoted"', "[]"])
def test_a_header_is_a_text_whatever_it_looks_like(cell: str) -> None:
    step_checks.require_named(WORLD, "header", {"X": cell}, below(HEADERS, ("X", cell)))


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("/notes/{the mark}", 'the header "X": expected "/notes/x7f3a12c4", got "/notes/5"'),
        ("{absent}", 'the header "X": expected absent, got "/notes/5"'),
        ("", 'the header "X": expected "", got "/notes/5"'),
    ],
)
def test_a_header_that_is_another_is_told(cell: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(sentence)):
        step_checks.require_named(WORLD, "header", {"X": "/notes/5"}, below(HEADERS, ("X", cell)))
