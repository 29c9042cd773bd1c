"""The OpenAPI document of the platform: its only reader, and the comparison of responses with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import fastjsonschema

from support.checks import strict_json
from support.evidence.exchanges import Answered

DOCUMENT_PATH = "/openapi.json"
_KEYWORDS = frozenset(
    [
        "$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "deprecated", "description",
        "discriminator", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "items",
        "maxItems", "maxLength", "maximum", "maxProperties", "minItems", "minLength", "minimum",
        "minProperties", "multipleOf", "not", "oneOf", "pattern", "prefixItems", "properties", "propertyNames",
        "readOnly", "required", "title", "type", "uniqueItems", "writeOnly",
    ]
)  # fmt: skip
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_FORMATS = {
    "uuid": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    # Times are in UTC and end with a Z.
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
}


def operations_in(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield method (upper case), path and description of every operation of a document, by path in its order.

    Parameters of a path item come before those of its operations. Parts of an invalid form are skipped.
    """
    paths = content.get("paths")
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        if not isinstance(item, Mapping):
            continue
        for method in METHODS:
            operation = item.get(method)
            if isinstance(operation, Mapping):
                parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
                yield method.upper(), str(path), {**operation, "parameters": parameters} if parameters else operation


@dataclass(frozen=True)
class Operation:
    """One method of one path; `responses` is the description of each status."""

    name: str
    pattern: re.Pattern[str]
    responses: Mapping[str, Mapping[str, Any]]


@dataclass
class ApiDocument:
    """The document of one platform. Observed responses are kept until `take_observed`; threads may share it."""

    content: Mapping[str, Any]
    observed: set[Answered] = field(default_factory=set)
    compared: int = 0
    _validators: dict[Answered, Callable[[Any], object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A path without a variable goes before one that matches the same: /vod/list before /vod/{vod_id}.
        described = sorted(operations_in(self.content), key=lambda one: one[1].count("{"))
        self.operations = [
            Operation(f"{method} {path}", _pattern(method, path), operation.get("responses", {}))
            for method, path, operation in described
        ]

    @property
    def documented(self) -> set[Answered]:
        """Every operation with every status of the document."""
        return {(operation.name, status) for operation in self.operations for status in operation.responses}

    def take_observed(self) -> frozenset[Answered]:
        """Return the responses that were observed since the last call."""
        observed, self.observed = self.observed, set()
        return frozenset(observed)

    def difference(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> str | None:
        """Compare a response with the document; return how it differs, or None.

        A request that no operation describes must be rejected with 404 or 405.
        """
        self.compared += 1
        if path == DOCUMENT_PATH:
            return None
        operation = self.operation(method, path)
        if operation is None:
            return None if status in (404, 405) else f"the document has no operation {method} {path}"
        if str(status) not in operation.responses:
            return f"the document has no response {status} for {operation.name}"
        self.observed.add((operation.name, str(status)))
        return self._compare(operation, str(status), headers, body)

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request means; a fixed path is never an id of the path beside it."""
        expected = f"{method} {path}"
        if path in self.content.get("paths", {}):
            return next((one for one in self.operations if one.name == expected), None)
        return next((one for one in self.operations if one.pattern.fullmatch(expected)), None)

    def _compare(self, operation: Operation, status: str, headers: Mapping[str, str], body: bytes) -> str | None:
        media = operation.responses[status].get("content", {})
        if not media:
            return None if not body else f"the document has no content for {operation.name} {status}"
        media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type not in media:
            return f"media type: expected {' or '.join(media)}, got {media_type or 'none'}"
        if media_type != "application/json":
            return None
        try:
            self._validator(operation, status, media[media_type].get("schema", {}))(strict_json.parse(body))
        except ValueError as error:
            # fastjsonschema's own exceptions are ValueErrors too, with a path in their message.
            return f"content: {str(error).replace('data', 'the response', 1)}"
        return None

    def _validator(self, operation: Operation, status: str, schema: Mapping[str, Any]) -> Callable[[Any], object]:
        key = (operation.name, status)
        if key not in self._validators:
            complete = {**schema, "components": self.content.get("components", {})}
            self._validators[key] = fastjsonschema.compile(complete, formats=_FORMATS)
        return self._validators[key]

    def find_problems(self) -> list[str]:
        """Return the problems of the document itself: what a reader would miss."""
        found = []
        if not str(self.content.get("openapi", "")).startswith("3."):
            found.append("it has no OpenAPI version 3")
        if not self.content.get("info", {}).get("title"):
            found.append("it has no title")
        if not self.operations:
            found.append("it has no operations")
        schemas = self.content.get("components", {}).get("schemas", {})
        found += [f"the schema {name} is named after a module" for name in schemas if "__" in name]
        for operation in self.operations:
            if not any(status.startswith(("2", "3")) for status in operation.responses):
                found.append(f"{operation.name} has no successful response")
            if "500" not in operation.responses:
                found.append(f"{operation.name} has no response 500")
        found += [f"{place} has the unknown keyword {keyword}" for place, keyword in _unknown_keywords(self.content)]
        return found


def _unknown_keywords(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each keyword of a schema that OpenAPI 3.1 does not have, with the place of the schema."""
    schemas = [(name, schema) for name, schema in content.get("components", {}).get("schemas", {}).items()]
    for path, item in content.get("paths", {}).items():
        for method in METHODS:
            parameters = item.get(method, {}).get("parameters", [])
            schemas += [(f"{method.upper()} {path} {each['name']}", each.get("schema", {})) for each in parameters]
    unknown = []
    while schemas:
        place, schema = schemas.pop()
        unknown += [(place, keyword) for keyword in sorted(schema.keys() - _KEYWORDS) if not keyword.startswith("x-")]
        schemas += [(f"{place}.{name}", inner) for name, inner in schema.get("properties", {}).items()]
        schemas += [(place, inner) for name in ("anyOf", "allOf", "oneOf") for inner in schema.get(name, [])]
        inner_schemas = (schema.get(name) for name in ("items", "additionalProperties", "propertyNames", "not"))
        schemas += [(place, inner) for inner in inner_schemas if isinstance(inner, dict)]
    return sorted(unknown)


def _pattern(method: str, path: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", path)
    return re.compile(f"{method.upper()} " + "[^/]+".join(map(re.escape, parts)))
