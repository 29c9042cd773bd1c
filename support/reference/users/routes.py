"""``/api/users``: user profiles, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from support.reference.access.dependencies import require_role
from support.reference.access.routes import Email, Password, Username
from support.reference.access.tables import Role
from support.reference.errors import error_responses
from support.reference.schemas import Page, QueryBoolean, Request, ResponseModel
from support.reference.services import ServicesDep
from support.reference.users import service

router = APIRouter(
    prefix="/api/users",
    dependencies=[Depends(require_role("administrator"))],
    responses=error_responses(401, 403, 422, 500, 503),
)

UserId = Annotated[str, StringConstraints(pattern=r"^[\w.@+-]{1,64}$")]


class NewProfile(Request):
    """A user to create. ``user_id`` is the caller's id; without a password no sign-in."""

    user_id: UserId
    username: Username
    email: Email
    password: Password | None = None
    role: Role = "viewer"


class NewProfiles(Request):
    """Users to create, all or none."""

    users: Annotated[list[NewProfile], Field(min_length=1, max_length=100)]


class ProfileChanges(TypedDict, total=False):
    """Fields of a user to change; omitted fields stay as they are."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    username: Username
    email: Email


class ProfileResponse(ResponseModel):
    """A user."""

    id: UUID
    user_id: str
    username: str
    email: str
    role: Role
    created_at: datetime
    updated_at: datetime


class ProfilesResponse(ResponseModel):
    """One page of the users, newest first."""

    users: list[ProfileResponse]
    total: int


@router.post("", status_code=201, responses=error_responses(409, 413))
def create(body: NewProfile, services: ServicesDep) -> ProfileResponse:
    """Create a user."""
    [user] = service.create(services, [body.model_dump()])
    return ProfileResponse.model_validate(user)


@router.post("/bulk", status_code=201, responses=error_responses(409, 413))
def create_many(body: NewProfiles, services: ServicesDep) -> ProfilesResponse:
    """Create all users or none; the response has the order of the request."""
    users = service.create(services, [profile.model_dump() for profile in body.users])
    return ProfilesResponse(users=[ProfileResponse.model_validate(user) for user in users], total=len(users))


@router.get("")
def list_users(page: Annotated[Page, Query()], services: ServicesDep) -> ProfilesResponse:
    """List the users, newest first, without deleted ones."""
    users, total = service.list_all(services, limit=page.limit, offset=page.offset)
    return ProfilesResponse(users=[ProfileResponse.model_validate(user) for user in users], total=total)


@router.get("/{key}", responses=error_responses(404))
def get(key: UUID, services: ServicesDep) -> ProfileResponse:
    """Return one user."""
    return ProfileResponse.model_validate(service.get(services, key))


@router.patch("/{key}", responses=error_responses(404, 409, 413))
def change(key: UUID, changes: Annotated[ProfileChanges, Body()], services: ServicesDep) -> ProfileResponse:
    """Change the name or address of a user."""
    return ProfileResponse.model_validate(service.change(services, key, changes))


@router.delete("/{key}", status_code=204, responses=error_responses(404, 409))
def delete(key: UUID, services: ServicesDep, permanent: QueryBoolean = False) -> None:
    """Hide a user until ``restore``; delete the user permanently with ``permanent=true``."""
    remove = service.remove_permanently if permanent else service.delete
    remove(services, key)


@router.post("/{key}/restore", responses=error_responses(404, 409))
def restore(key: UUID, services: ServicesDep) -> ProfileResponse:
    """Restore a deleted user."""
    return ProfileResponse.model_validate(service.restore(services, key))
