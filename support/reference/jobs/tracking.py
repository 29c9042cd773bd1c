"""How a tracked job reports to its status.

Each function works in the caller's transaction. A change that the state of the status does not allow is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from support.reference.errors import PlatformError
from support.reference.jobs.tables import JobRow
from support.reference.status import service
from support.reference.status.requests import NewStatus
from support.reference.status.states import State
from support.reference.status.tables import StatusRow

_CANCELLED = "the job was cancelled"


def create_statuses(session: Session, jobs: Sequence[tuple[UUID, int]], *, by: UUID) -> list[UUID]:
    """Create a queued status for each job: its id and ``max_attempts``. Returns the ids in the same order."""
    fields = [
        NewStatus(external_id=str(job_id), max_retries=max_attempts - 1).model_dump() for job_id, max_attempts in jobs
    ]
    rows = service.create(session, fields, by=by) if fields else []
    session.flush()  # before the jobs that refer to them
    return [row.status_id for row in rows]


def report_start(session: Session, status_id: UUID, worker_id: int) -> None:
    """Report that a run starts."""
    fields = {"new_status": State.STARTING, "worker_id": str(worker_id)}
    _report_to(session, status_id, lambda status: service.update(session, status, fields, by=None))


def report_heartbeat(session: Session, status_id: UUID, worker_id: int) -> None:
    """Report that the worker is alive."""
    fields = {"worker_id": str(worker_id)}
    _report_to(session, status_id, lambda status: service.beat(session, status, fields, by=None))


def report_retry(session: Session, job: JobRow, reason: str) -> None:
    """Report a failure that is retried."""
    fields = {"error_info": reason, "should_retry": True}
    _report(session, job, lambda status: service.report_error(session, status, fields, by=None))


def report_success(session: Session, status_id: UUID) -> None:
    """Report that the job has succeeded."""
    fields = {"new_status": State.COMPLETED}
    _report_to(session, status_id, lambda status: service.update(session, status, fields, by=None))


def report_failure(session: Session, job: JobRow, reason: str) -> None:
    """Report that the job has failed or was aborted."""
    fields = {"new_status": State.FAILED, "error_info": reason}
    _report(session, job, lambda status: service.update(session, status, fields, by=None))


def report_cancel(session: Session, job: JobRow) -> None:
    """Report that the job was cancelled."""
    fields = {"new_status": State.CANCELLED, "change_reason": _CANCELLED}
    _report(session, job, lambda status: service.update(session, status, fields, by=None))


def report_manual_retry(session: Session, job: JobRow, *, by: UUID) -> None:
    """Report that the job was retried by hand."""
    _report(session, job, lambda status: service.retry(session, status, by=by))


def _report(session: Session, job: JobRow, change: Callable[[StatusRow], None]) -> None:
    if job.status_id is not None:
        _report_to(session, job.status_id, change)


def _report_to(session: Session, status_id: UUID, change: Callable[[StatusRow], None]) -> None:
    status = session.get(StatusRow, status_id, with_for_update=True)
    if status is None:
        return
    try:
        change(status)
    except PlatformError:  # the functions of the status raise before they change anything
        return
