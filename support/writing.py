"""What stands below a technical step (a table, a document) as values and wishes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from behave.runner import Context
from jsonpath_ng.exceptions import JSONPathError

from support.checks import tables
from support.checks.eventually import eventually
from support.checks.expected import ABSENT, accepts_absence, differences, parts_of, written
from support.checks.matching import require
from support.clients.api import Content, Request
from support.drivers.http import Answer
from support.jsonpaths import find
from support.mistakes import FeatureMistake, require_written
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
    return {row[column]: world.values.wish(row["value"]) for row in tables.read(context.table, (column, "value"))}


def wished_body(world: World, context: Context) -> Any:
    """Return what is expected of a body: from a table of fields, a document, or None where nothing stands below."""
    if context.table is not None:
        return wishes(world, context, "field")
    return None if context.text is None else wished_document(world, context)


def part_differences(world: World, thing: str, document: Any, context: Context) -> Iterator[str]:
    """Yield where a document is not what stands below: a table of paths, or a document that it must contain."""
    if context.text is not None:
        yield from differences(thing, document, wished_document(world, context))
        return
    for written_path, wish in wishes(world, context, "path").items():
        path = world.values.text(written_path)
        found = _found(document, path)
        if not found and not accepts_absence(wish):
            yield f"{thing}.{path} should be {written(wish)}, but is absent; {thing} has: {parts_of(document)}"
            continue
        for number, value in enumerate(found or [ABSENT]):
            place = f"{thing}.{path}" + (f" (number {number + 1} of {len(found)})" if len(found) > 1 else "")
            yield from differences(place, value, wish)


def require_parts(world: World, thing: str, document: Any, context: Context) -> None:
    """Fail with every difference between a document and what stands below."""
    found = list(part_differences(world, thing, document, context))
    require(not found, "; ".join(found))


def require_named(world: World, column: str, seen: Mapping[str, str], context: Context) -> None:
    """Fail with every difference between named texts, such as headers, and the table below.

    They are texts whatever they look like; where no value stands, there must be none.
    """
    found: list[str] = []
    for row in tables.read(context.table, (column, "value")):
        wish = world.values.wish(row["value"]) if row["value"].startswith("{") else row["value"] or ABSENT
        found += differences(f'the {column} "{row[column]}"', seen.get(row[column], ABSENT), wish)
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
    found = _found(document, path)
    require(found, f'the answer has nothing at "{path}"')
    return found[0]


def _found(document: Any, path: str) -> list[Any]:
    try:
        return find(document, path)
    except JSONPathError as error:
        raise FeatureMistake(
            f'"{path}" is no JSON path: {error}. Written like: vods[0].title, or vods[*].status'
        ) from None


def settled(what: str, look: Callable[[], Seen], wanted: Callable[[Seen], bool], *, wish: str, within: float) -> None:
    """Look once, or until it is as wanted where the sentence gives it time; fail with what was seen."""
    if within:
        eventually(what, look, wanted, wish=wish, within=within)
        return
    seen = look()
    require(wanted(seen), f"{what}: {seen} (wanted {wish})" if wish != NO_DIFFERENCE else f"{what}: {seen}")


def row_differences(table: str, rows: Sequence[Mapping[str, Any]], wish: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the one row is not what is wished; also where there is not one row."""
    if len(rows) != 1:
        yield f"there are {len(rows)} such rows, not one"
        return
    for column in wish:
        if column not in rows[0]:
            raise FeatureMistake(f'the table "{table}" has no column "{column}". Known: {", ".join(rows[0])}')
    yield from differences(table, rows[0], wish)


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
        require_written(
            first in key, f'a Redis key has no "{path}". Known: {", ".join(key)}, and parts such as value.status'
        )
        found = [key[path]] if path in key else _found(key, path)
        yield from differences(path, found[0] if found else ABSENT, wish)


def listed(values: Mapping[str, Any]) -> str:
    """Return named values in one line."""
    return ", ".join(f"{name} {written(value)}" for name, value in values.items())
