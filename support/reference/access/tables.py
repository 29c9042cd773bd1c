"""Users and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from support.reference.database import Base

Role = Literal["viewer", "editor", "manager", "researcher", "administrator"]

LOCKOUT_SECONDS = 15 * 60


class UserRow(Base):
    """One account. Name and address are unique whatever their case.

    ``user_id`` is the caller's own id of the person, the username where none was given; ``deleted_at`` is set while the
    account is (softly) deleted. ``rate_limit`` is how many requests the account may send in ``rate_limit_seconds``, any
    number when it is null; ``lockout_seconds`` how long failed sign-ins are counted, and how long the name may then
    be locked.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_lower_username", text("lower(username)"), unique=True),
        Index("uq_users_lower_email", text("lower(email)"), unique=True),
        Index("uq_users_user_id", "user_id", unique=True),
        CheckConstraint("role IN ('viewer', 'editor', 'manager', 'researcher', 'administrator')", name="role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))
    username: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool]
    rate_limit: Mapped[int | None]
    rate_limit_seconds: Mapped[int] = mapped_column(default=60)
    lockout_seconds: Mapped[int] = mapped_column(default=LOCKOUT_SECONDS)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuthSessionRow(Base):
    """One sign-in; its id is the ``jti`` of the access tokens it issues.

    ``refresh_jti`` names the one refresh token that still works, ``password_fingerprint`` the password that opened it.
    """

    __tablename__ = "auth_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    refresh_jti: Mapped[UUID]
    password_fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
