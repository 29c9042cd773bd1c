"""An independent evaluation of filters and sorts over rows of the database. Source: contract, "Filter fields"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from support.capabilities.status.states import STATES
from support.errors import FeatureError

Row = Mapping[str, Any]
Filter = Mapping[str, Any]

PRIORITIES = ("low", "normal", "high", "urgent")

NULL = ("is_null", "is_not_null")
EQUALITY = ("eq", "ne", "in", "not_in")
RANGES = ("gt", "gte", "lt", "lte", "between")
OPERATORS: Mapping[str, Sequence[str]] = {
    "text": (*EQUALITY, "like", "ilike", "contains", *NULL),
    "number": (*EQUALITY, *RANGES, *NULL),
    "time": ("eq", "ne", *RANGES, *NULL),
    "enumeration": EQUALITY,
    "id": (*EQUALITY, *NULL),
    "tags": ("contains",),
}
"""The operators of each type of field."""

FIELDS: Mapping[str, Sequence[str]] = {
    "text": ("external_id", "current_step", "worker_id", "error_info"),
    "number": (
        "progress_percentage",
        "total_steps",
        "completed_steps",
        "retry_count",
        "max_retries",
        "heartbeat_timeout_seconds",
        "version",
    ),
    "time": (
        "created_at",
        "updated_at",
        "started_at",
        "completed_at",
        "heartbeat_at",
        "estimated_completion_time",
    ),
    "enumeration": ("status", "priority"),
    "id": ("status_id", "vod_id", "batch_id"),
    "tags": ("tags",),
}
"""The fields of each type."""

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, given: bool(value == given),
    "gt": lambda value, given: bool(value > given),
    "gte": lambda value, given: bool(value >= given),
    "lt": lambda value, given: bool(value < given),
    "lte": lambda value, given: bool(value <= given),
    "in": lambda value, given: value in given,
    "contains": lambda value, given: given in value,
    "like": lambda value, given: _pattern(given).fullmatch(value) is not None,
    "ilike": lambda value, given: _pattern(given, re.IGNORECASE).fullmatch(value) is not None,
}


def matches(row: Row, condition: Filter) -> bool:
    """Whether a row of the database matches one filter, with the values as the API takes them."""
    field, operator = condition["field"], condition["operator"]
    value = comparable(row[field])
    given = comparable(condition.get("value"))
    match operator:
        case "is_null":
            return value is None
        case "is_not_null":
            return value is not None
        case "ne":
            return bool(value != given)
        case "not_in":
            return value not in given
    if value is None:
        return False
    if operator == "between":
        return bool(given <= value <= comparable(condition["value2"]))
    if operator not in _COMPARE:
        raise FeatureError(f'"{operator}" is not an operator of filters')
    return _COMPARE[operator](value, given)


def select(rows: Sequence[Row], conditions: Sequence[Filter]) -> list[Row]:
    """Return the rows that match every filter."""
    return [row for row in rows if all(matches(row, condition) for condition in conditions)]


def ordered(rows: Sequence[Row], sorts: Sequence[Mapping[str, str]]) -> list[Row]:
    """Return rows in the order of the sorts: nulls last, ties by id; by the latest change without sorts."""
    expected = sorts or [{"field": "updated_at", "order": "desc"}]

    def compare(left: Row, right: Row) -> int:
        for sort in expected:
            field = sort["field"]
            first, second = _rank(field, left[field]), _rank(field, right[field])
            if first == second:
                continue
            if first is None or second is None:
                return 1 if first is None else -1
            return (1 if first > second else -1) * (-1 if sort["order"] == "desc" else 1)
        return 1 if str(left["status_id"]) > str(right["status_id"]) else -1

    return sorted(rows, key=cmp_to_key(compare))


def comparable(value: Any) -> Any:
    """Return a value of a row or of a request in one form: times, numbers and ids by their meaning."""
    match value:
        case list() | tuple():
            return [comparable(each) for each in value]
        case bool() | None:
            return value
        case int() | float() | Decimal():
            return Decimal(str(value))
        case datetime():
            return value.astimezone(UTC)
        case str() if re.match(r"\d{4}-\d\d-\d\dT", value):
            return datetime.fromisoformat(value).astimezone(UTC)
    return str(value)


def _rank(field: str, value: Any) -> Any:
    if field == "status":
        return STATES.index(value)
    if field == "priority":
        return PRIORITIES.index(value)
    return comparable(value)


def _pattern(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    parts, escaped = [], False
    for character in pattern:
        if escaped:
            parts.append(re.escape(character))
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
    return re.compile("".join(parts), flags | re.DOTALL)
