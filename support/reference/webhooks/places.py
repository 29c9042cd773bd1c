"""The worker's places for deliveries, beside those for other jobs.

A receiver that does not answer holds a place for the whole time limit. Therefore deliveries take no places from other
jobs, and one webhook takes no more than its share: the fewer places are free, the smaller it is, so that the first
delivery of another webhook finds a place.
"""

from __future__ import annotations

import asyncio
import time

from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.worker import Worker

DELIVERY_QUEUE = "webhooks"
PLACES = 64

_LARGEST_SHARE = 8
_POLL_SECONDS = 0.1

# As Procrastinate's own, but without webhooks that have their share of the places. The queue is written out, and the
# first job of a lock is looked up, so that the partial indexes are used also before PostgreSQL has statistics: with 500
# waiting jobs that takes 0.3 ms instead of 240 ms.
_TAKE = """
WITH candidate AS (
    SELECT jobs.id FROM procrastinate_jobs AS jobs
    WHERE jobs.status = 'todo' AND jobs.queue_name = 'webhooks'
      AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
      AND jobs.args->>'webhook_id' NOT IN (
        SELECT args->>'webhook_id' FROM procrastinate_jobs WHERE status = 'doing' AND queue_name = 'webhooks'
        GROUP BY 1 HAVING count(*) >= %(share)s)
      AND jobs.id = (
        SELECT first.id FROM procrastinate_jobs AS first
        WHERE first.lock = jobs.lock AND first.queue_name = 'webhooks' AND first.status IN ('todo', 'doing')
        ORDER BY first.id LIMIT 1)
    ORDER BY jobs.id LIMIT 1 FOR UPDATE OF jobs SKIP LOCKED
)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker_id)s FROM candidate
WHERE procrastinate_jobs.id = candidate.id
RETURNING procrastinate_jobs.id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name,
    attempts, worker_id
"""


async def run_deliveries(worker: Worker) -> None:
    """Run delivery jobs for a registered worker until cancelled; it finishes those that have started."""
    running: set[asyncio.Task[None]] = set()
    while True:
        free = PLACES - len(running)
        job = await _dispatch(worker, share=min(_LARGEST_SHARE, (free + 1) // 2)) if free else None
        if job is None:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            _start(worker, job, running)


async def _dispatch(worker: Worker, *, share: int) -> Job | None:
    rows = await worker.app.connector.execute_query_all_async(_TAKE, share=share, worker_id=worker.worker_id)
    return Job.from_row(rows[0]) if rows else None


def _start(worker: Worker, job: Job, running: set[asyncio.Task[None]]) -> None:
    """Run a job as the worker runs its own, so that it waits for the job when it stops."""
    job_id = job.id
    context = JobContext(
        app=worker.app,
        worker_name=worker.worker_name,
        worker_queues=[DELIVERY_QUEUE],
        additional_context=worker.additional_context or {},
        job=job,
        abort_reason=lambda: worker._job_ids_to_abort.get(job_id) if job_id is not None else None,
        start_timestamp=time.time(),
    )
    started = asyncio.create_task(worker._process_job(context), name=f"process job {job.task_name}[{job_id}]")
    worker._running_jobs[started] = context
    running.add(started)

    def ended(task: asyncio.Task[None]) -> None:
        worker._running_jobs.pop(task, None)
        running.discard(task)

    started.add_done_callback(ended)
