"""Checks of every response of the platform: encoding, OpenAPI document, error envelope."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Protocol

from support.checks import strict_json
from support.checks.comparison import fail
from support.checks.envelope import find_internals
from support.checks.openapi import ApiDocument


class HttpResponse(Protocol):
    """A response as these checks read it; as a text it is the request: "Dana's GET /api/vod/list"."""

    @property
    def method(self) -> str:
        """The method of the request."""

    @property
    def path(self) -> str:
        """The path of the request."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; names are case-insensitive."""

    @property
    def body(self) -> bytes:
        """The body."""

    @property
    def mask(self) -> Callable[[str], str]:
        """Replaces secrets in a text."""


Check = Callable[[HttpResponse], None]


def checks_of(document: ApiDocument | None) -> tuple[Check, ...]:
    """Return the checks of every response; None is a platform without an OpenAPI document."""
    compare = (lambda response: check_openapi(response, document),) if document else ()
    return (check_encoding, *compare, check_internals)


def check_encoding(response: HttpResponse) -> None:
    """Require that a body is what its Content-Type declares: strict JSON, and text in the declared charset."""
    if response.method == "HEAD" or not response.body:
        return
    media_type, charset = parse_content_type(response.headers.get("Content-Type", ""))
    try:
        if charset:
            codecs.lookup(charset)
            response.body.decode(charset)
        if media_type == "application/json" or media_type.endswith("+json"):
            strict_json.parse(response.body)
    except LookupError:
        raise fail(f"charset of {response}: expected a known charset, got {charset}") from None
    except UnicodeDecodeError as error:
        raise fail(f"body of {response}: expected {charset}, got an invalid byte at {error.start}") from None
    except ValueError as error:
        raise fail(f"body of {response}: expected valid JSON, got an error: {error}") from None


def check_openapi(response: HttpResponse, document: ApiDocument) -> None:
    """Require that a response is as the OpenAPI document of the platform describes it."""
    body = response.body if response.method != "HEAD" else b""
    path = response.path.partition("?")[0]
    if difference := document.difference(response.method, path, response.status, response.headers, body):
        raise fail(f"{response}: expected a response as in the OpenAPI document, got {response.status}: {difference}")


def check_internals(response: HttpResponse) -> None:
    """Require that an error response does not reveal SQL, a stack or a path of the server."""
    if response.status >= 400 and (internals := find_internals(response.body)):
        raise fail(f"error of {response}: expected nothing of the inside, got {response.mask(internals)}")


def parse_content_type(value: str) -> tuple[str, str | None]:
    """Return media type and charset of a Content-Type header, in lower case."""
    message = Message()
    message["Content-Type"] = value
    charset = message.get_content_charset()
    return value.partition(";")[0].strip().lower(), charset
