"""Checks of resources of any type: stored, listed, deleted, created in a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from support.checks.comparison import fail, format_value, require, require_equal, require_fields
from support.checks.relative_matchers import resolve
from support.drivers.http import Response
from support.scenario.resources import Resource, ResourceType, content_of

Row = Mapping[str, Any]


def stored(
    resource: Resource,
    content: Mapping[str, Any],
    read_row: Callable[[], Row | None],
    expected: Mapping[str, Any],
    owner: str,
) -> None:
    """Require API and database to have a resource under its name, with its owner and the expected fields.

    `read_row` is called after the check of the API, so that a target without a database has at least that one.
    """
    type = resource.type
    _require_fields(resource, "API", content_of(resource, content), expected)
    row = read_row()
    if row is None:
        raise fail(f"row of {resource}: expected one, got none")
    if type.owner_column:
        require_equal(f"owner of {resource} in the database", row["owner"], owner)
    readable = {name: value for name, value in expected.items() if name not in type.encrypted}
    _require_fields(resource, "database", row, readable)


def _require_fields(resource: Resource, place: str, actual: Row, expected: Row) -> None:
    type = resource.type
    require_equal(
        f"name of {resource} in the {place}", actual.get(type.name_field), type.stored_name(resource.sent_name)
    )
    require_fields(f"{resource} in the {place}", actual, resolve(expected, actual, resource.first_seen))


def require_state(resource: Resource, expected: str, response: Response, read_row: Callable[[], Row | None]) -> None:
    """Require a resource to be available, soft-deleted (404, with a row) or permanently deleted (404, without one).

    `read_row` is called after the check of the API.
    """
    require_equal(f"status of reading {resource}", response.status, 200 if expected == "available" else 404)
    row = read_row()
    actual = "permanently deleted" if row is None else "soft-deleted" if row.get("deleted_at") else "available"
    require_equal(f"{resource} in the database", actual, expected)


def listed(
    type: ResourceType,
    page: Mapping[str, Any],
    expected: Sequence[tuple[str, Mapping[str, Any]]],
    total: int,
    suffix: str,
) -> None:
    """Require a page to have exactly these resources in this order; search results must have falling scores."""
    items: list[Mapping[str, Any]] = page["results" if "results" in page else type.collection]
    names = [type.stored_name(type.unique_name(name, suffix)) for name, _ in expected]
    require_equal(f"the returned {type.plural}", [item[type.name_field] for item in items], names)
    require_equal(f"the total number of {type.plural}", page["total"], total)
    for item, (name, fields) in zip(items, expected, strict=True):
        require_fields(f'the returned {type.name} "{name}"', item, fields)
    if "results" in page:
        _require_falling([item["score"] for item in items])


def _require_falling(scores: Sequence[float]) -> None:
    for better, worse in pairwise(scores):
        require(better >= worse, f"scores: expected them from high to low, got {format_value(scores)}")
    for score in scores:
        require(0 <= score <= 1.000001, f"score: expected 0 to 1, got {score}")


def batch(content: Mapping[str, Any], total: int, rejected: Mapping[int, str]) -> None:
    """Require a result for each item of a batch, in order: rejected ones with their field, the rest with an id."""
    items = content["results"]
    require_equal("the positions of the results", [item["index"] for item in items], list(range(total)))
    actual = {item["index"] + 1: item["errors"][0]["field"] for item in items if item["errors"]}
    require_equal("the rejected items, by position", actual, dict(rejected))
    stored_ids = [item["id"] for item in items if item["id"] is not None]
    require_equal("the number of ids", len(set(stored_ids)), total - len(rejected))
    require_equal("the counts", (content["stored"], content["refused"]), (total - len(rejected), len(rejected)))
