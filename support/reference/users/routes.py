"""``/api/users``: profiles, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from support.reference.access.dependencies import role
from support.reference.access.routes import Email, Password, Username
from support.reference.access.tables import Role
from support.reference.errors import documented
from support.reference.schemas import Answer, Page, Request
from support.reference.services import ServicesOf
from support.reference.users import service

router = APIRouter(
    prefix="/api/users",
    dependencies=[Depends(role("administrator"))],
    responses=documented(401, 403, 422, 500, 503),
)

UserId = Annotated[str, StringConstraints(pattern=r"^[\w.@+-]{1,64}$")]


class NewProfile(Request):
    """A user to create. ``user_id`` is the caller's own id of them; without a password they cannot sign in."""

    user_id: UserId
    username: Username
    email: Email
    password: Password | None = None
    role: Role = "viewer"


class NewProfiles(Request):
    """Users to create, all or none."""

    users: Annotated[list[NewProfile], Field(min_length=1, max_length=100)]


class ProfileChanges(TypedDict, total=False):
    """What to change of a user; fields left out stay as they are."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    username: Username
    email: Email


class ProfileAnswer(Answer):
    """A user."""

    id: UUID
    user_id: str
    username: str
    email: str
    role: Role
    created_at: datetime
    updated_at: datetime


class ProfilesAnswer(Answer):
    """One page of the users, newest first."""

    users: list[ProfileAnswer]
    total: int


@router.post("", status_code=201, responses=documented(409, 413))
def create(body: NewProfile, services: ServicesOf) -> ProfileAnswer:
    """Create a user."""
    [user] = service.create(services, [body.model_dump()])
    return ProfileAnswer.model_validate(user)


@router.post("/bulk", status_code=201, responses=documented(409, 413))
def create_many(body: NewProfiles, services: ServicesOf) -> ProfilesAnswer:
    """Create users, all of them or, if one cannot be, none; they are answered in the order given."""
    users = service.create(services, [profile.model_dump() for profile in body.users])
    return ProfilesAnswer(users=[ProfileAnswer.model_validate(user) for user in users], total=len(users))


@router.get("")
def list_users(page: Annotated[Page, Query()], services: ServicesOf) -> ProfilesAnswer:
    """The users, newest first, without deleted ones."""
    users, total = service.list_all(services, limit=page.limit, offset=page.offset)
    return ProfilesAnswer(users=[ProfileAnswer.model_validate(user) for user in users], total=total)


@router.get("/{key}", responses=documented(404))
def get(key: UUID, services: ServicesOf) -> ProfileAnswer:
    """One user."""
    return ProfileAnswer.model_validate(service.get(services, key))


@router.patch("/{key}", responses=documented(404, 409, 413))
def change(key: UUID, changes: Annotated[ProfileChanges, Body()], services: ServicesOf) -> ProfileAnswer:
    """Change a user's name or address."""
    return ProfileAnswer.model_validate(service.change(services, key, changes))


@router.delete("/{key}", status_code=204, responses=documented(404))
def delete(key: UUID, services: ServicesOf, permanent: bool = False) -> None:
    """Hide a user until they are restored; with ``permanent=true`` remove them, and all of theirs, for good."""
    remove = service.remove_permanently if permanent else service.delete
    remove(services, key)


@router.post("/{key}/restore", responses=documented(404, 409))
def restore(key: UUID, services: ServicesOf) -> ProfileAnswer:
    """Bring a deleted user back."""
    return ProfileAnswer.model_validate(service.restore(services, key))
