"""JSON paths: `vods[0].title`, `vods[*].id`, `$.total`, and filters such as `vods[?(@.status=="failed")].id`."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from jsonpath_ng.ext.parser import parse

logging.getLogger("ply").setLevel(logging.ERROR)


@cache
def _compiled(path: str) -> Any:
    return parse(path if path.startswith("$") else f"${path}" if path.startswith("[") else f"$.{path}")


def find(document: Any, path: str) -> list[Any]:
    """Return what is found at a path, none, one or several. JSONPathError for what is no path."""
    return [found.value for found in _compiled(path).find(document)]
