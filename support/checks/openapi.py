"""Whether answers are what the platform's own OpenAPI document says, and which of its answers were seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import fastjsonschema

from support.evidence.exchanges import Answered

ITSELF = "/openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_FORMATS = {
    "uuid": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    # Times are in UTC, and say so with a Z.
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
}


@dataclass(frozen=True)
class Operation:
    """One method of one path; `answers` holds what the document says of each status."""

    name: str
    pattern: re.Pattern[str]
    answers: Mapping[str, Mapping[str, Any]]


@dataclass
class ApiDocument:
    """The document of one platform. What was compared with it is kept until `take_seen`; threads may share it."""

    content: Mapping[str, Any]
    seen: set[Answered] = field(default_factory=set)
    compared: int = 0
    _validators: dict[Answered, Callable[[Any], object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        described = [
            (method, path, item[method])
            for path, item in self.content.get("paths", {}).items()
            for method in METHODS
            if method in item
        ]
        # A path without a variable goes before one that could mean the same: /vod/list before /vod/{vod_id}.
        described.sort(key=lambda one: one[1].count("{"))
        self.operations = [
            Operation(f"{method.upper()} {path}", _pattern(method, path), operation["responses"])
            for method, path, operation in described
        ]

    @property
    def documented(self) -> set[Answered]:
        """Every operation with every status that the document tells."""
        return {(operation.name, status) for operation in self.operations for status in operation.answers}

    def take_seen(self) -> frozenset[Answered]:
        """Return the answers that were seen since the last call."""
        seen, self.seen = self.seen, set()
        return frozenset(seen)

    def differences(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> str | None:
        """Compare one answer with the document; return half a sentence on how it differs, None when it does not.

        What nothing in the document describes (an unknown path, a method that a path does not have) must be refused
        with 404 or 405.
        """
        self.compared += 1
        if path == ITSELF:
            return None
        operation = self.operation(method, path)
        if operation is None:
            return None if status in (404, 405) else f"the document has no operation {method} {path}"
        if str(status) not in operation.answers:
            return f"the document does not tell of {status} for {operation.name}"
        self.seen.add((operation.name, str(status)))
        return self._compare(operation, str(status), headers, body)

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request means. A path without parameters comes before one that has some."""
        wanted = f"{method} {path}"
        concrete = [one for one in self.operations if one.name.partition(" ")[2] == path]
        return next((one for one in concrete or self.operations if one.pattern.fullmatch(wanted)), None)

    def _compare(self, operation: Operation, status: str, headers: Mapping[str, str], body: bytes) -> str | None:
        media = operation.answers[status].get("content", {})
        if not media:
            return None if not body else f"the document tells of no content for {operation.name} {status}"
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in media:
            return f"it is {kind or 'of no type'}, where the document says {' or '.join(media)}"
        if kind != "application/json":
            return None
        try:
            self._validator(operation, status, media[kind].get("schema", {}))(json.loads(body))
        except ValueError as error:
            # fastjsonschema's own exceptions are ValueErrors too, with a path in their message.
            return f"its content differs: {str(error).replace('data', 'the answer', 1)}"
        return None

    def _validator(self, operation: Operation, status: str, schema: Mapping[str, Any]) -> Callable[[Any], object]:
        key = (operation.name, status)
        if key not in self._validators:
            whole = {**schema, "components": self.content.get("components", {})}
            self._validators[key] = fastjsonschema.compile(whole, formats=_FORMATS)
        return self._validators[key]

    def faults(self) -> list[str]:
        """Return what is wrong with the document itself, in half sentences: what a reader would miss."""
        found = []
        if not str(self.content.get("openapi", "")).startswith("3."):
            found.append("it does not say which OpenAPI it is")
        if not self.content.get("info", {}).get("title"):
            found.append("it has no title")
        if not self.operations:
            found.append("it describes no operation")
        schemas = self.content.get("components", {}).get("schemas", {})
        found += [f"the schema {name} is called after a module" for name in schemas if "__" in name]
        for operation in self.operations:
            if not any(status.startswith(("2", "3")) for status in operation.answers):
                found.append(f"{operation.name} has no successful answer")
            if "500" not in operation.answers:
                found.append(f"{operation.name} tells of no failure")
        return found


def _pattern(method: str, path: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", path)
    return re.compile(f"{method.upper()} " + "[^/]+".join(map(re.escape, parts)))
