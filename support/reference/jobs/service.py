"""Reading jobs, and what users request of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from support.reference.access.service import User
from support.reference.errors import Conflict, NotFound
from support.reference.jobs import transitions
from support.reference.jobs.states import ENDS, JobState
from support.reference.jobs.tables import JobEventRow, JobRow, RunRow
from support.reference.services import Services


class JobWithRuns(NamedTuple):
    """A job and its runs, oldest first."""

    job: JobRow
    runs: Sequence[RunRow]


def get(services: Services, user: User, job_id: UUID) -> JobWithRuns:
    """Return a job of the user, or any job for an administrator. Raises NotFound."""
    with services.database.begin() as session:
        return _with_runs(session, [_accessible(session, user, job_id)])[0]


def list_jobs(
    services: Services, user: User, filters: Mapping[str, Any], *, limit: int, offset: int
) -> tuple[list[JobWithRuns], int]:
    """Return a page of the user's jobs, newest first, and the number of all that match; for administrators of all."""
    conditions = _conditions(user, filters)
    page = select(JobRow).where(*conditions).order_by(JobRow.submitted_at.desc(), JobRow.id.desc())
    with services.database.begin() as session:
        jobs = session.scalars(page.limit(limit).offset(offset)).all()
        total = session.scalar(select(func.count()).select_from(JobRow).where(*conditions)) or 0
        return _with_runs(session, jobs), total


def list_events(
    services: Services, user: User, job_id: UUID, *, limit: int, offset: int
) -> tuple[Sequence[JobEventRow], int]:
    """Return a page of the events of a job, oldest first, and their number. Raises NotFound."""
    of_job = JobEventRow.job_id == job_id
    with services.database.begin() as session:
        _accessible(session, user, job_id)
        events = session.scalars(
            select(JobEventRow).where(of_job).order_by(JobEventRow.seq).limit(limit).offset(offset)
        ).all()
        return events, session.scalar(select(func.count()).select_from(JobEventRow).where(of_job)) or 0


def cancel(services: Services, user: User, job_id: UUID) -> JobWithRuns:
    """End a job that waits. Raises NotFound, and Conflict once it has started."""
    with services.database.begin() as session:
        job = _locked(session, user, job_id)
        if job.status is not JobState.TODO:
            raise _state_conflict(job)
        transitions.cancel(session, job)
        return _with_runs(session, [job])[0]


def abort(services: Services, user: User, job_id: UUID) -> JobWithRuns:
    """End a job that waits, or request the end of its run. Raises NotFound, and Conflict after the end."""
    with services.database.begin() as session:
        job = _locked(session, user, job_id)
        if job.status is JobState.TODO:
            transitions.cancel(session, job)
        elif job.status is JobState.DOING and not job.abort_requested:
            transitions.request_abort(session, job)
        elif job.abort_requested:
            raise Conflict("The abort of the job is requested already.")
        else:
            raise _state_conflict(job)
        return _with_runs(session, [job])[0]


def retry(services: Services, user: User, job_id: UUID) -> JobWithRuns:
    """Put a job that failed or was aborted back to todo. Raises NotFound, and Conflict in every other state."""
    with services.database.begin() as session:
        job = _locked(session, user, job_id)
        if job.status not in (JobState.FAILED, JobState.ABORTED):
            raise _state_conflict(job)
        transitions.retry(session, job, by=user.id)
        return _with_runs(session, [job])[0]


def delete(services: Services, user: User, job_id: UUID) -> None:
    """Delete a job with its runs and events; its effect stays. Raises NotFound, and Conflict before its end."""
    with services.database.begin() as session:
        job = _locked(session, user, job_id)
        if job.status not in ENDS:
            raise _state_conflict(job)
        session.delete(job)
        session.flush()


def jobs_of(session: Session, user_id: UUID) -> list[JobWithRuns]:
    """Return all jobs of a user, oldest first."""
    jobs = session.scalars(select(JobRow).where(JobRow.owner_id == user_id).order_by(JobRow.submitted_at, JobRow.id))
    return _with_runs(session, jobs.all())


def erase_jobs_of(session: Session, user_id: UUID) -> int:
    """End the jobs of a user and delete them; their effects stay. Returns their number."""
    ids = session.scalars(select(JobRow.id).where(JobRow.owner_id == user_id).order_by(JobRow.queue_id)).all()
    erased = 0
    for job_id in ids:
        if job := transitions.lock_job(session, job_id):
            transitions.end_for_erasure(session, job)
            session.delete(job)
            session.flush()
            erased += 1
    return erased


def _conditions(user: User, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [getattr(JobRow, name) == value for name, value in filters.items() if name not in ("since", "until")]
    if "since" in filters:
        conditions.append(JobRow.submitted_at >= filters["since"])
    if "until" in filters:
        conditions.append(JobRow.submitted_at <= filters["until"])
    if not user.has_role("administrator"):
        conditions.append(JobRow.owner_id == user.id)
    return conditions


def _locked(session: Session, user: User, job_id: UUID) -> JobRow:
    _accessible(session, user, job_id)  # before the lock, so that no one waits for another user's job
    job = transitions.lock_job(session, job_id)
    if job is None:
        raise unknown_job()
    return job


def _accessible(session: Session, user: User, job_id: UUID) -> JobRow:
    job = session.get(JobRow, job_id)
    if job is None or (job.owner_id != user.id and not user.has_role("administrator")):
        raise unknown_job()
    return job


def unknown_job() -> NotFound:
    """Create the error for an id that is not a job of the user."""
    return NotFound("The job was not found.")


def _state_conflict(job: JobRow) -> Conflict:
    return Conflict(f"The job is {job.status}.")


def _with_runs(session: Session, jobs: Sequence[JobRow]) -> list[JobWithRuns]:
    runs: dict[UUID, list[RunRow]] = {job.id: [] for job in jobs}
    found = select(RunRow).where(RunRow.job_id.in_(runs)).order_by(RunRow.job_id, RunRow.number)
    for run in session.scalars(found):
        runs[run.job_id].append(run)
    return [JobWithRuns(job, runs[job.id]) for job in jobs]
