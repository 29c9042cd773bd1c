"""Changes of passwords, and the end of sessions and lockouts before their time."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, update

from support.reference.access import lockouts
from support.reference.access.service import (
    User,
    end_sessions,
    get_user,
    invalidate_sessions,
    lock_account,
    password_fingerprint,
)
from support.reference.access.tables import AuthSessionRow
from support.reference.database import utc_now
from support.reference.errors import Conflict, ValidationFailed
from support.reference.services import Services


def change_own_password(services: Services, user: User, current: str, new: str) -> None:
    """Change the caller's password and end all sessions but this one.

    An incorrect current password counts as a failed sign-in. Raises ValidationFailed for it, TooManyRequests while the
    name is locked, and Conflict if the password was changed meanwhile.
    """
    account = get_user(services, user.id)
    lockouts.require_unlocked(services, account.username)
    if not services.passwords.verify(current, account.password_hash):
        lockouts.count_failure(services, account.username, account.lockout_seconds)
        raise ValidationFailed(details=[{"field": "current_password", "issue": "is incorrect"}])
    _store_password(services, user.id, new, kept_session=user.session_id, expected_hash=account.password_hash)


def set_password(services: Services, user_id: UUID, password: str) -> None:
    """Set the password of an account and end all its sessions. Raises NotFound."""
    _store_password(services, user_id, password)


def end_lockout(services: Services, user_id: UUID) -> None:
    """End the lockout of an account before its time. Raises NotFound."""
    lockouts.end_lockout(services, get_user(services, user_id).username)


def end_all_sessions(services: Services, user: User) -> None:
    """End all sessions of the caller, this one included."""
    with services.database.begin() as session:
        ended = end_sessions(session, user.id)
    invalidate_sessions(services, ended)


def _store_password(
    services: Services,
    user_id: UUID,
    password: str,
    *,
    kept_session: UUID | None = None,
    expected_hash: str | None = None,
) -> None:
    password_hash = services.passwords.hash(password)
    with services.database.begin() as session:
        account = lock_account(session, user_id)
        if expected_hash not in (None, account.password_hash):
            raise Conflict("The password was changed meanwhile.")
        account.password_hash, account.updated_at = password_hash, utc_now()
        others = delete(AuthSessionRow).where(AuthSessionRow.user_id == user_id)
        if kept_session is not None:
            others = others.where(AuthSessionRow.id != kept_session)
            session.execute(
                update(AuthSessionRow)
                .where(AuthSessionRow.id == kept_session)
                .values(password_fingerprint=password_fingerprint(password_hash))
            )
        ended = list(session.scalars(others.returning(AuthSessionRow.id)))
    invalidate_sessions(services, ended)
