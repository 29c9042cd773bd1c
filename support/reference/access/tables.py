"""Accounts and their sessions."""

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
    """One account. Name and address are unique, case ignored.

    ``user_id`` is the caller's id of the person, by default the user name; ``deleted_at`` is set while the account is
    (softly) deleted. ``rate_limit`` is the number of requests in ``rate_limit_seconds``, null for no limit;
    ``lockout_seconds`` is the period in which failed sign-ins are counted.
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
    """One session; its id is the ``jti`` of its access tokens.

    ``refresh_jti`` names the valid refresh token, ``password_fingerprint`` the password that opened the session.
    """

    __tablename__ = "auth_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    refresh_jti: Mapped[UUID]
    password_fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
