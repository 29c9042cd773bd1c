"""Cells of a table as values: what stands there is JSON where it can be read so, and text otherwise.

| field         | value      |
| shares        | 0.5        |   a number; in quotes it is text
| config.deep.x | [1, 2]     |   a dotted name leads inside an object
| error         | nothing    |   null
| created_at    | a time     |   in a table of what should be there: any time
| updated_at    | created_at |   ... what the field of this name holds
| created_at    | as before  |   ... what it held when the scenario first saw the thing
| updated_at    | moved on   |   ... a time after the one it held then
| summary       | some text  |   ... text that is not empty
| advice        | one of: buy, sell |   ... one of these
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from support.checks import tables
from support.checks.matching import shown
from support.mistakes import FeatureMistake

NOTHING = "nothing"
ONE_OF = "one of: "
LINE_BREAK = "↵"
"""Stands for a line break where a feature cannot hold one."""


def pairs(table: tables.Table | None) -> dict[str, str]:
    """Return the cells of a table with the columns field and value; none where there is no table."""
    return {} if table is None else {row["field"]: row["value"] for row in tables.read(table, ("field", "value"))}


def named(table: tables.Table | None) -> list[tuple[str, dict[str, str]]]:
    """Return for each row of a table what stands in its column name, and its other cells by column."""
    others = [] if table is None else [heading for heading in table.headings if heading != "name"]
    rows = tables.read(table, ("name",), optional=others)
    return [(row["name"], {name: row[name] for name in others}) for row in rows]


def value(cell: str, *, text: bool = False) -> Any:
    """Return what a cell means; with `text`, everything but nothing is text."""
    cell = cell.replace(LINE_BREAK, "\n")
    if cell == NOTHING:
        return None
    if text:
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def nested(cells: Mapping[str, str], *, texts: Collection[str] = ()) -> dict[str, Any]:
    """Return an object of dotted names and cells; `texts` are the names whose cells are text whatever they hold."""
    content: dict[str, Any] = {}
    for name, cell in cells.items():
        *outer, last = name.split(".")
        place = content
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value(cell, text=name in texts)
    return content


def differences(
    seen: Mapping[str, Any], wanted: Mapping[str, str], before: Mapping[str, Any], *, texts: Collection[str] = ()
) -> Iterator[str]:
    """Yield for each field that is not as a table wants it half a sentence; `before` is what was seen at first."""
    for name, cell in wanted.items():
        if name == "":
            raise FeatureMistake("a row of the table names no field")
        try:
            found = _at(seen, name)
        except KeyError:
            yield f"{name} should be {cell}, but is missing"
            continue
        trouble = _trouble(found, cell, seen, before, name, text=name in texts)
        if trouble:
            yield f"{name} should be {trouble}, but was {shown(found)}"


def _trouble(
    found: Any, cell: str, seen: Mapping[str, Any], before: Mapping[str, Any], name: str, *, text: bool
) -> str | None:
    match cell:
        case "a time":
            wrong = _time(found) is None
        case "as before":
            wrong, cell = found != _at(before, name), f"as before, {shown(_at(before, name))}"
        case "moved on":
            then, now = _time(_at(before, name)), _time(found)
            wrong, cell = then is None or now is None or now <= then, f"a time after {_at(before, name)}"
        case _ if cell in seen and cell.endswith("_at"):
            wrong, cell = found != seen[cell], f"{cell}, {shown(seen[cell])}"
        case "some text":
            wrong = not (isinstance(found, str) and found.strip())
        case _ if cell.startswith(ONE_OF):
            wrong = found not in [each.strip() for each in cell.removeprefix(ONE_OF).split(",")]
        case _:
            wrong = not same(found, value(cell, text=text))
    return cell if wrong else None


def same(found: Any, wanted: Any) -> bool:
    """Whether two values are the same: true is not 1, a decimal of the database is the text that says it exactly."""
    if isinstance(found, Decimal) and not isinstance(wanted, bool):
        try:
            return found == Decimal(str(wanted))
        except InvalidOperation:
            return False
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


def _at(record: Mapping[str, Any], name: str) -> Any:
    place: Any = record
    for part in name.split("."):
        if not isinstance(place, Mapping):
            raise KeyError(name)
        place = place[part]
    return place


def _time(found: Any) -> datetime | None:
    if isinstance(found, datetime):
        return found
    if not (isinstance(found, str) and found.endswith("Z")):
        return None
    try:
        return datetime.fromisoformat(found).astimezone(UTC)
    except ValueError:
        return None
