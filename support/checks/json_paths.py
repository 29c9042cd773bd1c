"""JSON paths: `vods[0].title`, `vods[*].id`, `$.total`, and filters such as `vods[?(@.status=="failed")].id`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse
from jsonpath_ng.jsonpath import Child, Fields, Index, Root, Slice

from support.checks.matchers import ABSENT
from support.errors import FeatureError

logging.getLogger("ply").setLevel(logging.ERROR)


class Location(NamedTuple):
    """A place in a document and its value; the value is `ABSENT` where the document has nothing there."""

    path: str
    value: Any


@cache
def _compile(path: str) -> Any:
    try:
        return parse(path if path.startswith("$") else f"${path}" if path.startswith("[") else f"$.{path}")
    except JSONPathError as error:
        raise FeatureError(f'invalid JSON path "{path}": {error}. Examples: vods[0].title, vods[*].status') from None


def locate(document: Any, path: str) -> list[Location]:
    """Return every place that a path selects, also places where the last steps of the path lead to nothing.

    A wildcard, slice or filter selects several members; a member that lacks the rest of the path is returned as
    `ABSENT`, so that a check of "each" member cannot shrink to those that can be checked. A field whose name is the
    complete path is preferred.
    """
    if isinstance(document, Mapping) and path in document:
        return [Location(path, document[path])]
    found = list(_walk(_compile(path), [Location("", document)]))
    return [Location(path, found[0].value)] if len(found) == 1 and not _selects_several(path) else found


def find(document: Any, path: str) -> list[Any]:
    """Return the values at a path that exist: none, one or several."""
    return [place.value for place in locate(document, path) if place.value is not ABSENT]


def _selects_several(path: str) -> bool:
    return any(sign in path for sign in "*?:,") or ".." in path


def _walk(node: Any, places: list[Location]) -> Iterator[Location]:
    match node:
        case Root():
            yield from places
        case Child():
            yield from _walk(node.right, list(_walk(node.left, places)))
        case _:
            for place in places:
                yield from _step(node, place)


def _step(node: Any, place: Location) -> Iterator[Location]:
    path, value = place
    match node:
        case Fields() if "*" in node.fields:
            if isinstance(value, Mapping):
                yield from (Location(_member(path, name), part) for name, part in value.items())
            else:
                yield Location(f"{path}.*", ABSENT)
        case Fields():
            for name in node.fields:
                part = value.get(name, ABSENT) if isinstance(value, Mapping) else ABSENT
                yield Location(_member(path, name), part)
        case Slice():
            if isinstance(value, list):
                numbers = range(len(value))[slice(node.start, node.end, node.step)]
                yield from (Location(f"{path}[{number}]", value[number]) for number in numbers)
            else:
                yield Location(f"{path}[*]", ABSENT)
        case Index():
            yield from _entries(node, place)
        case _:
            if value is ABSENT:
                yield place
            else:
                yield from (Location(_join(path, str(found.full_path)), found.value) for found in node.find(value))


def _entries(node: Any, place: Location) -> Iterator[Location]:
    path, value = place
    for number in getattr(node, "indices", None) or (node.index,):
        inside = isinstance(value, list) and -len(value) <= number < len(value)
        yield Location(f"{path}[{number}]", value[number] if inside else ABSENT)


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _join(path: str, rest: str) -> str:
    return f"{path}{rest}" if rest.startswith("[") or not path else f"{path}.{rest}"


def put(document: Mapping[str, Any] | None, path: str, value: Any) -> dict[str, Any]:
    """Return a JSON object with a field set; dots in its path lead into objects."""
    first, _, rest = path.partition(".")
    result = dict(document or {})
    result[first] = put(result.get(first), rest, value) if rest else value
    return result
