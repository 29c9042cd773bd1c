"""The independent evaluation of filters and sorts, and the generated requests."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from support.capabilities.status.evaluation import FIELDS, OPERATORS, matches, ordered
from support.capabilities.status.generation import REQUESTS, requests, values

ROW: dict[str, Any] = {
    "status_id": "a",
    "status": "starting",
    "priority": "high",
    "worker_id": "50%_Alpha",
    "error_info": None,
    "tags": ["news", "50%"],
    "version": 3,
    "progress_percentage": Decimal("33.33"),
    "started_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("field", "operator", "given", "expected"),
    [
        ("worker_id", "eq", "50%_Alpha", True),
        ("worker_id", "like", r"50\%\_A%", True),
        ("worker_id", "like", r"5\%%", False),
        ("worker_id", "like", "50%alpha", False),
        ("worker_id", "ilike", "50%alpha", True),
        ("worker_id", "contains", "%_A", True),
        ("worker_id", "contains", "alpha", False),
        ("error_info", "ne", "x", True),
        ("error_info", "not_in", ["x"], True),
        ("error_info", "eq", "x", False),
        ("error_info", "like", "%", False),
        ("error_info", "is_null", None, True),
        ("worker_id", "is_not_null", None, True),
        ("version", "gt", 3, False),
        ("version", "gte", 3, True),
        ("progress_percentage", "eq", 33.33, True),
        ("started_at", "lte", "2026-03-01T13:00:00+01:00", True),
        ("started_at", "lt", "2026-03-01T12:00:00Z", False),
        ("tags", "contains", "50%", True),
        ("tags", "contains", "50", False),
    ],
)
def test_a_filter_matches_as_documented(field: str, operator: str, given: Any, expected: bool) -> None:
    assert matches(ROW, {"field": field, "operator": operator, "value": given}) is expected


def test_between_includes_both_ends() -> None:
    for low, high, expected in ((3, 5, True), (1, 3, True), (4, 5, False)):
        condition = {"field": "version", "operator": "between", "value": low, "value2": high}
        assert matches(ROW, condition) is expected


def test_nulls_are_last_in_both_directions_and_ties_are_ordered_by_id() -> None:
    rows = [{"status_id": id, "version": version} for id, version in (("c", 1), ("a", None), ("d", 2), ("b", 1))]
    for order, expected in (("asc", "bcda"), ("desc", "dbca")):
        found = ordered(rows, [{"field": "version", "order": order}])
        assert "".join(row["status_id"] for row in found) == expected


def test_priorities_and_states_are_sorted_by_rank() -> None:
    rows = [{"status_id": str(n), "priority": p} for n, p in enumerate(("urgent", "low", "high", "normal"))]
    assert [row["priority"] for row in ordered(rows, [{"field": "priority", "order": "asc"}])] == [
        "low",
        "normal",
        "high",
        "urgent",
    ]


def test_the_same_seed_generates_the_same_requests_for_every_operator_and_field() -> None:
    def made(kind: str) -> Any:
        random = Random(7)
        rows = [
            {**values(random, n), "status_id": str(n), "vod_id": None, "batch_id": "b", "external_id": f"{n}_%"}
            for n in range(20)
        ]
        return requests(random, kind, rows)

    for kind in REQUESTS.values():
        assert made(kind) == made(kind)
    for kind in OPERATORS:
        pairs = {(filter["field"], filter["operator"]) for filters, _ in made(kind) for filter in filters}
        assert pairs == {(field, operator) for field in FIELDS[kind] for operator in OPERATORS[kind]}
