"""The types of request fields: times, percentages, texts and limited JSON objects."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import InitErrorDetails, PydanticKnownError, ValidationError

from support.reference.schemas import JsonObject, Text

_OBJECT_BYTES = 16 * 1024
_HUNDREDTH = Decimal("0.01")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")


def rounded(percentage: float | Decimal) -> Decimal:
    """Round a percentage half up to two decimals."""
    return Decimal(str(percentage)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def share(completed: int, total: int) -> Decimal:
    """Return the percentage that ``completed`` of ``total`` steps are, rounded half up to two decimals."""
    return rounded(Decimal(100 * completed) / total)


def is_small(value: dict[str, Any]) -> bool:
    """Return whether an object has at most 16 KiB as compact JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) <= _OBJECT_BYTES


def invalid(field: str, error_type: str, value: object = None, **context: Any) -> ValidationError:
    """Create the error that Pydantic would raise for one field of a model."""
    return ValidationError.from_exception_data(
        "request", [InitErrorDetails(type=error_type, loc=(field,), input=value, ctx=context)]
    )


def omittable(description: str | None = None) -> Any:
    """Declare a field that may be omitted but not null: ``model_fields_set`` tells whether it was sent."""
    return Field(default_factory=lambda: None, description=description)


def _time(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    try:
        if not _TIME.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": _TIME.pattern}) from None


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if not is_small(value):
        raise ValueError("is not valid")
    return value


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("is not valid")
    return values


Time = Annotated[datetime, BeforeValidator(_time)]
"""A time as RFC 3339 with an offset, converted to UTC."""

Percentage = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False), AfterValidator(rounded)]
"""0..100, rounded half up to two decimals."""

SmallObject = Annotated[JsonObject, AfterValidator(_small)]
"""A JSON object of up to 16 KiB."""

Boolean = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Whole = Annotated[int, Field(strict=True)]
ErrorInfo = Annotated[Text, Field(min_length=1, max_length=10_000)]
Name = Annotated[Text, Field(min_length=1, max_length=64)]
Reason = Annotated[Text, Field(min_length=1, max_length=500)]
Step = Annotated[Text, Field(min_length=1, max_length=255)]
Tags = Annotated[list[Name], Field(max_length=20), AfterValidator(_distinct)]
