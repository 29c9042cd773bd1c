"""Filters, sorts and search: which values each field and operator takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self, get_args
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticKnownError

from support.reference.schemas import Page, Request, Text
from support.reference.status.fields import Boolean, Time
from support.reference.status.states import Priority, State

FieldName = Literal[
    "status_id",
    "status",
    "priority",
    "progress_percentage",
    "current_step",
    "total_steps",
    "completed_steps",
    "estimated_completion_time",
    "vod_id",
    "batch_id",
    "external_id",
    "tags",
    "worker_id",
    "heartbeat_at",
    "heartbeat_timeout_seconds",
    "retry_count",
    "max_retries",
    "error_info",
    "version",
    "created_at",
    "updated_at",
    "started_at",
    "completed_at",
]
Operator = Literal[
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "in",
    "not_in",
    "like",
    "ilike",
    "contains",
    "is_null",
    "is_not_null",
]
SearchField = Literal["external_id", "current_step", "error_info", "worker_id", "tags"]

FieldType = Literal["text", "number", "time", "enumeration", "id", "tags"]

_NUMBERS = ("total_steps", "completed_steps", "retry_count", "max_retries", "heartbeat_timeout_seconds", "version")
FIELD_TYPES: dict[str, FieldType] = {
    **dict.fromkeys(get_args(FieldName), "time"),
    **dict.fromkeys(("external_id", "current_step", "worker_id", "error_info"), "text"),
    **dict.fromkeys(("progress_percentage", *_NUMBERS), "number"),
    **dict.fromkeys(("status", "priority"), "enumeration"),
    **dict.fromkeys(("status_id", "vod_id", "batch_id"), "id"),
    "tags": "tags",
}
_NULL = ("is_null", "is_not_null")
_RANGES = ("gt", "gte", "lt", "lte", "between")
_OPERATORS: dict[FieldType, tuple[str, ...]] = {
    "text": ("eq", "ne", "in", "not_in", "like", "ilike", "contains", *_NULL),
    "number": ("eq", "ne", *_RANGES, "in", "not_in", *_NULL),
    "time": ("eq", "ne", *_RANGES, *_NULL),
    "enumeration": ("eq", "ne", "in", "not_in"),
    "id": ("eq", "ne", "in", "not_in", *_NULL),
    "tags": ("contains",),
}


def _pattern(value: str) -> str:
    escapes = len(value) - len(value.rstrip("\\"))
    if escapes % 2:  # PostgreSQL rejects a pattern whose last character escapes nothing
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": r"([^\\]|\\.)*"})
    return value


def _number(value: float) -> Decimal:
    return Decimal(str(value))


def _list_of(value: Any) -> TypeAdapter[Any]:
    listed: Any = Annotated[list[value], Field(min_length=1, max_length=100)]
    return TypeAdapter(listed)


_FilterText = Annotated[Text, Field(min_length=1, max_length=255)]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(_number)]
_VALUES: dict[str, Any] = {
    "text": _FilterText,
    "number": _Number,
    "time": Time,
    "status": State,
    "priority": Priority,
    "id": UUID,
    "tags": _FilterText,
    "pattern": Annotated[_FilterText, AfterValidator(_pattern)],
}
_SINGLE: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(value) for name, value in _VALUES.items()}
_LISTS = {name: _list_of(value) for name, value in _VALUES.items()}


class Filter(Request):
    """One condition. ``value`` has the type of the field: a list for ``in`` and ``not_in``, none for ``is_null``."""

    field: FieldName
    operator: Operator
    value: Any = None
    value2: Any = None

    @model_validator(mode="after")
    def check_values(self) -> Self:
        """Reject an operator that the type does not support, and values that the operator does not take."""
        supported = _OPERATORS[FIELD_TYPES[self.field]]
        if self.operator not in supported:
            expected = " or ".join(filter(None, (", ".join(map(repr, supported[:-1])), repr(supported[-1]))))
            raise _error("operator", "literal_error", self.operator, expected=expected)
        taken = {"between": ("value", "value2"), "is_null": (), "is_not_null": ()}.get(self.operator, ("value",))
        errors: list[InitErrorDetails] = []
        for name in ("value", "value2"):
            given = getattr(self, name)
            if name in taken and name not in self.model_fields_set:
                errors.append(InitErrorDetails(type="missing", loc=(name,), input=None))
            elif name in taken:
                errors += self._parse(name, given)
            elif given is not None:
                errors.append(InitErrorDetails(type="extra_forbidden", loc=(name,), input=None))
        if errors:
            raise ValidationError.from_exception_data("filter", errors)
        return self

    def _parse(self, name: str, given: object) -> list[InitErrorDetails]:
        adapters = _LISTS if self.operator in ("in", "not_in") else _SINGLE
        value_type: str = FIELD_TYPES[self.field]
        if value_type == "enumeration":
            value_type = self.field
        elif self.operator in ("like", "ilike"):
            value_type = "pattern"
        try:
            # Assigned past the model: it would check the assignment like a new model.
            self.__dict__[name] = adapters[value_type].validate_python(given)
        except ValidationError as error:
            return [_nested(name, each) for each in error.errors()]
        return []


class Sort(Request):
    """One sort of the result."""

    field: FieldName
    order: Literal["asc", "desc"] = "asc"

    @model_validator(mode="after")
    def check_field(self) -> Self:
        """Reject tags, which have no order."""
        if self.field == "tags":
            raise _error("field", "value_error", self.field, error="is not valid")
        return self


def _each_once(fields: list[Any]) -> list[Any]:
    if not fields or len(set(fields)) < len(fields):
        raise ValueError("is not valid")
    return fields


class Search(Request):
    """A literal text in any of the fields."""

    query: Annotated[Text, Field(min_length=1, max_length=200)]
    fields: Annotated[list[SearchField], AfterValidator(_each_once)] = Field(
        default_factory=lambda: list(get_args(SearchField))
    )
    exact_match: Boolean = False
    case_sensitive: Boolean = False


Filters = Annotated[list[Filter], Field(max_length=20)]
Sorts = Annotated[list[Sort], Field(max_length=5)]


class FilterRequest(Request):
    """Which statuses are requested, in which order, and which page of them."""

    filters: Filters = Field(default_factory=list)
    sorts: Sorts = Field(default_factory=list)
    search: Search | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=100)] = Page.model_fields["limit"].default
    offset: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0

    @model_validator(mode="after")
    def check_sorts(self) -> Self:
        """Reject a second sort by the same field."""
        fields = [sort.field for sort in self.sorts]
        for index, field in enumerate(fields):
            if field in fields[:index]:
                details = InitErrorDetails(
                    type="value_error",
                    loc=("sorts", index, "field"),
                    input=field,
                    ctx={"error": ValueError("is not valid")},
                )
                raise ValidationError.from_exception_data("sorts", [details])
        return self


def _error(field: str, error_type: str, given: object, **context: Any) -> ValidationError:
    if error_type == "value_error":
        context = {"error": ValueError(context["error"])}
    return ValidationError.from_exception_data(
        "request", [InitErrorDetails(type=error_type, loc=(field,), input=given, ctx=context)]
    )


def _nested(name: str, error: Any) -> InitErrorDetails:
    return InitErrorDetails(
        type=error["type"], loc=(name, *error["loc"]), input=error["input"], ctx=error.get("ctx", {})
    )
