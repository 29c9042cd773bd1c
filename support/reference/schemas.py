"""Shared types of requests and responses: strict fields, safe texts, pages, decimals."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Annotated, Any

from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.requests import HTTPConnection

from support.reference.errors import ValidationFailed

_JSON_DEPTH = 64


class Request(BaseModel):
    """A request body, form or query. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


async def reject_unknown_query(connection: HTTPConnection) -> None:
    """Reject query fields that the route does not have; most routes would ignore them."""
    if connection.scope["type"] != "http" or not connection.query_params:
        return
    route: APIRoute = connection.scope["route"]
    known = {field.alias for field in get_flat_params(route.dependant)} - set(route.param_convertors)
    if unknown := connection.query_params.keys() - known:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "input": None} for name in sorted(unknown)]
        )


async def reject_encoded_body(connection: HTTPConnection) -> None:
    """Reject a body with a ``Content-Encoding``: it is never unpacked."""
    if connection.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ValidationFailed(details=[{"field": "body", "issue": "must be sent without Content-Encoding"}])


class ResponseModel(BaseModel):
    """A response, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


def _digits(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError("must be a whole number")
    return value


def _true_or_false(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value


_DIGITS = re.compile(r"-?[0-9]+")

# Query strings: pydantic also accepts ``1_0``, ``1.0`` and white space as integers, ``1``, ``yes`` and ``on`` as true.
Digits = BeforeValidator(_digits)
"""Accept digits only; last in the annotation of an integer in a query string."""

QueryBoolean = Annotated[bool, BeforeValidator(_true_or_false)]
"""``true`` or ``false`` in a query string."""

_MAX_OFFSET = 2**31 - 1


class Page(Request):
    """Limit and offset of a list. Use as ``Annotated[Page, Query()]``."""

    limit: Annotated[int, Field(ge=1, le=100), Digits] = 20
    offset: Annotated[int, Field(ge=0, le=_MAX_OFFSET), Digits] = 0


class BodyPage(Request):
    """Limit and offset of a list that is requested with a body."""

    limit: Annotated[int, Field(strict=True, ge=1, le=100)] = 20
    offset: Annotated[int, Field(strict=True, ge=0, le=_MAX_OFFSET)] = 0


def validate_text(text: str) -> str:
    """Return the text. Raises ValueError if PostgreSQL or UTF-8 cannot store it."""
    if "\0" in text:
        raise ValueError("contains a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("contains a lone surrogate") from None
    return text


def _validate_json(value: dict[str, Any]) -> dict[str, Any]:
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
                validate_text(part)
            case float() if not math.isfinite(part):
                raise ValueError("contains a number that is not finite")
    return value


_TICKER = re.compile(r"[A-Za-z]{1,5}(\.[A-Za-z]{1,2})?")


def normalize_ticker(ticker: str) -> str:
    """Return the ticker in capitals. Raises ValueError if it is not a ticker."""
    if not _TICKER.fullmatch(ticker):
        raise ValueError("must be 1 to 5 letters, optionally a dot and 1 or 2 letters")
    return ticker.upper()


_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _number(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and not _DECIMAL.fullmatch(value)):
        raise ValueError("must be a number")
    return value


Text = Annotated[str, AfterValidator(validate_text)]
"""A text that PostgreSQL and UTF-8 can store."""

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), AfterValidator(validate_text)
]
"""1..255 characters after white space at both ends is removed; otherwise stored as sent."""

TypeName = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,64}$")]
"""The name of a type: 1..64 letters, digits, ``_``, ``.`` and ``-``."""

JsonObject = Annotated[
    dict[str, Any],
    AfterValidator(_validate_json),
    Field(description=f"A JSON object of up to {_JSON_DEPTH} levels, without NUL, lone surrogates, infinite numbers."),
]
"""A JSON object that ``jsonb`` can store."""

Ticker = Annotated[str, AfterValidator(normalize_ticker), Field(json_schema_extra={"pattern": f"^{_TICKER.pattern}$"})]
"""A ticker symbol; stored in capitals."""

# The limits come before the validator: behind it, pydantic writes them to the OpenAPI document as unknown keywords.
Price = Annotated[
    Decimal,
    Field(
        gt=0,
        max_digits=15,
        decimal_places=4,
        description='An exact amount of money above 0: text such as "150.00", or a number. Up to 15 digits, 4 of them '
        "after the point, so that a number is exact as well. Responses contain text.",
        json_schema_extra={"pattern": r"^0*[0-9]{1,11}(\.[0-9]{1,4})?$"},
    ),
    BeforeValidator(_number),
]
Shares = Annotated[
    Decimal,
    Field(
        gt=0,
        max_digits=15,
        decimal_places=6,
        description="An exact number of shares above 0: text or a number, up to 15 digits, 6 of them after the point.",
        json_schema_extra={"pattern": r"^0*[0-9]{1,9}(\.[0-9]{1,6})?$"},
    ),
    BeforeValidator(_number),
]


def format_decimal(number: Decimal, places: int = 0) -> str:
    """Return a decimal as text with at least ``places`` decimals.

    150 is "150.00" with two places, 0.1250 is "0.125".
    """
    whole, _, fraction = f"{number:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole
