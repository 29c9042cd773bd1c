"""Sign-in, sessions and accounts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access import lockouts, tokens
from support.reference.access.passwords import Passwords
from support.reference.access.tables import LOCKOUT_SECONDS, AuthSessionRow, Role, UserRow
from support.reference.access.tokens import Claims
from support.reference.database import utc_now
from support.reference.errors import AuthenticationFailed, Conflict, NotFound
from support.reference.services import Services

_INCORRECT_CREDENTIALS = "The user name or password is incorrect."
_FIELDS_ENDING_SESSIONS = frozenset({"role", "active"})

_INCLUDED: dict[Role, frozenset[Role]] = {
    "viewer": frozenset({"viewer"}),
    "editor": frozenset({"viewer", "editor"}),
    "manager": frozenset({"viewer", "editor", "manager"}),
    "researcher": frozenset({"viewer", "researcher"}),
    "administrator": frozenset({"viewer", "editor", "manager", "researcher", "administrator"}),
}


@dataclass(frozen=True)
class User:
    """The caller, as the session has it."""

    id: UUID
    username: str
    role: Role
    session_id: UUID
    rate_limit: int | None
    rate_limit_seconds: int

    def has_role(self, required: Role) -> bool:
        """Return whether the role includes another.

        viewer < editor < manager < administrator; researcher is beside editor.
        """
        return required in _INCLUDED[self.role]


class Tokens(NamedTuple):
    """The tokens of a session; ``expires_in`` is the lifetime of the access token in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def sign_in(services: Services, username: str, password: str) -> Tokens:
    """Open a session.

    Raises AuthenticationFailed, the same for an unknown name, an incorrect password and a deactivated account. Raises
    TooManyRequests while the name is locked, whether an account has it or not.
    """
    lockouts.require_unlocked(services, username)
    with services.database.begin() as session:
        user = session.scalar(select(UserRow).where(func.lower(UserRow.username) == func.lower(username)))
    # Verified without a user too, so that the response takes as long as for an incorrect password.
    matches = services.passwords.verify(password, user.password_hash if user else None)
    if user is None or not matches or not user.active or user.deleted_at is not None:
        lockouts.count_failure(services, username, user.lockout_seconds if user else LOCKOUT_SECONDS)
        raise AuthenticationFailed(_INCORRECT_CREDENTIALS)
    # Simultaneous attempts may have locked the name since.
    lockouts.require_unlocked(services, username)
    now = utc_now()
    opened = AuthSessionRow(
        id=uuid4(),
        user_id=user.id,
        refresh_jti=uuid4(),
        password_fingerprint=password_fingerprint(user.password_hash),
        created_at=now,
        expires_at=now + tokens.SESSION_LIFETIME,
    )
    try:
        with services.database.begin() as session:
            session.add(opened)
    except IntegrityError:  # the account was deleted meanwhile
        raise AuthenticationFailed(_INCORRECT_CREDENTIALS) from None
    _session_record(services, opened.id)  # so that the first request finds it in the cache
    return _issue(services, opened, user.role, now)


def authenticate(services: Services, token: str) -> User:
    """Return the user of an access token.

    Raises AuthenticationFailed when the token is invalid, its session has ended, or its user was deleted, deactivated,
    or given another role or password since.
    """
    claims = tokens.read(token, "access", key=services.settings.signing_key.get_secret_value())
    record = json.loads(_session_record(services, claims.session_id))
    if (
        record["user_id"] != str(claims.user_id)
        or record["role"] != claims.role
        or datetime.fromisoformat(record["expires_at"]) <= utc_now()
    ):
        raise AuthenticationFailed
    return User(
        id=claims.user_id,
        username=record["username"],
        role=cast(Role, claims.role),
        session_id=claims.session_id,
        rate_limit=record["rate_limit"],
        rate_limit_seconds=record["rate_limit_seconds"],
    )


def count_request(services: Services, user: User, limit: int) -> None:
    """Count a request of the user. Raises TooManyRequests above the account's rate limit."""
    services.counters.count(f"requests:{user.id}", user.rate_limit_seconds).reject_over(limit)


def refresh(services: Services, token: str) -> Tokens:
    """Exchange a refresh token for new tokens of the same session. It is usable once.

    Raises AuthenticationFailed if it was used before, or for the reasons of :func:`authenticate`.
    """
    claims = tokens.read(token, "refresh", key=services.settings.signing_key.get_secret_value())
    now = utc_now()
    with services.database.begin() as session:
        renewed = session.scalar(
            update(AuthSessionRow)
            .where(
                AuthSessionRow.id == claims.session_id,
                AuthSessionRow.user_id == claims.user_id,
                AuthSessionRow.refresh_jti == claims.token_id,
                AuthSessionRow.expires_at > now,
            )
            .values(refresh_jti=uuid4())
            .returning(AuthSessionRow)
        )
        user = session.get(UserRow, claims.user_id) if renewed else None
        if renewed is None or user is None or not _still_open(renewed, user) or user.role != claims.role:
            raise AuthenticationFailed
    return _issue(services, renewed, user.role, now)


def sign_out(services: Services, user: User) -> None:
    """End the session: its access and refresh tokens become invalid immediately."""
    with services.database.begin() as session:
        session.execute(delete(AuthSessionRow).where(AuthSessionRow.id == user.session_id))
    services.cache.invalidate(_cache_key(user.session_id))


def remove_expired_sessions(services: Services) -> int:
    """Delete expired sessions; returns their number."""
    with services.database.begin() as session:
        expired = delete(AuthSessionRow).where(AuthSessionRow.expires_at <= utc_now()).returning(AuthSessionRow.id)
        return len(session.scalars(expired).all())


def list_users(services: Services, *, limit: int, offset: int) -> tuple[list[UserRow], int]:
    """Return one page of the accounts, newest first, and the number of all."""
    with services.database.begin() as session:
        return pages.newest(session, select(UserRow), limit=limit, offset=offset)


def get_user(services: Services, user_id: UUID) -> UserRow:
    """Return one account. Raises NotFound."""
    with services.database.begin() as session:
        return get_account(session, user_id)


def new_user(
    passwords: Passwords, *, username: str, email: str, password: str | None, role: str, user_id: str | None = None
) -> UserRow:
    """Return an account that is not stored yet; without a password its user cannot sign in."""
    now = utc_now()
    return UserRow(
        id=uuid4(),
        user_id=user_id or username,
        username=username,
        email=email,
        password_hash=passwords.hash(password) if password else passwords.dummy_hash,
        role=role,
        active=True,
        created_at=now,
        updated_at=now,
    )


def create_user(services: Services, *, username: str, email: str, password: str, role: Role) -> UserRow:
    """Create an account. Raises Conflict if the name or the address exists, in whatever case."""
    user = new_user(services.passwords, username=username, email=email, password=password, role=role)
    try:
        with services.database.begin() as session:
            session.add(user)
    except IntegrityError:
        raise Conflict("The user name or email address is already in use.") from None
    return user


def has_account(services: Services, *, username: str, email: str) -> bool:
    """Return whether an account has the name or the address."""
    with services.database.begin() as session:
        taken = or_(
            func.lower(UserRow.username) == func.lower(username), func.lower(UserRow.email) == func.lower(email)
        )
        return session.scalar(select(UserRow.id).where(taken).limit(1)) is not None


def change_user(services: Services, user_id: UUID, changes: Mapping[str, Any]) -> UserRow:
    """Change an account, from the next request on.

    Another role or deactivation ends its sessions. Raises NotFound, and Conflict for the last active administrator.
    """
    outdated: list[UUID] = []
    with services.database.begin() as session:
        user = lock_account(session, user_id)
        changed = {field: value for field, value in changes.items() if getattr(user, field) != value}
        if _FIELDS_ENDING_SESSIONS & changed.keys():
            require_another_administrator(session, user)
        if changed:
            for field, value in changed.items():
                setattr(user, field, value)
            user.updated_at = utc_now()
            affected = end_sessions if _FIELDS_ENDING_SESSIONS & changed.keys() else list_session_ids
            outdated = affected(session, user_id)
    invalidate_sessions(services, outdated)
    return user


def remove_user(services: Services, user_id: UUID) -> None:
    """Remove an account and everything it owns.

    Raises NotFound, and Conflict for the last active administrator.
    """
    with services.database.begin() as session:
        user = lock_account(session, user_id)
        require_another_administrator(session, user)
        ended = end_sessions(session, user_id)
        session.delete(user)
    invalidate_sessions(services, ended)


def lock_account(session: Session, user_id: UUID) -> UserRow:
    """Lock an account until the transaction ends. Raises NotFound.

    All administrators are locked with one of them, in the order of their ids: of two who deactivate each other at the
    same time one must see what the other did, and neither may wait for the other.
    """
    user = get_account(session, user_id)
    if user.role == "administrator":
        administrators = select(UserRow.id).where(UserRow.role == "administrator").order_by(UserRow.id)
        session.execute(administrators.with_for_update(key_share=True))
    return _existing(session.get(UserRow, user_id, with_for_update=True, populate_existing=True))


def require_another_administrator(session: Session, user: UserRow) -> None:
    """Raise Conflict if this locked account is the last active administrator."""
    if user.role != "administrator" or not user.active or user.deleted_at is not None:
        return
    others = select(UserRow.id).where(
        UserRow.role == "administrator", UserRow.active, UserRow.deleted_at.is_(None), UserRow.id != user.id
    )
    if session.scalar(others.limit(1)) is None:
        raise Conflict("The last active administrator cannot be deactivated, deleted or given another role.")


def require_user(session: Session, user_id: UUID) -> None:
    """Raise NotFound if the user is unknown or deleted.

    The account stays until the transaction ends.
    """
    present = select(UserRow.id).where(UserRow.id == user_id, UserRow.deleted_at.is_(None))
    if session.scalar(present.with_for_update(read=True, key_share=True)) is None:
        raise NotFound("The user was not found.")


def get_account(session: Session, user_id: UUID) -> UserRow:
    """Return an account, deleted or not. Raises NotFound."""
    return _existing(session.get(UserRow, user_id))


def _existing(user: UserRow | None) -> UserRow:
    if user is None:
        raise NotFound("The user was not found.")
    return user


def end_sessions(session: Session, user_id: UUID) -> list[UUID]:
    """Delete a user's sessions and return their ids.

    Call :func:`invalidate_sessions` with them after the commit.
    """
    ended = delete(AuthSessionRow).where(AuthSessionRow.user_id == user_id).returning(AuthSessionRow.id)
    return list(session.scalars(ended))


def invalidate_sessions(services: Services, outdated: list[UUID]) -> None:
    """Delete ended sessions, or those of a changed user, from the cache."""
    services.cache.invalidate(*map(_cache_key, outdated))


def list_session_ids(session: Session, user_id: UUID) -> list[UUID]:
    """Return the ids of a user's sessions.

    Call :func:`invalidate_sessions` with them after the commit of a change.
    """
    return list(session.scalars(select(AuthSessionRow.id).where(AuthSessionRow.user_id == user_id)))


def _issue(services: Services, opened: AuthSessionRow, role: str, now: datetime) -> Tokens:
    key = services.settings.signing_key.get_secret_value()
    claims = Claims(user_id=opened.user_id, role=role, session_id=opened.id, token_id=opened.id)
    expires_at = min(now + tokens.ACCESS_LIFETIME, opened.expires_at)
    access = tokens.issue(claims, "access", issued_at=now, expires_at=expires_at, key=key)
    renewal = Claims(user_id=opened.user_id, role=role, session_id=opened.id, token_id=opened.refresh_jti)
    refresh = tokens.issue(renewal, "refresh", issued_at=now, expires_at=opened.expires_at, key=key)
    return Tokens(access, refresh, expires_in=round((expires_at - now).total_seconds()))


def _session_record(services: Services, session_id: UUID) -> bytes:
    """Return the session as cached JSON, with the user's fields that every request needs.

    Raises AuthenticationFailed when the session has ended.
    """

    def load() -> bytes:
        with services.database.begin() as session:
            found = session.execute(
                select(AuthSessionRow, UserRow)
                .join(UserRow, UserRow.id == AuthSessionRow.user_id)
                .where(AuthSessionRow.id == session_id)
            ).one_or_none()
        if found is None or not _still_open(*found.tuple()):
            raise AuthenticationFailed
        opened, user = found.tuple()
        record = {
            "user_id": str(user.id),
            "username": user.username,
            "role": user.role,
            "expires_at": opened.expires_at.isoformat(),
            "rate_limit": user.rate_limit,
            "rate_limit_seconds": user.rate_limit_seconds,
        }
        return json.dumps(record).encode()

    return services.cache.read_through(_cache_key(session_id), _remaining_seconds, load)


def _still_open(opened: AuthSessionRow, user: UserRow) -> bool:
    same_password = opened.password_fingerprint == password_fingerprint(user.password_hash)
    return user.active and user.deleted_at is None and same_password and opened.expires_at > utc_now()


def _remaining_seconds(record: bytes) -> float:
    expires_at = datetime.fromisoformat(json.loads(record)["expires_at"])
    return (expires_at - utc_now()).total_seconds()


def password_fingerprint(password_hash: str) -> str:
    """Return what a session stores of the password that opened it."""
    return hashlib.sha256(password_hash.encode()).hexdigest()


def _cache_key(session_id: UUID) -> str:
    return f"session:{session_id}"
