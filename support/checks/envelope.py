"""What a refusal says must not show the inside of the platform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_INSIDE = {
    "a path of the server": re.compile(r"(?<![\w.:/])/(?!api/)[\w.-]+/|\b[A-Z]:\\"),
    "SQL": re.compile(
        r"\bSELECT\s.*\sFROM\b|\bINSERT INTO\b|\bUPDATE\s.*\sSET\b|\bDELETE FROM\b|\bSQLSTATE\b", re.DOTALL
    ),
    "a stack": re.compile(r"\bTraceback\b|\bline \d+, in\b|\b\w+\.py\b|\bobject at 0x|\b(?:psycopg|sqlalchemy)\b"),
}


def shows_of_the_inside(body: bytes) -> str | None:
    """Return half a sentence on what the error envelope of an answer should not show; None where it has no such thing.

    What is no error envelope is not looked at: it may hold what users wrote themselves.
    """
    try:
        error = json.loads(body)["error"]
        words = list(_words(error))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    found = [f'{what}: "{text}"' for text in words for what, pattern in _INSIDE.items() if pattern.search(text)]
    return found[0] if found else None


def _words(error: Any) -> Iterator[str]:
    yield str(error.get("message", ""))
    for detail in error.get("details", ()):
        yield str(detail.get("issue", ""))
