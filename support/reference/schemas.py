"""What requests and answers have in common: strict fields, safe text, pages, times."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_JSON_DEPTH = 64


class Request(BaseModel):
    """A request body (or query): unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Answer(BaseModel):
    """An answer, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


class Page(Request):
    """Which part of a list is wanted. Use as ``Annotated[Page, Query()]``."""

    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=2**31 - 1)


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair") from None
    return text


def _storable_json(value: dict[str, Any]) -> dict[str, Any]:
    unchecked: list[tuple[int, Any]] = [(1, value)]
    while unchecked:
        depth, part = unchecked.pop()
        if depth > _JSON_DEPTH:
            raise ValueError(f"is nested deeper than {_JSON_DEPTH} levels")
        match part:
            case dict():
                unchecked += [(depth + 1, inner) for pair in part.items() for inner in pair]
            case list():
                unchecked += [(depth + 1, inner) for inner in part]
            case str():
                _storable(part)
            case float() if not math.isfinite(part):
                raise ValueError("holds a number that is not finite")
    return value


Text = Annotated[str, AfterValidator(_storable)]
"""Text that PostgreSQL and UTF-8 can hold."""

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), AfterValidator(_storable)
]
"""1..255 characters after trimming the ends; kept as sent otherwise."""

JsonObject = Annotated[dict[str, Any], AfterValidator(_storable_json)]
"""A JSON object that ``jsonb`` can hold."""
