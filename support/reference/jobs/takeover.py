"""Taking over the job of a worker that was killed or frozen."""

from __future__ import annotations

import logging

from sqlalchemy import select

from support.reference.jobs import entries, transitions
from support.reference.jobs.states import JobState, Outcome
from support.reference.jobs.tables import JobRow, RunRow
from support.reference.services import Services

logger = logging.getLogger(__name__)


def take_over_job(services: Services, queue_id: int, worker_id: int | None) -> None:
    """End the lost run of a queue entry, whose worker has been dismissed.

    The job waits for its next run, or fails with the fourth lost run. A success that its worker could not confirm is
    confirmed; the entry of a job that was deleted meanwhile is deleted.
    """
    with services.database.begin() as session:
        job_id = session.scalar(select(JobRow.id).where(JobRow.queue_id == queue_id))
        job = transitions.lock_job(session, job_id) if job_id is not None else None
        entry = entries.lock(session, queue_id)
        if entry is None or entry[0] != JobState.DOING or entry[1] not in (None, worker_id):
            return  # it has ended, or another worker has it
        if job is None:
            entries.delete(session, queue_id)
        elif job.status is JobState.SUCCEEDED:
            entries.end(session, queue_id, JobState.SUCCEEDED)
        elif job.status is JobState.DOING:
            run = session.get_one(RunRow, (job.id, job.attempts), populate_existing=True)
            if run.outcome is Outcome.RUNNING:
                transitions.lose(session, job, run)
                logger.warning("job %s lost the worker of run %d", job.id, run.number)
