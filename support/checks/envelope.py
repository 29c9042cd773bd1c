"""The error envelope: `{"error": {"type", "message", "details", "request_id"}}`, its content and its summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from support.checks import strict_json
from support.checks.comparison import fail

FIELDS = frozenset({"type", "message", "details", "request_id"})

REJECTIONS: Mapping[str, tuple[int, str]] = {
    "unauthenticated": (401, "AuthenticationError"),
    "forbidden": (403, "PermissionError"),
    "not found": (404, "NotFoundError"),
    "conflicting": (409, "ConflictError"),
}
"""Reasons of a rejection, with the status and the type of the error."""

_INTERNALS = {
    "a path of the server": re.compile(r"(?<![\w.:/])/(?!api/)[\w.-]+/|\b[A-Z]:\\"),
    "SQL": re.compile(
        r"\bSELECT\s.*\sFROM\b|\bINSERT INTO\b|\bUPDATE\s.*\sSET\b|\bDELETE FROM\b|\bSQLSTATE\b", re.DOTALL
    ),
    "a stack": re.compile(r"\bTraceback\b|\bline \d+, in\b|\b\w+\.py\b|\bobject at 0x|\b(?:psycopg|sqlalchemy)\b"),
}


class ErrorResponse(Protocol):
    """A response that may contain the error envelope."""

    @property
    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object."""

    @property
    def summary(self) -> str:
        """The body in a few words."""


def error_of(response: ErrorResponse) -> Mapping[str, Any]:
    """Return the content of the error envelope; fails for a response without one."""
    envelope = response.document.get("error")
    if not isinstance(envelope, dict) or not envelope.keys() >= FIELDS:
        raise fail(f"body of {response}: expected the error envelope, got {response.summary}")
    return envelope


def summarize_error(body: bytes) -> str | None:
    """Return type, message and details of an error envelope; None for any other body."""
    try:
        error = strict_json.parse(body)["error"]
        details = "; ".join(f"{detail['field']}: {detail['issue']}" for detail in error["details"])
        return f'{error["type"]}: "{error["message"]}"' + (f" ({details})" if details else "")
    except (ValueError, KeyError, TypeError):
        return None


def find_internals(body: bytes) -> str | None:
    """Return what an error envelope reveals about the inside of the platform; None if it reveals nothing.

    Any other body is not examined: it may contain what users wrote themselves.
    """
    try:
        texts = list(_texts(strict_json.parse(body)["error"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    found = [f'{what}: "{text}"' for text in texts for what, pattern in _INTERNALS.items() if pattern.search(text)]
    return found[0] if found else None


def _texts(error: Any) -> Iterator[str]:
    yield str(error.get("message", ""))
    for detail in error.get("details", ()):
        yield str(detail.get("issue", ""))
