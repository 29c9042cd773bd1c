"""The transitions of a job: with its run, event, queue entry, status and record in one transaction.

All transitions lock in the same order: the status of a tracked job, its queue entry, the job. A run ends only once: a
late end, or the end of another run, changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from support.reference.jobs import entries, tracking
from support.reference.jobs.states import ENDS, JobEventType, JobState, Outcome, TaskFailed, covers
from support.reference.jobs.tables import JobEventRow, JobRow, RecordRow, RunRow
from support.reference.status.tables import StatusRow

MOST_LOST_RUNS = 4
# One statement, because every successful run waits for it.
_SUCCEED = text(
    "WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at), "
    "run AS (UPDATE job_runs SET outcome = 'succeeded', ended_at = at FROM moment "
    "WHERE job_id = :job_id AND number = :number), "
    "event AS (INSERT INTO job_events (job_id, type, run, at) SELECT :job_id, 'succeeded', :number, at FROM moment) "
    "UPDATE jobs SET status = 'succeeded', result = CAST(:result AS json), error_kind = NULL, error_message = NULL, "
    "finished_at = at, updated_at = at FROM moment WHERE id = :job_id"
)
_ABORTED = "the job was aborted"
_TOO_OFTEN = "the worker stopped too often while working on it"


@dataclass(frozen=True)
class RunKey:
    """One run of one job, with the queue entry and the status of the job."""

    job_id: UUID
    number: int
    queue_id: int
    status_id: UUID | None


def moment(session: Session) -> datetime:
    """Return the time of the database, which all times of jobs are."""
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    return now


def lock_job(session: Session, job_id: UUID) -> JobRow | None:
    """Return a job, locked with its entry and status until the end of the transaction, or None."""
    found = session.execute(select(JobRow.queue_id, JobRow.status_id).where(JobRow.id == job_id)).one_or_none()
    return None if found is None else _lock(session, job_id, found.queue_id, found.status_id)


def current_run(session: Session, key: RunKey) -> tuple[JobRow, RunRow] | None:
    """Return the locked job and the run, or None if the run has ended or is not the current one."""
    job = _lock(session, key.job_id, key.queue_id, key.status_id)
    if job is None or job.status is not JobState.DOING or job.attempts != key.number:
        return None
    run = session.get(RunRow, (job.id, key.number), populate_existing=True)
    return (job, run) if run is not None and run.outcome is Outcome.RUNNING else None


def lock_run(session: Session, key: RunKey) -> bool:
    """Lock the job of the current run, without its entry; False if the run has ended or is about to be aborted."""
    _lock_status(session, key.status_id)
    current = (JobRow.id == key.job_id, JobRow.status == JobState.DOING, JobRow.attempts == key.number)
    locked = select(JobRow.id).where(*current, JobRow.abort_requested.is_(False)).with_for_update(key_share=True)
    return session.scalar(locked) is not None


def _lock(session: Session, job_id: UUID, queue_id: int, status_id: UUID | None) -> JobRow | None:
    _lock_status(session, status_id)
    entries.lock(session, queue_id)
    return session.get(JobRow, job_id, with_for_update={"key_share": True}, populate_existing=True)


def _lock_status(session: Session, status_id: UUID | None) -> None:
    if status_id is not None:
        session.execute(select(StatusRow.status_id).where(StatusRow.status_id == status_id).with_for_update())


def record_event(
    session: Session, job: JobRow, event_type: JobEventType, at: datetime, *, run: int | None = None
) -> None:
    """Add an event of a locked job."""
    session.add(JobEventRow(job_id=job.id, type=event_type, run=run, at=at))
    session.flush()  # numbered in the order of the calls


# Ends of runs


def succeed(session: Session, key: RunKey, result: Any) -> None:
    """End a locked run, and its job, as succeeded. Its effect is part of the same transaction.

    The worker confirms the success to the queue afterwards; if it is killed before, the takeover does.
    """
    values = {"job_id": key.job_id, "number": key.number, "result": None if result is None else json.dumps(result)}
    session.execute(_SUCCEED, values)
    if key.status_id is not None:
        tracking.report_success(session, key.status_id)


def fail(session: Session, job: JobRow, run: RunRow, failure: TaskFailed, outcome: Outcome) -> None:
    """End the current run with a failure: the job waits for its next run, or fails.

    A job whose abort was requested is aborted instead.
    """
    if job.abort_requested:
        abort(session, job, run)
        return
    at = _close(session, run, outcome)
    job.failures += 1
    job.error_kind, job.error_message = run.error_kind, run.error_message = failure.kind, failure.message
    if not covers(job.retry["on"], failure.kind) or job.failures >= job.retry["max_attempts"]:
        _fail(session, job, run, at, failure.message)
        return
    run.retry_at = at + timedelta(seconds=max(_wait(job.retry, job.failures), failure.wait_seconds))
    record_event(session, job, JobEventType.RETRY_SCHEDULED, at, run=run.number)
    job.scheduled_at = run.retry_at
    _requeue(session, job, run.retry_at, at)
    tracking.report_retry(session, job, failure.message)


def abort(session: Session, job: JobRow, run: RunRow) -> None:
    """End the current run, and the job, as aborted."""
    at = _close(session, run, Outcome.ABORTED)
    job.error_kind = job.error_message = None
    record_event(session, job, JobEventType.ABORTED, at, run=run.number)
    _finish(session, job, JobState.ABORTED, at)
    entries.end(session, job.queue_id, JobState.ABORTED)
    tracking.report_failure(session, job, _ABORTED)


def requeue(session: Session, job: JobRow, run: RunRow) -> None:
    """Return the job of the current run to the queue: its worker stops."""
    if job.abort_requested:
        abort(session, job, run)
        return
    at = _close(session, run, Outcome.REQUEUED)
    record_event(session, job, JobEventType.REQUEUED, at, run=run.number)
    _requeue(session, job, at, at)


def lose(session: Session, job: JobRow, run: RunRow) -> None:
    """End the current run, whose worker was killed or frozen. The job runs again, up to the fourth lost run."""
    if job.abort_requested:
        abort(session, job, run)
        return
    at = _close(session, run, Outcome.LOST)
    job.lost_runs += 1
    record_event(session, job, JobEventType.TAKEN_OVER, at, run=run.number)
    if job.lost_runs < MOST_LOST_RUNS:
        _requeue(session, job, at, at)
        return
    job.error_kind, job.error_message = "unexpected", _TOO_OFTEN
    _fail(session, job, run, at, _TOO_OFTEN)


# Requests of users


def cancel(session: Session, job: JobRow) -> None:
    """End a locked job in todo as cancelled."""
    at = moment(session)
    record_event(session, job, JobEventType.CANCELLED, at)
    _finish(session, job, JobState.CANCELLED, at)
    entries.end(session, job.queue_id, JobState.CANCELLED)
    tracking.report_cancel(session, job)


def request_abort(session: Session, job: JobRow) -> None:
    """Request the end of the run of a locked job in doing."""
    at = moment(session)
    job.abort_requested, job.updated_at = True, at
    record_event(session, job, JobEventType.ABORT_REQUESTED, at, run=job.attempts)
    entries.request_abort(session, job.queue_id)


def retry(session: Session, job: JobRow, *, by: UUID) -> None:
    """Put a locked job that failed or was aborted back to todo."""
    at = moment(session)
    job.failures = job.lost_runs = 0
    job.finished_at = job.scheduled_at = None
    job.abort_requested = False
    record_event(session, job, JobEventType.RETRIED, at)
    _requeue(session, job, at, at)
    session.execute(
        update(RecordRow).where(RecordRow.job_id == job.id, RecordRow.state == "failed").values(state="requested")
    )
    tracking.report_manual_retry(session, job, by=by)


def end_for_erasure(session: Session, job: JobRow) -> None:
    """Cancel or abort a locked job that has not ended, without waiting for its run."""
    if job.status is JobState.TODO:
        cancel(session, job)
    elif job.status not in ENDS:
        run = session.get(RunRow, (job.id, job.attempts), populate_existing=True)
        assert run is not None
        at = _close(session, run, Outcome.ABORTED)
        record_event(session, job, JobEventType.ABORTED, at, run=run.number)
        _finish(session, job, JobState.ABORTED, at)
        tracking.report_failure(session, job, _ABORTED)


# Parts of transitions


def _close(session: Session, run: RunRow, outcome: Outcome) -> datetime:
    run.outcome, run.ended_at = outcome, moment(session)
    return run.ended_at


def _requeue(session: Session, job: JobRow, ready_at: datetime, at: datetime) -> None:
    job.status, job.ready_at, job.updated_at = JobState.TODO, ready_at, at
    session.flush()
    entries.requeue(session, job.queue_id, ready_at)


def _fail(session: Session, job: JobRow, run: RunRow, at: datetime, reason: str) -> None:
    record_event(session, job, JobEventType.FAILED, at, run=run.number)
    _finish(session, job, JobState.FAILED, at)
    entries.end(session, job.queue_id, JobState.FAILED)
    tracking.report_failure(session, job, reason)


def _finish(session: Session, job: JobRow, state: JobState, at: datetime) -> None:
    job.status, job.finished_at, job.updated_at, job.abort_requested = state, at, at, False
    session.flush()
    if state is not JobState.SUCCEEDED:
        session.execute(
            update(RecordRow).where(RecordRow.job_id == job.id, RecordRow.state == "requested").values(state="failed")
        )


def _wait(policy: dict[str, Any], failures: int) -> float:
    """Return the wait after so many failures, in seconds."""
    wait: float = min(policy["base_seconds"] * policy["factor"] ** (failures - 1), policy["cap_seconds"])
    return wait
