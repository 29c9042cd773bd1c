"""The table or text of a step: what a step may have, and how it becomes values and expectations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from behave.runner import Context

from support.capabilities.api.client import Content
from support.checks import tables
from support.checks.comparison import differences, field_differences
from support.checks.json_paths import put
from support.errors import require_feature
from support.gherkin.parameter_types import Request
from support.scenario.world import World


def path(world: World, request: Request) -> Request:
    """Return a request with the values in its path put in."""
    return Request(request.method, world.values.text(request.path))


def content(world: World, context: Context) -> Content:
    """Return what a request carries: a table of JSON fields or of parts, a document, or nothing."""
    made = Content()
    if context.table is not None:
        columns = ("part", "name", "value") if "part" in context.table.headings else ("field", "value")
        for row in tables.read(context.table, columns):
            made.put(row.get("part", "json"), row.get("name", row.get("field", "")), world.values.value(row["value"]))
        made.require_one_body()
    elif context.text is not None:
        made.json = world.values.document(context.text)
    return made


def fields(world: World, context: Context) -> dict[str, Any]:
    """Return what a step's table gives as fields; dots lead into objects. Nothing where there is no table."""
    return _given(world, cells(context, "field") if context.table else {})


def _given(world: World, cells: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for path, cell in cells.items():
        given = put(given, path, world.values.value(cell))
    return given


def cells(context: Context, column: str) -> dict[str, str]:
    """Return the values of a table as they are written, by what `column` names; fails where a name stands twice."""
    found: dict[str, str] = {}
    for row in tables.read(context.table, (column, "value")):
        require_feature(row[column] not in found, f'the table has the {column} "{row[column]}" twice')
        found[row[column]] = row["value"]
    return found


def query(world: World, context: Context) -> Mapping[str, str | int]:
    """Return what a step's table gives as parameters of a query. Nothing where there is no table."""
    return parameters(fields(world, context))


def parameters(given: Mapping[str, Any]) -> Mapping[str, str | int]:
    """Return values as a query has them, without those that are absent."""
    made = Content()
    for name, value in given.items():
        made.put("query", name, value)
    return made.query


def named_fields(world: World, context: Context) -> list[tuple[str, dict[str, Any]]]:
    """Return for each row what stands in its column `name`, and what its other columns give as fields."""
    return [(name, _given(world, cells)) for name, cells in _named_rows(context)]


def named_expectations(world: World, context: Context) -> list[tuple[str, dict[str, Any]]]:
    """Return for each row what stands in its column `name`, and what its other columns expect by their paths."""
    return [
        (name, {path: world.values.expected(cell) for path, cell in cells.items()})
        for name, cells in _named_rows(context)
    ]


def _named_rows(context: Context) -> Iterator[tuple[str, Mapping[str, str]]]:
    others = [heading for heading in context.table.headings if heading != "name"] if context.table else []
    for row in tables.read(context.table, ("name",), optional=others):
        yield row["name"], {heading: row[heading] for heading in others}


def message(world: World, context: Context) -> str:
    """Return the JSON below a step, to be sent by itself: a table of fields, or a document."""
    made = content(world, context)
    require_feature(made.json is not None, "this step needs a table below it (field, value), or a JSON document")
    return json.dumps(made.json)


def content_as_it_is(context: Context, media_type: str) -> Content:
    """Return a request's body that is the step's text, unchanged."""
    return Content(body=str(context.text or "").encode(), headers={"Content-Type": media_type})


def text_below(context: Context) -> str:
    """Return the step's text a step; fails where there is none."""
    require_feature(context.text, 'this step needs a text below it, between """ and """')
    return str(context.text)


def expected_document(world: World, context: Context) -> Any:
    """Return the JSON document below a step, in which kinds of values may stand."""
    return world.values.document(text_below(context), expected=True)


def expected_fields(world: World, context: Context, column: str) -> dict[str, Any]:
    """Return what a table below a step expects, by what `column` names."""
    return {name: world.values.expected(cell) for name, cell in cells(context, column).items()}


def expected_resource(world: World, context: Context) -> dict[str, Any]:
    """Return what a table of fields expects of one thing that the scenario has made: also a `Relative`."""
    return {name: world.values.expected_resource(cell) for name, cell in cells(context, "field").items()}


def expected_body(world: World, context: Context) -> Callable[[Any], Iterator[str]]:
    """Return what tells where a body is not the step's table or text: a table of fields, a document, or nothing."""
    if context.table is not None:
        expected = expected_fields(world, context, "field")
        return lambda body: (f"body.{difference}" for difference in field_differences(body, expected))
    if context.text is not None:
        document = expected_document(world, context)
        return lambda body: differences("body", body, document)
    return lambda body: iter(())
