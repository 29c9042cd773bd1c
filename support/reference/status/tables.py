"""The tables of status tracking."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from support.reference.access.tables import UserRow
from support.reference.database import Base
from support.reference.status.states import ChangeType, EventType, Priority, State
from support.reference.vod.tables import VodRow

_Time = DateTime(timezone=True)
_Percentage = Numeric(5, 2)


def _text_of(values: type[StrEnum]) -> Enum:
    return Enum(
        values, native_enum=False, create_constraint=False, length=32, values_callable=lambda each: [*map(str, each)]
    )


def _one_of(column: str, values: type[StrEnum]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


_State, _Priority = _text_of(State), _text_of(Priority)


class StatusRow(Base):
    """One piece of processing work.

    ``active_at`` is the time of the last heartbeat, progress report or change of state. ``missed_at`` is set while the
    status is silent and the missed heartbeat is recorded.
    """

    __tablename__ = "processing_status"
    __table_args__ = (
        CheckConstraint(_one_of("status", State), name="status_known"),
        CheckConstraint(_one_of("priority", Priority), name="priority_known"),
        CheckConstraint("progress_percentage BETWEEN 0 AND 100", name="progress_range"),
        CheckConstraint("completed_steps BETWEEN 0 AND coalesce(total_steps, 0)", name="steps_range"),
        CheckConstraint("retry_count BETWEEN 0 AND max_retries", name="retries_range"),
        Index("ix_processing_status_newest_first", text("created_at DESC"), text("status_id DESC")),
        Index("ix_processing_status_latest_change", text("updated_at DESC"), text("status_id")),
        Index("ix_processing_status_batch_id", "batch_id", "created_at"),
        Index("ix_processing_status_status", "status", "completed_at"),
    )

    status_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    status: Mapped[State] = mapped_column(_State)
    priority: Mapped[Priority] = mapped_column(_Priority)
    progress_percentage: Mapped[Decimal] = mapped_column(_Percentage)
    current_step: Mapped[str | None]
    total_steps: Mapped[int | None]
    completed_steps: Mapped[int]
    estimated_completion_time: Mapped[datetime | None] = mapped_column(_Time)
    vod_id: Mapped[UUID | None] = mapped_column(ForeignKey(VodRow.id, ondelete="CASCADE"), index=True)
    batch_id: Mapped[UUID | None]
    external_id: Mapped[str | None] = mapped_column(index=True)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    worker_id: Mapped[str | None] = mapped_column(index=True)
    heartbeat_at: Mapped[datetime | None] = mapped_column(_Time)
    heartbeat_timeout_seconds: Mapped[int]
    retry_count: Mapped[int]
    max_retries: Mapped[int]
    error_info: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(_Time)
    updated_at: Mapped[datetime] = mapped_column(_Time)
    started_at: Mapped[datetime | None] = mapped_column(_Time)
    completed_at: Mapped[datetime | None] = mapped_column(_Time)
    active_at: Mapped[datetime] = mapped_column(_Time)
    missed_at: Mapped[datetime | None] = mapped_column(_Time)


class HistoryRow(Base):
    """One entry of the history of a status. ``duration_seconds`` is the time since the entry before."""

    __tablename__ = "status_history"
    __table_args__ = (
        CheckConstraint(_one_of("change_type", ChangeType), name="change_type_known"),
        Index("ix_status_history_status_id", "status_id", text("id DESC")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    status_id: Mapped[UUID] = mapped_column(ForeignKey(StatusRow.status_id, ondelete="CASCADE"))
    change_type: Mapped[ChangeType] = mapped_column(_text_of(ChangeType))
    previous_status: Mapped[State | None] = mapped_column(_State)
    new_status: Mapped[State] = mapped_column(_State)
    previous_progress: Mapped[Decimal | None] = mapped_column(_Percentage)
    new_progress: Mapped[Decimal] = mapped_column(_Percentage)
    change_reason: Mapped[str | None]
    change_metadata: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    worker_id: Mapped[str | None]
    error_info: Mapped[str | None]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id, ondelete="SET NULL"), index=True)
    changed_at: Mapped[datetime] = mapped_column(_Time)
    duration_seconds: Mapped[float | None]


class EventRow(Base):
    """One event of the feed. ``seq`` is the order of commits."""

    __tablename__ = "status_events"
    __table_args__ = (
        CheckConstraint(_one_of("type", EventType), name="type_known"),
        Index("ix_status_events_status_id", "status_id", "seq"),
        Index("ix_status_events_type", "type", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[EventType] = mapped_column(_text_of(EventType))
    status_id: Mapped[UUID] = mapped_column(ForeignKey(StatusRow.status_id, ondelete="CASCADE"))
    status: Mapped[State] = mapped_column(_State)
    progress_percentage: Mapped[Decimal] = mapped_column(_Percentage)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(_Time)


class ReceiptRow(Base):
    """One request with updates in bulk. ``number`` is the order of receipts, ``sender`` null after an erasure."""

    __tablename__ = "status_receipts"

    receipt_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    sender: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id, ondelete="SET NULL"), index=True)
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(_Time)


class UpdateRow(Base):
    """One item of a receipt. ``outcome`` is null while it waits; ``fields`` is null if the item is invalid."""

    __tablename__ = "status_updates"
    __table_args__ = (
        CheckConstraint("outcome IN ('applied', 'skipped', 'refused')", name="outcome_known"),
        Index("ix_status_updates_waiting", "receipt_number", "position", postgresql_where=text("outcome IS NULL")),
    )

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey(ReceiptRow.receipt_id, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    receipt_number: Mapped[int] = mapped_column(BigInteger)
    status_id: Mapped[UUID | None]
    kind: Mapped[str | None] = mapped_column(String(16))
    fields: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    outcome: Mapped[str | None] = mapped_column(String(16))
    error_type: Mapped[str | None] = mapped_column(String(32))
    error_message: Mapped[str | None]
    applied_at: Mapped[datetime | None] = mapped_column(_Time)
