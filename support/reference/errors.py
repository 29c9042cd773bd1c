"""Error responses: their types, and the envelope that all of them have.

The envelope is ``{"error": {"type", "message", "details": [{"field", "issue"}], "request_id"}}``. No message contains
SQL, a stack trace, a server path, or a value of the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the current request; "-" outside of one."""


class Detail(TypedDict):
    """An invalid field of the request, and what is wrong with it."""

    field: str
    issue: str


class ErrorBody(BaseModel):
    """Type, message, invalid fields, and the request id to find the error in the log."""

    type: str
    message: str
    details: list[Detail]
    request_id: str


class ErrorEnvelope(BaseModel):
    """The body of every response that is not a success."""

    error: ErrorBody


class PlatformError(Exception):
    """An error response: its status, type and message."""

    status: int = 500
    type: str = "InternalError"
    message: str = "An internal error occurred."

    def __init__(
        self,
        message: str | None = None,
        details: Sequence[Detail] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.details = list(details)
        self.headers = dict(headers or {})
        super().__init__(self.message)


class ValidationFailed(PlatformError):
    """The request is malformed, or a field is invalid: 422."""

    status = 422
    type = "ValidationError"
    message = "The request is not valid."


class AuthenticationFailed(PlatformError):
    """The request has no valid token: 401."""

    status = 401
    type = "AuthenticationError"
    message = "Authentication is required."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(PlatformError):
    """The role of the user does not allow the operation: 403."""

    status = 403
    type = "PermissionError"
    message = "Your role does not allow this."


class NotFound(PlatformError):
    """The resource does not exist, or belongs to another user: 404."""

    status = 404
    type = "NotFoundError"
    message = "The resource was not found."


class Conflict(PlatformError):
    """A duplicate, or a change that the current state does not allow: 409."""

    status = 409
    type = "ConflictError"
    message = "The request conflicts with the current state."


class PayloadTooLarge(PlatformError):
    """The body is larger than the limit: 413."""

    status = 413
    type = "PayloadTooLarge"
    message = "The request body is larger than 1 MiB."


class TooManyRequests(PlatformError):
    """A rate limit or a lockout: 429, with ``Retry-After`` in seconds."""

    status = 429
    type = "RateLimitError"
    message = "Too many requests. Try again later."


class DatabaseUnavailable(PlatformError):
    """PostgreSQL is away, frozen or too slow: 503. Jobs are retried."""

    status = 503
    type = "DatabaseError"
    message = "The database is not available. Try again in a moment."


class DependencyFailed(PlatformError):
    """An outside service failed: 502 (invalid response), 503 (away) or 504 (too slow)."""

    status = 502
    type = "DependencyError"
    message = "A required service failed."

    def __init__(self, message: str | None = None, *, status: int = 502) -> None:
        super().__init__(message)
        self.status = status


class StorageUnavailable(DependencyFailed):
    """The media storage is away: 503. Jobs are retried."""

    message = "the media storage is not available"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, status=503)


class MethodNotAllowed(PlatformError):
    """The path exists, the method does not: 405."""

    status = 405
    type = "MethodNotAllowed"
    message = "The method is not allowed for this path."


class RequestTimedOut(PlatformError):
    """The request took longer than its limit: 503."""

    status = 503
    type = "DependencyError"
    message = "The request took too long. Try again in a moment."


_BY_STATUS: dict[int, type[PlatformError]] = {
    400: ValidationFailed,
    401: AuthenticationFailed,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    413: PayloadTooLarge,
    422: ValidationFailed,
    429: TooManyRequests,
    500: PlatformError,
    502: DependencyFailed,
    503: DatabaseUnavailable,
    504: DependencyFailed,
}

# Pydantic's own messages may quote the request.
_ISSUE_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "unknown field",
    "json_invalid": "is not valid JSON",
    "string_type": "must be text",
    "string_unicode": "contains a lone surrogate",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "does not have the expected form",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} digits after the point",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "too_short": "must have at least {min_length} item(s)",
    "too_long": "must have at most {max_length} items",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be an object",
    "enum": "must be {expected}",
    "list_type": "must be a list",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "literal_error": "must be {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "value_error": "{error}",
}
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def error_response(error: PlatformError) -> JSONResponse:
    """Return the response for an error."""
    return JSONResponse(envelope(error), error.status, error.headers)


def envelope(error: PlatformError) -> dict[str, Any]:
    """Return the envelope of an error."""
    body = ErrorBody(type=error.type, message=error.message, details=error.details, request_id=request_id.get())
    return ErrorEnvelope(error=body).model_dump()


def validation_details(error: ValidationError, *, part: str = "body") -> list[Detail]:
    """Return the invalid fields that pydantic found; ``part`` names the whole value."""
    return [_detail({**issue, "loc": (part, *issue["loc"])}) for issue in error.errors()]


def error_responses(*statuses: int, limited: bool = True) -> dict[int | str, dict[str, Any]]:
    """Return the errors that a route can return, as its ``responses`` for OpenAPI.

    A route that requires a user (401) may also be rate limited (429), unless ``limited`` is false.
    """
    statuses = (*statuses, 429) if 401 in statuses and limited else statuses
    return {status: {"model": ErrorEnvelope, "description": _BY_STATUS[status].message} for status in statuses}


def install_handlers(app: FastAPI) -> None:
    """Return every error, of the platform and of the framework, in the envelope."""
    app.add_exception_handler(PlatformError, _platform_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _framework_error)


async def _platform_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PlatformError)
    return error_response(error)


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return error_response(ValidationFailed(details=[_detail(issue) for issue in error.errors()]))


async def _framework_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    platform_error = _BY_STATUS.get(error.status_code, PlatformError)()
    if error.status_code == 400:  # FastAPI could not decode the body
        platform_error.details = [{"field": "body", "issue": "is not valid JSON"}]
    platform_error.headers.update(error.headers or {})
    return error_response(platform_error)


def _detail(issue: Mapping[str, Any]) -> Detail:
    """Return what pydantic found as a detail of the envelope."""
    return {"field": _field(issue["loc"]), "issue": _issue(issue["type"], issue["input"], issue.get("ctx", {}))}


def _issue(error_type: str, sent: object, context: Mapping[str, Any]) -> str:
    # FastAPI parses the body only with this content type.
    if isinstance(sent, bytes):
        return "must be sent with the header Content-Type: application/json"
    if isinstance(sent, str) and error_type in ("too_short", "too_long"):
        # The length of a Text is checked like that of a list.
        error_type = f"string_{error_type}"
    whole = {name: int(value) for name, value in context.items() if isinstance(value, float) and value.is_integer()}
    return _ISSUE_MESSAGES.get(error_type, "is not valid").format_map({**context, **whole})


def _field(location: Sequence[int | str]) -> str:
    """Return the place with dots, such as ``config.limits.0``; ``body`` for the whole body.

    The name of an unknown field is only returned if it is harmless.
    """
    part, *path = location
    if path and isinstance(path[0], int):
        path = []  # the position of a JSON error
    names = (str(name) if _FIELD_NAME.fullmatch(str(name)) or isinstance(name, int) else "?" for name in path)
    return ".".join(names) or str(part)
