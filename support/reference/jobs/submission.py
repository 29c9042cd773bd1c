"""Submitting jobs: their rows and their queue entries are committed together, or nothing is."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from support.reference.access.service import User
from support.reference.errors import Conflict, Forbidden
from support.reference.jobs.arguments import TASKS
from support.reference.jobs.requests import NewJob
from support.reference.jobs.states import JobEventType, JobState
from support.reference.jobs.tables import JobEventRow, JobRow
from support.reference.jobs.tracking import create_statuses
from support.reference.jobs.transitions import moment
from support.reference.queue import NewEntry, defer_all

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NOTHING = re.compile(r"0+")
_SERIALISE = text("SELECT pg_advisory_xact_lock(:key)")
_WAITING = text(
    "SELECT jobs.id FROM procrastinate_jobs AS entry JOIN jobs ON jobs.queue_id = entry.id "
    "WHERE entry.queueing_lock = :lock AND entry.status = 'todo'"
)


def require_permission(user: User, jobs: Sequence[NewJob]) -> None:
    """Raise Forbidden for a task that the user may not submit."""
    if not all(user.has_role(TASKS[job.task].role) for job in jobs):
        raise Forbidden


def trace_of(traceparent: str | None) -> str:
    """Return the trace id of a ``traceparent`` header, or a new one without a valid header."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found and not traceparent_is_void(found):
        return found[1]
    return secrets.token_hex(16)


def traceparent_is_void(found: re.Match[str]) -> bool:
    """Return whether the version, the trace or the span of a header is one that W3C forbids."""
    version, extra = found[0][:2], found[3]
    forbidden = version == "ff" or (version == "00" and extra is not None)
    return forbidden or any(_NOTHING.fullmatch(part) for part in (found[1], found[2]))


def submit(session: Session, user: User, jobs: Sequence[NewJob], *, trace_id: str) -> list[JobRow]:
    """Store jobs in this order. Raises Conflict, which names the job that has the queueing lock already."""
    _require_free_locks(session, user, jobs)
    now, ids = moment(session), [uuid4() for _ in jobs]
    scheduled = [_scheduled_at(job, now) for job in jobs]
    tracked = [(job_id, job.retry.max_attempts) for job_id, job in zip(ids, jobs, strict=True) if job.track]
    statuses = dict(zip((job_id for job_id, _ in tracked), create_statuses(session, tracked, by=user.id), strict=True))
    entries = [
        NewEntry(
            task=job.task,
            queue=_queue(job),
            priority=job.priority,
            lock=_private(user, job.lock),
            queueing_lock=_private(user, job.queueing_lock),
            schedule_at=at,
            arguments={"job_id": str(job_id)},
        )
        for job_id, job, at in zip(ids, jobs, scheduled, strict=True)
    ]
    queue_ids = defer_all(session, entries)
    rows = [
        # Each a microsecond later than the one before, so that lists keep the order of the request.
        _new_row(user, job, job_id, queue_id, now + timedelta(microseconds=index), at, statuses.get(job_id), trace_id)
        for index, (job_id, job, queue_id, at) in enumerate(zip(ids, jobs, queue_ids, scheduled, strict=True))
    ]
    session.add_all(rows)
    session.flush()
    events = [{"job_id": row.id, "type": JobEventType.SUBMITTED, "run": None, "at": row.submitted_at} for row in rows]
    session.execute(insert(JobEventRow), events)
    return rows


def _require_free_locks(session: Session, user: User, jobs: Sequence[NewJob]) -> None:
    places: dict[str, int] = {}
    for index, job in enumerate(jobs):
        lock = _private(user, job.queueing_lock)
        if lock in places:
            raise Conflict(f"jobs.{index} has the same queueing lock as jobs.{places[lock]}.")
        if lock is not None:
            places[lock] = index
    for lock in sorted(places):  # simultaneous submissions with the same locks come one after the other
        session.execute(_SERIALISE, {"key": _number(lock)})
    for lock, index in places.items():
        if (waiting := session.scalar(_WAITING, {"lock": lock})) is not None:
            place = f"jobs.{index}: " if len(jobs) > 1 else ""
            raise Conflict(f"{place}The job {waiting} has this queueing lock and has not started.")


def _number(lock: str) -> int:
    return int.from_bytes(hashlib.sha256(lock.encode()).digest()[:8], signed=True)


def _private(user: User, lock: str | None) -> str | None:
    return None if lock is None else f"{user.id}:{lock}"


def _queue(job: NewJob) -> str:
    return job.queue or TASKS[job.task].queue


def _scheduled_at(job: NewJob, now: datetime) -> datetime | None:
    if job.schedule_in_seconds is not None:
        return now + timedelta(seconds=job.schedule_in_seconds)
    return job.schedule_at


def _new_row(
    user: User,
    job: NewJob,
    job_id: UUID,
    queue_id: int,
    submitted_at: datetime,
    scheduled_at: datetime | None,
    status_id: UUID | None,
    trace_id: str,
) -> JobRow:
    fields: Mapping[str, object] = job.model_dump(
        include={"task", "args", "priority", "lock", "queueing_lock", "timeout_seconds", "track", "retry"}
    )
    return JobRow(
        **fields,
        id=job_id,
        queue_id=queue_id,
        queue=_queue(job),
        owner_id=user.id,
        status=JobState.TODO,
        status_id=status_id,
        scheduled_at=scheduled_at,
        attempts=0,
        failures=0,
        lost_runs=0,
        abort_requested=False,
        trace_id=trace_id,
        submitted_at=submitted_at,
        ready_at=max(submitted_at, scheduled_at or submitted_at),
        updated_at=submitted_at,
    )
