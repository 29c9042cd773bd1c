"""Dependencies of routes: the caller, and the role that an operation requires."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError

from support.reference.access.service import User, authenticate, count_request
from support.reference.access.tables import Role
from support.reference.errors import AuthenticationFailed, Forbidden, error_response
from support.reference.services import ServicesDep

_bearer = HTTPBearer(auto_error=False, description="The access token of POST /api/auth/login.")


def authenticated_user(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    services: ServicesDep,
) -> User:
    """Return the caller without counting the request.

    Raises AuthenticationFailed without a valid token.
    """
    if credentials is None or len(request.headers.getlist("Authorization")) > 1:
        raise AuthenticationFailed
    return authenticate(services, credentials.credentials)


async def current_user(user: Annotated[User, Depends(authenticated_user)], services: ServicesDep) -> User:
    """Return the caller, and count the request.

    Raises AuthenticationFailed without a valid token, TooManyRequests above the account's rate limit.
    """
    if user.rate_limit is not None:
        await run_in_threadpool(count_request, services, user, user.rate_limit)
    return user


def require_role(required: Role) -> Callable[[User], Awaitable[User]]:
    """Return a dependency that requires a role, or one that includes it.

    It raises Forbidden otherwise.
    """

    async def allowed(user: Annotated[User, Depends(current_user)]) -> User:
        if not user.has_role(required):
            raise Forbidden
        return user

    return allowed


async def reject_deleted_owner(_request: Request, error: Exception) -> JSONResponse:
    """Return 401 if the caller's account was deleted while the request was handled."""
    assert isinstance(error, IntegrityError)
    cause = error.orig
    if isinstance(cause, ForeignKeyViolation) and (cause.diag.constraint_name or "").endswith("_users"):
        return error_response(AuthenticationFailed())
    raise error


AuthenticatedUser = Annotated[User, Depends(authenticated_user)]
CurrentUser = Annotated[User, Depends(current_user)]
Editor = Annotated[User, Depends(require_role("editor"))]
Manager = Annotated[User, Depends(require_role("manager"))]
Researcher = Annotated[User, Depends(require_role("researcher"))]
Administrator = Annotated[User, Depends(require_role("administrator"))]
