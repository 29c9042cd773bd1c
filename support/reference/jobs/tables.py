"""The tables of the task queue beside those of Procrastinate."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.orm import Mapped, mapped_column

from support.reference.access.tables import UserRow
from support.reference.database import Base
from support.reference.jobs.states import JobEventType, JobState, Outcome
from support.reference.status.tables import StatusRow

_Time = DateTime(timezone=True)


def _text_of(values: type[StrEnum], length: int = 16) -> Enum:
    return Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda each: [*map(str, each)],
    )


class JobRow(Base):
    """One job.

    ``queue_id`` is its entry in Procrastinate's table. ``ready_at`` is the time from which a worker may take it,
    ``lost_runs`` the number of lost runs since the submission or the last ``retry``.
    """

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(UserRow.id, ondelete="CASCADE"))
    task: Mapped[str] = mapped_column(String(64))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    queue: Mapped[str] = mapped_column(String(32))
    status: Mapped[JobState] = mapped_column(_text_of(JobState))
    priority: Mapped[int]
    scheduled_at: Mapped[datetime | None] = mapped_column(_Time)
    lock: Mapped[str | None] = mapped_column(String(128))
    queueing_lock: Mapped[str | None] = mapped_column(String(128))
    retry: Mapped[dict[str, Any]] = mapped_column(JSON)
    timeout_seconds: Mapped[float]
    track: Mapped[bool]
    status_id: Mapped[UUID | None] = mapped_column(ForeignKey(StatusRow.status_id, ondelete="SET NULL"))
    attempts: Mapped[int]
    failures: Mapped[int]
    lost_runs: Mapped[int]
    abort_requested: Mapped[bool]
    trace_id: Mapped[str] = mapped_column(String(32))
    submitted_at: Mapped[datetime] = mapped_column(_Time)
    ready_at: Mapped[datetime] = mapped_column(_Time)
    started_at: Mapped[datetime | None] = mapped_column(_Time)
    finished_at: Mapped[datetime | None] = mapped_column(_Time)
    updated_at: Mapped[datetime] = mapped_column(_Time)
    result: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    error_kind: Mapped[str | None] = mapped_column(String(32))
    error_message: Mapped[str | None]

    @property
    def error(self) -> dict[str, str | None] | None:
        """The error of the last run."""
        return error_of(self)


class RunRow(Base):
    """One attempt of a worker at a job. It is written by ``take_job`` in the database."""

    __tablename__ = "job_runs"

    job_id: Mapped[UUID] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(BigInteger)
    ready_at: Mapped[datetime] = mapped_column(_Time)
    started_at: Mapped[datetime] = mapped_column(_Time)
    ended_at: Mapped[datetime | None] = mapped_column(_Time)
    outcome: Mapped[Outcome] = mapped_column(_text_of(Outcome))
    error_kind: Mapped[str | None] = mapped_column(String(32))
    error_message: Mapped[str | None]
    retry_at: Mapped[datetime | None] = mapped_column(_Time)

    @property
    def error(self) -> dict[str, str | None] | None:
        """The error of the run."""
        return error_of(self)


class JobEventRow(Base):
    """One event of a job; ``run`` is null for events outside a run."""

    __tablename__ = "job_events"

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey(JobRow.id, ondelete="CASCADE"))
    type: Mapped[JobEventType] = mapped_column(_text_of(JobEventType, 32))
    run: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(_Time)


class PauseRow(Base):
    """A queue that is paused."""

    __tablename__ = "queue_pauses"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    paused_at: Mapped[datetime] = mapped_column(_Time)


class WorkerRow(Base):
    """The configuration of a registered worker; the row is deleted with its registration.

    ``session_name`` is the application name of its database sessions.
    """

    __tablename__ = "queue_workers"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64))
    queues: Mapped[list[str]] = mapped_column(ARRAY(Text))
    concurrency: Mapped[int]
    session_name: Mapped[str] = mapped_column(String(63))


class RecordRow(Base):
    """A record of the record service. ``job_id`` is the job of ``POST /api/records``."""

    __tablename__ = "records"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str | None]
    category: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(16))
    imports: Mapped[int]
    imported_at: Mapped[datetime | None] = mapped_column(_Time)
    created_at: Mapped[datetime] = mapped_column(_Time)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey(JobRow.id, ondelete="SET NULL"))


class CounterRow(Base):
    """A counter: the sum of its entries."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class CounterEntryRow(Base):
    """One change of a counter. A job has at most one entry for each counter."""

    __tablename__ = "counter_entries"
    __table_args__ = (UniqueConstraint("job_id", "counter", name="uq_counter_entries_job_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    counter: Mapped[str] = mapped_column(ForeignKey(CounterRow.name, ondelete="CASCADE"))
    job_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(_Time)


def error_of(row: JobRow | RunRow) -> dict[str, str | None] | None:
    """Return the error that a job or a run shows."""
    return {"kind": row.error_kind, "message": row.error_message} if row.error_kind else None
