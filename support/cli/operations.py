"""`acceptance operations`: list the operations of the API with fields, access and responses."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.capabilities.api.client import OPENAPI, Content
from support.cli.sweep import target_named
from support.errors import EnvironmentFailed, ExitCode, UsageError, suggest
from support.gherkin.parameter_types import Request
from support.scenario.run import Run
from support.scenario.world import World
from support.targets.settings import EMBEDDED, load_target

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
}


@dataclass(frozen=True)
class Field:
    """A field of a request: in the path, query, header, cookie or body."""

    name: str
    place: str
    type: str
    required: bool

    def __str__(self) -> str:
        return f"{self.name:<24} {self.place:<6} {self.type}" + (", required" if self.required else "")


@dataclass(frozen=True)
class Operation:
    """An operation of the OpenAPI document."""

    method: str
    path: str
    summary: str
    access: str
    fields: Sequence[Field]
    responses: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return method and path, as in a step."""
        return f"{self.method} {self.path}"

    @property
    def success(self) -> str:
        """Return the first status of success, 200 if the document names none."""
        return next((status for status in sorted(self.responses) if status.startswith("2")), "200")

    def __str__(self) -> str:
        lines = [self.name, f"    {self.summary}", f"    Access: {self.access}"]
        lines += [f"    {field}" for field in self.fields]
        return "\n".join([*lines, *(f"    {status}  {text}" for status, text in self.responses.items()), ""])


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("words", nargs="*", metavar="WORD", help="filter by words")
    parser.add_argument("-D", dest="target", metavar="target=NAME", help="the target (embedded)")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Print the operations that contain all words."""
    known = load_operations(target_named(options.target) if options.target else EMBEDDED)
    chosen = [one for one in known if all(word.lower() in str(one).lower() for word in options.words)]
    if not chosen:
        words = " ".join(options.words)
        raise UsageError(f"No operation contains {words}.{suggest(words, [one.name for one in known])}")
    print("\n".join(map(str, chosen)))
    return ExitCode.PASSED


def load_operations(target: str) -> Sequence[Operation]:
    """Return the operations that a target publishes; the embedded platform is started for it."""
    run = Run(load_target(target))
    try:
        run.deployment.begin()
        run.deployment.finish()
        world = World(run)
        try:
            document = world.api.send(Request("GET", OPENAPI), Content(), by=None).expect(200).document
        finally:
            world.close()
    except AssertionError as error:
        raise EnvironmentFailed(f"{OPENAPI} of {target} cannot be read: {error}.") from error
    finally:
        run.close()
    return list(operations_of(document))


def operation_named(name: str, known: Sequence[Operation]) -> Operation:
    """Return an operation by method and path. Raises UsageError with the most similar name if it is unknown."""
    found = {one.name: one for one in known}
    if name not in found:
        raise UsageError(f'unknown operation "{name}".{suggest(name, found)} List them with `acceptance operations`')
    return found[name]


def operations_of(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield the operations of an OpenAPI document. Raises EnvironmentFailed if it has no paths."""
    if not isinstance(document.get("paths"), Mapping):
        raise EnvironmentFailed(f"{OPENAPI} of the target has no paths.")
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(method, path, item, document)


def _operation(method: str, path: str, item: Mapping[str, Any], document: Mapping[str, Any]) -> Operation:
    content = item[method]
    parameters = [_resolved(one, document) for one in (*item.get("parameters", ()), *content.get("parameters", ()))]
    fields = [
        Field(one["name"], one["in"], describe_type(one.get("schema", {}), document), bool(one.get("required")))
        for one in parameters
    ]
    body = _resolved(content.get("requestBody", {}), document)
    for media_type in body.get("content", {}).values():
        fields += _body_fields(_resolved(media_type.get("schema", {}), document), document)
    responses = {
        status: str(_resolved(response, document).get("description", ""))
        for status, response in sorted(content.get("responses", {}).items())
    }
    summary = content.get("description") or content.get("summary") or ""
    return Operation(
        method.upper(), path, " ".join(summary.split()), _access(content, document, responses), fields, responses
    )


def _access(content: Mapping[str, Any], document: Mapping[str, Any], responses: Mapping[str, str]) -> str:
    if roles := content.get("x-roles"):
        return ", ".join(map(str, roles))
    if not content.get("security", document.get("security")):
        return "without sign-in"
    return "signed-in users, some roles (others get 403)" if "403" in responses else "any signed-in user"


def _body_fields(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Field]:
    for part in schema.get("allOf", ()):
        yield from _body_fields(_resolved(part, document), document)
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield Field(name, "body", describe_type(one, document), name in required)


def describe_type(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return the type of a schema with its choices and limits, such as `text, at most 255 characters`."""
    schema = _resolved(schema, document)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " or ".join(dict.fromkeys(describe_type(one, document) for one in choices))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    name = str(schema.get("format") or schema.get("type") or "any")
    if schema.get("type") == "array":
        name = f"list of {describe_type(schema.get('items', {}), document)}"
    limits = [text.format(schema[key]) for key, text in LIMITS.items() if key in schema]
    return ", ".join([{"string": "text"}.get(name, name), *limits])


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference within the document."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return _resolved(found, document)
