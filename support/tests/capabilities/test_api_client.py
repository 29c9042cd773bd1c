"""What a table below a technical step makes of a request, and what it cannot make."""

import pytest

from support.capabilities.api.client import Content
from support.errors import FeatureError


def content(*parts: tuple[str, str, object]) -> Content:
    made = Content()
    for part, name, value in parts:
        made.put(part, name, value)
    made.require_one_body()
    return made


def test_each_part_has_its_place() -> None:
    made = content(
        ("header", "X-Request-ID", "a1"),
        ("query", "limit", 5),
        ("query", "unread", True),
        ("form", "name", 7),
        ("file", "notes", "notes.txt: the content: all of it"),
    )
    assert made.headers == {"X-Request-ID": "a1"}
    assert made.query == {"limit": 5, "unread": "true"}
    assert made.form == {"name": "7"}
    assert made.files == {"notes": ("notes.txt", b"the content: all of it")}
    assert made.json is None


def test_dots_lead_into_objects() -> None:
    made = content(("json", "title", "x"), ("json", "owner.name", "Dana"), ("json", "owner.age", 7))
    assert made.json == {"title": "x", "owner": {"name": "Dana", "age": 7}}


@pytest.mark.parametrize(
    "parts, sentence",
    [
        ([("json", "title", "a"), ("json", "title", "b")], 'the table has the field "title" twice'),
        ([("query", "limit", 1), ("query", "limit", 2)], 'the table has the query "limit" twice'),
        ([("file", "notes", "content")], '"content" is no file: write its name and content'),
        ([("json", "a", 1), ("form", "b", 2)], "a request has one body: json, or form and file, not both"),
        ([("querry", "a", 1)], '"querry" is no part of a request; the parts are header, query, json, form, file'),
    ],
)
def test_what_cannot_be_sent_is_told(parts: list[tuple[str, str, object]], sentence: str) -> None:
    with pytest.raises(FeatureError, match=sentence):
        content(*parts)


def test_the_same_name_may_stand_in_several_parts() -> None:
    assert content(("query", "a", 1), ("json", "a", 2)).json == {"a": 2}
