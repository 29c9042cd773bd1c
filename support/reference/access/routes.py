"""``/api/auth``, ``/api/protected``, ``/api/admin`` and the accounts of ``/api/admin/users``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query
from pydantic import Field, StrictBool, StringConstraints
from typing_extensions import TypedDict

from support.reference.access import changes, service
from support.reference.access.dependencies import Administrator, AuthenticatedUser, CurrentUser, require_role
from support.reference.access.tables import Role
from support.reference.errors import error_responses
from support.reference.schemas import Page, Request, ResponseModel, Text
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api", responses=error_responses(500, 503))
administrators = Depends(require_role("administrator"))

Username = Annotated[str, StringConstraints(pattern=r"^[\w.@+-]{1,64}$")]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Password = Annotated[Text, Field(min_length=8, max_length=256)]
Limit = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
WindowSeconds = Annotated[int, Field(strict=True, ge=1, le=24 * 3600)]


class Credentials(Request):
    """User name and password of a sign-in."""

    username: Annotated[Text, Field(max_length=256)]
    password: Annotated[Text, Field(max_length=1024)]


class RefreshToken(Request):
    """The refresh token of a session."""

    refresh_token: Annotated[Text, Field(max_length=4096)]


class NoFields(Request):
    """No body, or an empty object; an unknown field is rejected."""


class PasswordChange(Request):
    """The current password of the caller, and the new one."""

    current_password: Annotated[Text, Field(max_length=1024)]
    new_password: Password


class NewPassword(Request):
    """A new password of an account."""

    password: Password


class TokensResponse(ResponseModel):
    """The tokens of a session; ``expires_in`` is the lifetime of the access token in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int


class NewUser(Request):
    """An account to create."""

    username: Username
    email: Email
    password: Password
    role: Role = "viewer"


class UserChanges(TypedDict, total=False):
    """Fields of an account to change; omitted fields stay as they are.

    ``rate_limit`` is the number of requests in ``rate_limit_seconds``, null for no limit. Failed sign-ins are counted
    for ``lockout_seconds``.
    """

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    role: Role
    active: StrictBool
    rate_limit: Limit | None
    rate_limit_seconds: WindowSeconds
    lockout_seconds: WindowSeconds


class UserResponse(ResponseModel):
    """An account; ``deleted_at`` is set while it is deleted and can be restored."""

    id: UUID
    username: str
    email: str
    role: Role
    active: bool
    rate_limit: int | None
    rate_limit_seconds: int
    lockout_seconds: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class UsersResponse(ResponseModel):
    """One page of the accounts, newest first."""

    users: list[UserResponse]
    total: int


class Greeting(ResponseModel):
    """The signed-in user."""

    message: str
    username: str
    role: Role


@router.post("/auth/login", responses=error_responses(401, 413, 422))
def login(credentials: Credentials, services: ServicesDep) -> TokensResponse:
    """Open a session."""
    return TokensResponse.model_validate(service.sign_in(services, credentials.username, credentials.password))


@router.post("/auth/refresh", responses=error_responses(401, 413, 422, limited=False))
def refresh(body: RefreshToken, services: ServicesDep) -> TokensResponse:
    """Exchange a refresh token, which is usable once, for new tokens."""
    return TokensResponse.model_validate(service.refresh(services, body.refresh_token))


@router.post("/auth/logout", status_code=204, responses=error_responses(401, limited=False))
def logout(user: AuthenticatedUser, services: ServicesDep) -> None:
    """End the session. It is never rate limited."""
    service.sign_out(services, user)


@router.post("/auth/logout/all", status_code=204, responses=error_responses(401, 413, 422, limited=False))
def logout_all(user: AuthenticatedUser, services: ServicesDep, _body: NoFields | None = None) -> None:
    """End all sessions of the caller, this one included. It is never rate limited."""
    changes.end_all_sessions(services, user)


@router.post("/auth/password", status_code=204, responses=error_responses(401, 409, 413, 422))
def change_own_password(body: PasswordChange, user: CurrentUser, services: ServicesDep) -> None:
    """Change the caller's password; all other sessions end. An incorrect one is a failed sign-in."""
    changes.change_own_password(services, user, body.current_password, body.new_password)


@router.get("/auth/me", responses=error_responses(401))
def me(user: CurrentUser, services: ServicesDep) -> UserResponse:
    """Return the caller's account."""
    return UserResponse.model_validate(service.get_user(services, user.id))


@router.get("/protected", responses=error_responses(401))
async def protected(user: CurrentUser) -> Greeting:
    """Greet any signed-in user."""
    return Greeting(message="You are signed in.", username=user.username, role=user.role)


@router.get("/admin", responses=error_responses(401, 403))
async def admin(user: Administrator) -> Greeting:
    """Greet an administrator."""
    return Greeting(message="You are an administrator.", username=user.username, role=user.role)


@router.get("/admin/users", dependencies=[administrators], responses=error_responses(401, 403, 422))
def list_users(page: Annotated[Page, Query()], services: ServicesDep) -> UsersResponse:
    """List the accounts, newest first, with deactivated and deleted ones."""
    users, total = service.list_users(services, limit=page.limit, offset=page.offset)
    return UsersResponse(users=[UserResponse.model_validate(user) for user in users], total=total)


@router.post(
    "/admin/users", status_code=201, dependencies=[administrators], responses=error_responses(401, 403, 409, 413, 422)
)
def create_user(body: NewUser, services: ServicesDep) -> UserResponse:
    """Create an account."""
    return UserResponse.model_validate(service.create_user(services, **body.model_dump()))


@router.patch(
    "/admin/users/{user_id}", dependencies=[administrators], responses=error_responses(401, 403, 404, 409, 413, 422)
)
def change_user(user_id: UUID, fields: Annotated[UserChanges, Body()], services: ServicesDep) -> UserResponse:
    """Change an account. Another role, or deactivation, ends its sessions."""
    return UserResponse.model_validate(service.change_user(services, user_id, fields))


@router.delete(
    "/admin/users/{user_id}",
    status_code=204,
    dependencies=[administrators],
    responses=error_responses(401, 403, 404, 409, 422),
)
def remove_user(user_id: UUID, permanent: Literal["true"], services: ServicesDep) -> None:
    """Delete an account and everything it owns; ``permanent=true`` is required."""
    service.remove_user(services, user_id)


@router.put(
    "/admin/users/{user_id}/password",
    status_code=204,
    dependencies=[administrators],
    responses=error_responses(401, 403, 404, 413, 422),
)
def set_password(user_id: UUID, body: NewPassword, services: ServicesDep) -> None:
    """Set the password of an account; all its sessions end."""
    changes.set_password(services, user_id, body.password)


@router.delete(
    "/admin/users/{user_id}/lockout",
    status_code=204,
    dependencies=[administrators],
    responses=error_responses(401, 403, 404, 422),
)
def end_lockout(user_id: UUID, services: ServicesDep) -> None:
    """End the lockout of an account before its time, and reset its failed sign-ins."""
    changes.end_lockout(services, user_id)
