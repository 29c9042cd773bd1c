"""User profiles: create, change, hide and restore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import (
    end_sessions,
    invalidate_sessions,
    list_session_ids,
    lock_account,
    new_user,
    remove_user,
    require_another_administrator,
)
from support.reference.access.tables import UserRow
from support.reference.database import utc_now
from support.reference.errors import Conflict, NotFound
from support.reference.services import Services

remove_permanently = remove_user


def create(services: Services, profiles: Sequence[Mapping[str, Any]]) -> list[UserRow]:
    """Create all profiles or none. Raises Conflict if an id, name or address exists."""
    users = [new_user(services.passwords, **profile) for profile in profiles]
    with _unique(), services.database.begin() as session:
        session.add_all(users)
    return users


def list_all(services: Services, *, limit: int, offset: int) -> tuple[list[UserRow], int]:
    """Return one page of the profiles that are not deleted, and the number of all."""
    present = select(UserRow).where(UserRow.deleted_at.is_(None))
    with services.database.begin() as session:
        return pages.newest(session, present, limit=limit, offset=offset)


def get(services: Services, key: UUID) -> UserRow:
    """Return one profile. Raises NotFound if it is unknown or deleted."""
    with services.database.begin() as session:
        return _present(session, key)


def change(services: Services, key: UUID, changes: Mapping[str, Any]) -> UserRow:
    """Change a profile, from the next request on.

    Raises NotFound, and Conflict if a value exists.
    """
    with _unique(), services.database.begin() as session:
        user = _present(session, key)
        changed = {field: value for field, value in changes.items() if getattr(user, field) != value}
        if not changed:
            return user
        for field, value in changed.items():
            setattr(user, field, value)
        user.updated_at = utc_now()
        outdated = list_session_ids(session, key)
    invalidate_sessions(services, outdated)
    return user


def delete(services: Services, key: UUID) -> None:
    """Hide a profile until it is restored, and end its sessions.

    Raises NotFound, and Conflict for the last active administrator.
    """
    with services.database.begin() as session:
        user = lock_account(session, key)
        if user.deleted_at is not None:
            raise NotFound("The user was not found.")
        require_another_administrator(session, user)
        user.deleted_at = user.updated_at = utc_now()
        ended = end_sessions(session, key)
    invalidate_sessions(services, ended)


def restore(services: Services, key: UUID) -> UserRow:
    """Restore a deleted profile. Raises NotFound, and Conflict if it is not deleted."""
    with services.database.begin() as session:
        user = session.get(UserRow, key, with_for_update=True)
        if user is None:
            raise NotFound("The user was not found.")
        if user.deleted_at is None:
            raise Conflict("The user is not deleted.")
        user.deleted_at = None
        user.updated_at = utc_now()
        return user


@contextmanager
def _unique() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise Conflict("The user id, user name or email address is already in use.") from None


def _present(session: Session, key: UUID) -> UserRow:
    user = session.get(UserRow, key, with_for_update=True)
    if user is None or user.deleted_at is not None:
        raise NotFound("The user was not found.")
    return user
