"""The tables of research sessions and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from support.reference.database import Base

State = Literal["initialized", "processing", "completed", "failed"]
Stage = Literal["started", "fetched", "analysed", "reported", "saved"]


class ResearchSessionRow(Base):
    """One research session; ``deleted_at`` is set while it is hidden.

    ``stage`` is the last stage of its workflow, ``error`` why it failed, ``notes`` a Fernet token.
    """

    __tablename__ = "research_sessions"
    __table_args__ = (
        Index("ix_research_sessions_owner_id_created_at", "owner_id", "created_at"),
        CheckConstraint("state IN ('initialized', 'processing', 'completed', 'failed')", name="state"),
        CheckConstraint("stage IN ('started', 'fetched', 'analysed', 'reported', 'saved')", name="stage"),
        CheckConstraint("session_type IN ('stock_research')", name="session_type"),
        CheckConstraint(r"ticker ~ '^[A-Z]{1,5}(\.[A-Z]{1,2})?$'", name="ticker"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_type: Mapped[str] = mapped_column(String(32))
    ticker: Mapped[str] = mapped_column(String(8))
    state: Mapped[State] = mapped_column(String(16))
    stage: Mapped[Stage] = mapped_column(String(16))
    error: Mapped[str | None]
    notes: Mapped[str | None] = mapped_column(Text)
    config: Mapped[dict[str, Any]] = mapped_column(JSONB)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ResearchStateChangeRow(Base):
    """One change of a session's state, stored in the same transaction."""

    __tablename__ = "research_session_history"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("research_sessions.id", ondelete="CASCADE"), index=True)
    old_state: Mapped[State] = mapped_column(String(16))
    new_state: Mapped[State] = mapped_column(String(16))
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
