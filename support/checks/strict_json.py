"""Read JSON strictly: the only JSON reader of the checking side.

Python's own reader accepts `NaN`, `Infinity`, duplicate keys and UTF-16, and turns `1e999` into infinity. A platform
that sends any of these breaks RFC 8259, so that its clients fail.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn


class MissingField(AssertionError, KeyError):
    """A JSON object lacks a field that was read."""

    def __str__(self) -> str:
        return str(self.args[0])


class JsonObject(dict[str, Any]):
    """A JSON object. Reading a field that it lacks is a failure of the platform, not an error of the tests."""

    def __missing__(self, key: str) -> NoReturn:
        raise MissingField(f'field "{key}": expected a value, got an object with: {", ".join(self) or "no fields"}')


def parse(content: str | bytes) -> Any:
    """Return the value of a JSON text; bytes are UTF-8 without a byte order mark.

    Raises ValueError for anything that RFC 8259 forbids, duplicate keys, numbers outside the range of a double, and
    nesting that is too deep to read.
    """
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        return json.loads(
            text, parse_constant=_reject_constant, parse_float=_read_float, object_pairs_hook=_read_object
        )
    except UnicodeDecodeError as error:
        raise ValueError(f"invalid UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def parse_object(content: str | bytes) -> JsonObject:
    """Return a JSON object. Raises ValueError for invalid JSON and for every other value."""
    value = parse(content)
    if not isinstance(value, JsonObject):
        raise ValueError(f"expected a JSON object, got {type(value).__name__}")
    return value


def _reject_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not valid JSON")


def _read_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"number out of range: {text[:40]}")
    return value


def _read_object(pairs: Iterable[tuple[str, Any]]) -> JsonObject:
    result = JsonObject()
    for name, value in pairs:
        if name in result:
            raise ValueError(f'duplicate key "{name}"')
        result[name] = value
    return result
