"""Compare responses, rows and keys with the table or text of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from behave.runner import Context

from support.capabilities.api.client import Content
from support.checks.comparison import differences, field_differences, format_value, require
from support.checks.json_paths import find
from support.checks.matchers import ABSENT
from support.drivers.http import Response
from support.errors import FeatureError, require_feature, suggest
from support.gherkin.parameter_types import Request
from support.gherkin.personas import Persona
from support.polling import eventually, plain_text
from support.scenario.inputs import cells, expected_document, expected_fields
from support.scenario.world import World

NO_DIFFERENCE = "no difference"

Seen = TypeVar("Seen")


def part_differences(world: World, thing: str, document: Any, context: Context) -> Iterator[str]:
    """Yield where a document is not the step's table or text: a table of paths, or a document that it must contain."""
    if context.text is not None:
        yield from differences(thing, document, expected_document(world, context))
        return
    expectations = {
        world.values.text(path): expected for path, expected in expected_fields(world, context, "path").items()
    }
    yield from (f"{thing}.{difference}" for difference in field_differences(document, expectations))


def require_parts(world: World, thing: str, document: Any, context: Context) -> None:
    """Fail with every difference between a document and the step's table or text."""
    found = list(part_differences(world, thing, document, context))
    require(not found, "; ".join(found))


def require_named(world: World, column: str, seen: Mapping[str, str], context: Context) -> None:
    """Fail with every difference between named texts, such as headers, and the table below."""
    found: list[str] = []
    for name, cell in cells(context, column).items():
        expected = world.values.expected_text(cell)
        found += differences(f'the {column} "{name}"', seen.get(name, ABSENT), expected)
    require(not found, "; ".join(found))


def require_within(world: World, request: Request, within: float, by: Persona | None, context: Context) -> None:
    """Ask until the answer has the step's table or text; fail with what was seen all along."""

    def look() -> str:
        answer: Response = world.api.send(request, Content(), by=by)
        world.remember("response", answer)
        return "; ".join(part_differences(world, "response", answer.expect(200).json, context))

    eventually(str(request), look, lambda trouble: not trouble, expected=NO_DIFFERENCE, within=within)


def at(document: Any, path: str) -> Any:
    """Return the one value at a path; fails where there is none."""
    found = find(document, path)
    require(found, f'the answer has nothing at "{path}"')
    return found[0]


def settled(
    what: str, read: Callable[[], Seen], condition: Callable[[Seen], bool], *, expected: str, within: float
) -> None:
    """Look once, or until it is as wanted where the sentence gives it time; fail with what was seen."""
    if within:
        eventually(what, read, condition, expected=expected, within=within)
        return
    actual = read()
    require(
        condition(actual),
        f"{what}: {plain_text(actual)}" + (f" (wanted {expected})" if expected != NO_DIFFERENCE else ""),
    )


def row_differences(table: str, rows: Sequence[Mapping[str, Any]], wish: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the one row is not what is wished; also where there is not one row."""
    if len(rows) != 1:
        yield f"there are {len(rows)} such rows, not one"
        return
    for column in wish:
        if column not in rows[0]:
            raise FeatureError(f'the table "{table}" has no column "{column}".{suggest(column, rows[0])}')
    yield from (f"{table}.{difference}" for difference in field_differences(rows[0], wish))


def key_differences(name: str, key: Mapping[str, Any] | None, world: World, context: Context) -> Iterator[str]:
    """Yield where a Redis key is not the step's table or text; also where there is no such key."""
    if key is None:
        near = world.keys.names(f"{name.partition(':')[0]}:*")
        kinds = sorted({f"{one.partition(':')[0]}:..." for one in world.keys.names("*")})
        known = (
            f"beginning alike: {', '.join(near[:5])}" if near else f"keys begin with: {', '.join(kinds) or 'nothing'}"
        )
        yield f"there is no such key; {known}"
        return
    for path, expected in expected_fields(world, context, "path").items():
        first = path.partition(".")[0].partition("[")[0]
        known = f"{suggest(first, key)}, and parts such as value.status"
        require_feature(first in key, f'a Redis key has no "{path}".{known}')
        yield from field_differences(key, {path: expected})


def listed(values: Mapping[str, Any]) -> str:
    """Return named values in one line."""
    return ", ".join(f"{name} {format_value(value)}" for name, value in values.items())
