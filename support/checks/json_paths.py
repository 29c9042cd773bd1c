"""JSON paths: `vods[0].title`, `vods[*].id`, `$.total`, and filters such as `vods[?(@.status=="failed")].id`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

from support.errors import FeatureError

logging.getLogger("ply").setLevel(logging.ERROR)


@cache
def _compiled(path: str) -> Any:
    try:
        return parse(path if path.startswith("$") else f"${path}" if path.startswith("[") else f"$.{path}")
    except JSONPathError as error:
        raise FeatureError(
            f'"{path}" is no JSON path: {error}. Written like: vods[0].title, or vods[*].status'
        ) from None


def find(document: Any, path: str) -> list[Any]:
    """Return what is found at a path, none, one or several; what has the whole path for its name comes first."""
    if isinstance(document, Mapping) and path in document:
        return [document[path]]
    return [found.value for found in _compiled(path).find(document)]


def put(document: Mapping[str, Any] | None, path: str, value: Any) -> dict[str, Any]:
    """Return a JSON object with a field set; dots in its path lead into objects."""
    first, _, rest = path.partition(".")
    known = dict(document or {})
    known[first] = put(known.get(first), rest, value) if rest else value
    return known
