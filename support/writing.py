"""What stands below a step (a table, a document) as values and wishes, and where the platform differs from these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from behave.runner import Context

from support.checks import tables
from support.checks.eventually import eventually, plainly
from support.checks.expected import differences, field_differences
from support.checks.kinds import ABSENT
from support.checks.matching import require, shown
from support.clients.api import Content, Request
from support.drivers.http import Answer
from support.jsonpaths import find, put
from support.mistakes import FeatureMistake, require_written, told_known
from support.personas import Persona
from support.world import World

NO_DIFFERENCE = "no difference"
Seen = TypeVar("Seen")


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
    """Return what the table below a step gives as fields; dots lead into objects. Nothing where there is no table."""
    return _given(world, _cells(context, "field") if context.table else {})


def _given(world: World, cells: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for path, cell in cells.items():
        given = put(given, path, world.values.value(cell))
    return given


def _cells(context: Context, column: str) -> dict[str, str]:
    """Return the values of a table as they are written, by what `column` names; fails where a name stands twice."""
    cells: dict[str, str] = {}
    for row in tables.read(context.table, (column, "value")):
        require_written(row[column] not in cells, f'the table has the {column} "{row[column]}" twice')
        cells[row[column]] = row["value"]
    return cells


def query(world: World, context: Context) -> Mapping[str, str | int]:
    """Return what the table below a step gives as parameters of a query. Nothing where there is no table."""
    return parameters(fields(world, context))


def parameters(given: Mapping[str, Any]) -> Mapping[str, str | int]:
    """Return values as a query has them, without those that are absent."""
    made = Content()
    for name, value in given.items():
        made.put("query", name, value)
    return made.query


def named_fields(world: World, context: Context) -> list[tuple[str, dict[str, Any]]]:
    """Return for each row what stands in its column `name`, and what its other columns give as fields."""
    return [(name, _given(world, cells)) for name, cells in _named(context)]


def named_wishes(world: World, context: Context) -> list[tuple[str, dict[str, Any]]]:
    """Return for each row what stands in its column `name`, and what its other columns expect by their paths."""
    return [(name, {path: world.values.wish(cell) for path, cell in cells.items()}) for name, cells in _named(context)]


def _named(context: Context) -> Iterator[tuple[str, Mapping[str, str]]]:
    others = [heading for heading in context.table.headings if heading != "name"] if context.table else []
    for row in tables.read(context.table, ("name",), optional=others):
        yield row["name"], {heading: row[heading] for heading in others}


def message(world: World, context: Context) -> str:
    """Return the JSON below a step, to be sent by itself: a table of fields, or a document."""
    made = content(world, context)
    require_written(made.json is not None, "this step needs a table below it (field, value), or a JSON document")
    return json.dumps(made.json)


def content_as_it_is(context: Context, media_type: str) -> Content:
    """Return a request's body that is the text below, as it stands."""
    return Content(body=str(context.text or "").encode(), headers={"Content-Type": media_type})


def text_below(context: Context) -> str:
    """Return the text below a step; fails where there is none."""
    require_written(context.text, 'this step needs a text below it, between """ and """')
    return str(context.text)


def wished_document(world: World, context: Context) -> Any:
    """Return the JSON document below a step, in which kinds of values may stand."""
    return world.values.document(text_below(context), expected=True)


def wishes(world: World, context: Context, column: str) -> dict[str, Any]:
    """Return what a table below a step expects, by what `column` names."""
    return {name: world.values.wish(cell) for name, cell in _cells(context, column).items()}


def wishes_of_thing(world: World, context: Context) -> dict[str, Any]:
    """Return what a table of fields expects of one thing that the scenario has made: also a `Relative`."""
    return {name: world.values.wish_of_thing(cell) for name, cell in _cells(context, "field").items()}


def wished_body(world: World, context: Context) -> Callable[[Any], Iterator[str]]:
    """Return what tells where a body is not what stands below: a table of fields, a document, or nothing."""
    if context.table is not None:
        wished = wishes(world, context, "field")
        return lambda body: (f"body.{difference}" for difference in field_differences(body, wished))
    if context.text is not None:
        document = wished_document(world, context)
        return lambda body: differences("body", body, document)
    return lambda body: iter(())


def part_differences(world: World, thing: str, document: Any, context: Context) -> Iterator[str]:
    """Yield where a document is not what stands below: a table of paths, or a document that it must contain."""
    if context.text is not None:
        yield from differences(thing, document, wished_document(world, context))
        return
    wished = {world.values.text(path): wish for path, wish in wishes(world, context, "path").items()}
    yield from (f"{thing}.{difference}" for difference in field_differences(document, wished))


def require_parts(world: World, thing: str, document: Any, context: Context) -> None:
    """Fail with every difference between a document and what stands below."""
    found = list(part_differences(world, thing, document, context))
    require(not found, "; ".join(found))


def require_named(world: World, column: str, seen: Mapping[str, str], context: Context) -> None:
    """Fail with every difference between named texts, such as headers, and the table below."""
    found: list[str] = []
    for name, cell in _cells(context, column).items():
        wish = world.values.wish_of_text(cell)
        found += differences(f'the {column} "{name}"', seen.get(name, ABSENT), wish)
    require(not found, "; ".join(found))


def require_within(world: World, request: Request, within: float, by: Persona | None, context: Context) -> None:
    """Ask until the answer has what stands below; fail with what was seen all along."""

    def look() -> str:
        answer: Answer = world.api.send(request, Content(), by=by)
        world.remember("answer", answer)
        return "; ".join(part_differences(world, "answer", answer.expect(200).json, context))

    eventually(str(request), look, lambda trouble: not trouble, wish=NO_DIFFERENCE, within=within)


def at(document: Any, path: str) -> Any:
    """Return the one value at a path; fails where there is none."""
    found = find(document, path)
    require(found, f'the answer has nothing at "{path}"')
    return found[0]


def settled(what: str, look: Callable[[], Seen], wanted: Callable[[Seen], bool], *, wish: str, within: float) -> None:
    """Look once, or until it is as wanted where the sentence gives it time; fail with what was seen."""
    if within:
        eventually(what, look, wanted, wish=wish, within=within)
        return
    seen = look()
    require(wanted(seen), f"{what}: {plainly(seen)}" + (f" (wanted {wish})" if wish != NO_DIFFERENCE else ""))


def row_differences(table: str, rows: Sequence[Mapping[str, Any]], wish: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the one row is not what is wished; also where there is not one row."""
    if len(rows) != 1:
        yield f"there are {len(rows)} such rows, not one"
        return
    for column in wish:
        if column not in rows[0]:
            raise FeatureMistake(f'the table "{table}" has no column "{column}".{told_known(column, rows[0])}')
    yield from (f"{table}.{difference}" for difference in field_differences(rows[0], wish))


def key_differences(name: str, key: Mapping[str, Any] | None, world: World, context: Context) -> Iterator[str]:
    """Yield where a Redis key is not what stands below; also where there is no such key."""
    if key is None:
        near = world.keys.names(f"{name.partition(':')[0]}:*")
        kinds = sorted({f"{one.partition(':')[0]}:..." for one in world.keys.names("*")})
        known = (
            f"beginning alike: {', '.join(near[:5])}" if near else f"keys begin with: {', '.join(kinds) or 'nothing'}"
        )
        yield f"there is no such key; {known}"
        return
    for path, wish in wishes(world, context, "path").items():
        first = path.partition(".")[0].partition("[")[0]
        known = f"{told_known(first, key)}, and parts such as value.status"
        require_written(first in key, f'a Redis key has no "{path}".{known}')
        yield from field_differences(key, {path: wish})


def listed(values: Mapping[str, Any]) -> str:
    """Return named values in one line."""
    return ", ".join(f"{name} {shown(value)}" for name, value in values.items())
