"""Checks of resources of any type: each must fail, and say where, for anything unexpected."""

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from support.errors import FeatureError
from support.gherkin.personas import PERSONAS
from support.scenario import resource_checks
from support.scenario.resources import Resource, ResourceType, content_of
from support.targets.capabilities import MissingCapability

BOOK = ResourceType(
    name="book",
    path="/api/books",
    table="books",
    collection="books",
    name_field="title",
    defaults=lambda title: {"title": title},
    owner_column="owner_id",
    encrypted=frozenset({"notes"}),
)
CHAPTER = ResourceType(
    name="chapter",
    path="/api/books/{parent}/chapters",
    table="chapters",
    collection="chapters",
    name_field="title",
    defaults=lambda title: {"title": title},
    parent="book",
)
CONTENT = {"id": "1", "title": "Emma · m", "state": "new"}


def resource(type: ResourceType = BOOK) -> Resource:
    return Resource(type, "1", "Emma", "Emma · m", PERSONAS["Ravi"], "/api/books/1", CONTENT)


class TestStored:
    ROW: ClassVar = {**CONTENT, "owner": "ravi"}

    def test_passes_where_api_and_database_agree(self) -> None:
        resource_checks.stored(resource(), CONTENT, lambda: self.ROW, {"state": "new"}, "ravi")

    def test_an_encrypted_field_is_compared_in_the_api_only(self) -> None:
        row = {**self.ROW, "notes": "gAAAA"}
        resource_checks.stored(resource(), {**CONTENT, "notes": "read"}, lambda: row, {"notes": "read"}, "ravi")
        with pytest.raises(AssertionError, match="in the API: notes"):
            resource_checks.stored(resource(), {**CONTENT, "notes": "gAAAA"}, lambda: row, {"notes": "read"}, "ravi")

    @pytest.mark.parametrize(
        ("content", "row", "message"),
        [
            (CONTENT, None, 'row of the book "Emma": expected one, got none'),
            (CONTENT, {**ROW, "owner": "nora"}, 'owner of the book "Emma" in the database.*"ravi".*"nora"'),
            (CONTENT, {**ROW, "state": "old"}, 'in the database: state.*"new".*"old"'),
            (CONTENT, {**ROW, "title": "Emma"}, 'name of the book "Emma" in the database.*"Emma · m".*"Emma"'),
            ({**CONTENT, "state": "old"}, ROW, 'in the API: state.*"new".*"old"'),
            ({**CONTENT, "title": "Persuasion"}, ROW, 'name of .* in the API.*"Emma · m".*"Persuasion"'),
        ],
    )
    def test_a_difference_is_reported_with_place_and_field(self, content: Any, row: Any, message: str) -> None:
        with pytest.raises(AssertionError, match=message):
            resource_checks.stored(resource(), content, lambda: row, {"state": "new"}, "ravi")


class TestWithoutADatabase:
    """The API is checked before the row is read."""

    def no_database(self) -> None:
        raise MissingCapability("database", "the target does not provide a database")

    def test_a_difference_in_the_api_is_reported(self) -> None:
        with pytest.raises(AssertionError, match="in the API: state"):
            resource_checks.stored(resource(), {**CONTENT, "state": "old"}, self.no_database, {"state": "new"}, "ravi")

    def test_a_resource_that_was_not_deleted_is_reported(self) -> None:
        response: Any = SimpleNamespace(status=200)
        with pytest.raises(AssertionError, match=r"404.*200"):
            resource_checks.require_state(resource(), "permanently deleted", response, self.no_database)


STATES = ("available", "soft-deleted", "permanently deleted")


@pytest.mark.parametrize(
    ("actual", "status", "row"),
    [
        ("available", 200, {"deleted_at": None}),
        ("soft-deleted", 404, {"deleted_at": "now"}),
        ("permanently deleted", 404, None),
    ],
)
@pytest.mark.parametrize("expected", STATES)
def test_each_state_differs_from_the_others(expected: str, actual: str, status: int, row: Any) -> None:
    response: Any = SimpleNamespace(status=status)
    if expected == actual:
        resource_checks.require_state(resource(), expected, response, lambda: row)
    else:
        with pytest.raises(AssertionError, match='the book "Emma"'):
            resource_checks.require_state(resource(), expected, response, lambda: row)


class TestListed:
    ITEMS: ClassVar = [{"title": "a · m", "score": 0.9}, {"title": "b · m", "score": 0.5}]

    @pytest.mark.parametrize("key", ["results", "books"])
    def test_order_total_and_fields_are_compared(self, key: str) -> None:
        page = {key: self.ITEMS, "total": 7}
        resource_checks.listed(BOOK, page, [("a", {}), ("b", {"score": 0.5})], 7, "m")
        for names, total in (("ba", 7), ("a", 7), ("abc", 7), ("ab", 2)):
            with pytest.raises(AssertionError):
                resource_checks.listed(BOOK, page, [(name, {}) for name in names], total, "m")
        with pytest.raises(AssertionError, match='the returned book "b"'):
            resource_checks.listed(BOOK, page, [("a", {}), ("b", {"score": 0.4})], 7, "m")

    def test_scores_fall_and_lie_between_0_and_1(self) -> None:
        rising = {"results": self.ITEMS[::-1], "total": 2}
        with pytest.raises(AssertionError, match="from high to low"):
            resource_checks.listed(BOOK, rising, [("b", {}), ("a", {})], 2, "m")
        for score in (2, -0.1):
            page = {"results": [{"title": "a · m", "score": score}], "total": 1}
            with pytest.raises(AssertionError, match="expected 0 to 1"):
                resource_checks.listed(BOOK, page, [("a", {})], 1, "m")


def test_a_batch_reports_the_rejected_items() -> None:
    response = {
        "results": [{"index": 0, "id": "1", "errors": []}, {"index": 1, "id": None, "errors": [{"field": "content"}]}],
        "stored": 1,
        "refused": 1,
    }
    resource_checks.batch(response, 2, {2: "content"})
    for rejected in ({1: "content"}, {2: "title"}, {}):
        with pytest.raises(AssertionError):
            resource_checks.batch(response, 2, rejected)
    with pytest.raises(AssertionError):
        resource_checks.batch({**response, "stored": 2}, 2, {2: "content"})
    with pytest.raises(AssertionError):
        resource_checks.batch(response, 3, {2: "content"})


def test_a_child_is_found_in_its_parent() -> None:
    assert content_of(resource(CHAPTER), {"chapters": [{"id": "2"}, {"id": "1", "title": "I"}]})["title"] == "I"
    with pytest.raises(AssertionError, match='the chapter "Emma" in its book: expected one entry, got none'):
        content_of(resource(CHAPTER), {"chapters": [{"id": "2"}]})


def test_a_verb_of_another_type_is_rejected() -> None:
    with pytest.raises(FeatureError, match='a book has no action "publishes"; it has: reads, deletes'):
        BOOK.action("publishes")
