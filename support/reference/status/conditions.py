"""Filters, sorts and search as SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, func, literal, or_, select

from support.reference.status.filters import FIELD_TYPES, Filter, Search, Sort
from support.reference.status.states import Priority, State
from support.reference.status.tables import StatusRow


def matches(filters: Sequence[Filter]) -> ColumnElement[bool]:
    """Return the condition of all filters."""
    return and_(literal(True), *map(_condition, filters))


def finds(search: Search) -> ColumnElement[bool]:
    """Return the condition of a search."""
    return or_(*(_finds_in(name, search) for name in search.fields))


def order(sorts: Sequence[Sort]) -> list[ColumnElement[Any]]:
    """Return the order of a result: nulls last, ties by id."""
    if not sorts:
        return [StatusRow.updated_at.desc(), StatusRow.status_id.asc()]
    keys = [(_sort_key(sort.field), sort.order) for sort in sorts]
    ordered = [(key.desc() if order == "desc" else key.asc()).nulls_last() for key, order in keys]
    return [*ordered, StatusRow.status_id.asc()]


def _sort_key(field: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = getattr(StatusRow, field)
    if field == "priority":
        return _rank(column, list(Priority))
    if field == "status":
        return _rank(column, list(State))
    return column.collate("C") if FIELD_TYPES[field] == "text" else column


def _rank(column: ColumnElement[Any], values: Sequence[State] | Sequence[Priority]) -> ColumnElement[Any]:
    return case({value: rank for rank, value in enumerate(values)}, value=column)


def _condition(filter: Filter) -> ColumnElement[bool]:
    column: ColumnElement[Any] = getattr(StatusRow, filter.field)
    if filter.field == "tags":
        return StatusRow.tags.contains([filter.value])
    if FIELD_TYPES[filter.field] == "number":
        column = cast(column, Numeric)  # so that 1.5 is compared, not converted
    return _CONDITIONS[filter.operator](column, filter.value, filter.value2)


# Folds the case of all letters, also in a database that was created with the C locale.
_UNICODE = "pg_c_utf8"

_CONDITIONS: dict[str, Callable[[ColumnElement[Any], Any, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value, _: column == value,
    "ne": lambda column, value, _: column.is_distinct_from(value),
    "gt": lambda column, value, _: column > value,
    "gte": lambda column, value, _: column >= value,
    "lt": lambda column, value, _: column < value,
    "lte": lambda column, value, _: column <= value,
    "between": lambda column, value, value2: column.between(value, value2),
    "in": lambda column, value, _: column.in_(value),
    "not_in": lambda column, value, _: or_(column.is_(None), column.not_in(value)),
    "like": lambda column, value, _: column.like(value, escape="\\"),
    "ilike": lambda column, value, _: column.collate(_UNICODE).ilike(value, escape="\\"),
    "contains": lambda column, value, _: func.strpos(column, value) > 0,
    "is_null": lambda column, *_: column.is_(None),
    "is_not_null": lambda column, *_: column.is_not(None),
}


def _finds_in(name: str, search: Search) -> ColumnElement[bool]:
    def found(text: ColumnElement[Any]) -> ColumnElement[bool]:
        query: ColumnElement[Any] = literal(search.query)
        if not search.case_sensitive:
            text, query = func.lower(text.collate(_UNICODE)), func.lower(query.collate(_UNICODE))
        return text == query if search.exact_match else func.strpos(text, query) > 0

    if name != "tags":
        return found(getattr(StatusRow, name))
    tag = func.unnest(StatusRow.tags).table_valued("tag")
    return select(literal(1)).select_from(tag).where(found(tag.c.tag)).exists()
