"""The tables of video on demand, and the changes of states."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from support.reference.access.tables import UserRow
from support.reference.database import Base, utc_now
from support.reference.errors import Conflict, NotFound


class Status(StrEnum):
    """The states of a VOD and of a task."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Kind(StrEnum):
    """The types of tasks."""

    TRANSCRIPTION = "transcription"
    PUBLICATION = "publication"


LIVE = (Status.PENDING, Status.PROCESSING)

TRANSITIONS = {
    Status.PENDING: {Status.PROCESSING},
    Status.PROCESSING: {Status.COMPLETED, Status.FAILED},
    Status.COMPLETED: set[Status](),
    Status.FAILED: {Status.PENDING},
}

_STATUS_RULE = "status IN ('pending', 'processing', 'completed', 'failed')"
_PROGRESS_RULE = "progress BETWEEN 0 AND 100"


class VodRow(Base):
    """A VOD. Paths are relative to the media storage; ``duration`` is in seconds.

    ``suggestion`` is the best show below the limit: ``{"show_id", "title", "score"}``.
    """

    __tablename__ = "vods"
    __table_args__ = (
        CheckConstraint("char_length(title) BETWEEN 1 AND 255", name="title_length"),
        CheckConstraint("duration >= 0 AND duration < 'Infinity'", name="duration_range"),
        CheckConstraint("file_size >= 0", name="file_size_range"),
        CheckConstraint(_STATUS_RULE, name="status_known"),
        CheckConstraint(_PROGRESS_RULE, name="progress_range"),
        Index("ix_vods_newest_first", text("created_at DESC"), text("id DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title: Mapped[str]
    file_path: Mapped[str]
    duration: Mapped[float | None]
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(default=Status.PENDING)
    progress: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    captions_path: Mapped[str | None] = mapped_column(index=True)
    summary_path: Mapped[str | None]
    show_id: Mapped[int | None]
    cablecast_vod_id: Mapped[int | None]
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    suggestion: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), onupdate=utc_now)


class VodStatusChangeRow(Base):
    """One change of a VOD's status; creation is not one."""

    __tablename__ = "vod_status_history"
    __table_args__ = (
        CheckConstraint(f"old_{_STATUS_RULE}", name="old_status_known"),
        CheckConstraint(f"new_{_STATUS_RULE}", name="new_status_known"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    vod_id: Mapped[UUID] = mapped_column(ForeignKey("vods.id", ondelete="CASCADE"), index=True)
    old_status: Mapped[str]
    new_status: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)


class TaskRow(Base):
    """One task of the worker. At most one of a type is live for each VOD."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("kind IN ('transcription', 'publication')", name="kind_known"),
        CheckConstraint(_STATUS_RULE, name="status_known"),
        CheckConstraint(_PROGRESS_RULE, name="progress_range"),
        Index(
            "uq_tasks_live",
            "vod_id",
            "kind",
            unique=True,
            postgresql_where=text("status IN ('pending', 'processing')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    vod_id: Mapped[UUID] = mapped_column(ForeignKey("vods.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.PENDING)
    progress: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def is_live(self) -> bool:
        """Whether it is pending or processing."""
        return self.status in LIVE


class TranscriptionRow(Base):
    """The segments of a VOD: ``{"start", "end", "speaker", "text"}``, times in seconds."""

    __tablename__ = "transcriptions"

    vod_id: Mapped[UUID] = mapped_column(ForeignKey("vods.id", ondelete="CASCADE"), primary_key=True)
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


def lock_vod(session: Session, vod_id: UUID) -> VodRow:
    """Return the VOD, locked until the transaction ends. Raises ``NotFound``."""
    vod = session.get(VodRow, vod_id, with_for_update=True)
    if vod is None:
        raise vod_not_found()
    return vod


def cache_key(vod_id: UUID) -> str:
    """Return the key of a VOD in the cache; invalidate it after each committed change."""
    return f"vod:{vod_id}"


def vod_not_found() -> NotFound:
    """Return the error for an unknown VOD."""
    return NotFound("The VOD was not found.")


def latest_task(session: Session, vod_id: UUID, kind: Kind) -> TaskRow | None:
    """Return the newest task of a type, None if there is none."""
    newest_first = (
        select(TaskRow).where(TaskRow.vod_id == vod_id, TaskRow.kind == kind).order_by(TaskRow.created_at.desc())
    )
    return session.scalars(newest_first.limit(1)).first()


def change_status(session: Session, vod: VodRow, status: Status, *, error: str | None = None) -> None:
    """Change the status of a locked VOD, and record the change.

    Progress is 0 again when pending and 100 when completed. Raises ``Conflict``.
    """
    if status not in TRANSITIONS[Status(vod.status)]:
        raise Conflict(f"The status of a VOD cannot change from {vod.status} to {status}.")
    session.add(VodStatusChangeRow(vod_id=vod.id, old_status=vod.status, new_status=status))
    vod.status, vod.error = status, error
    if status is Status.PENDING:
        vod.progress = 0
    elif status is Status.COMPLETED:
        vod.progress = 100


def end_task(task: TaskRow, status: Status, *, error: str | None = None) -> None:
    """Complete or fail a task."""
    task.status, task.error, task.finished_at = status, error, utc_now()
    if status is Status.COMPLETED:
        task.progress = 100
