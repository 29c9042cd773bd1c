"""The entries of jobs in Procrastinate's table. Each function works in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from support.reference.jobs.states import JobState

_LOCK = text("SELECT status::text AS status, worker_id FROM procrastinate_jobs WHERE id = :id FOR UPDATE")
_REQUEUE = text(
    "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = :at, abort_requested = false, "
    "attempts = attempts + 1 WHERE id = :id"
)
_END = text(
    "UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status), abort_requested = false "
    "WHERE id = :id"
)
_ABORT = text("UPDATE procrastinate_jobs SET abort_requested = true WHERE id = :id AND status = 'doing'")
_DELETE = text("DELETE FROM procrastinate_jobs WHERE id = :id")


def lock(session: Session, queue_id: int) -> tuple[str, int | None] | None:
    """Lock an entry; returns its state and its worker, None if it does not exist."""
    found = session.execute(_LOCK, {"id": queue_id}).one_or_none()
    return (found.status, found.worker_id) if found else None


def requeue(session: Session, queue_id: int, at: datetime | None) -> None:
    """Put an entry back to todo, not to be taken before a time."""
    session.execute(_REQUEUE, {"id": queue_id, "at": at})


def end(session: Session, queue_id: int, state: JobState) -> None:
    """End an entry in the state of its job."""
    session.execute(_END, {"id": queue_id, "status": state.value})


def request_abort(session: Session, queue_id: int) -> None:
    """Notify the worker of a running entry that its run should end."""
    session.execute(_ABORT, {"id": queue_id})


def delete(session: Session, queue_id: int) -> None:
    """Delete an entry and, by the schema, its job."""
    session.execute(_DELETE, {"id": queue_id})
