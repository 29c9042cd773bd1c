"""The table of idempotency keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from support.reference.access.tables import UserRow
from support.reference.database import Base


class IdempotencyKeyRow(Base):
    """A user's key with the request that it identifies and the body of its response, as it was sent."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(UserRow.id, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    method: Mapped[str] = mapped_column(String(16))
    path: Mapped[str]
    body_sha256: Mapped[str] = mapped_column(String(64))
    response: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
