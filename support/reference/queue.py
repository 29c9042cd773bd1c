"""The queue: Procrastinate on the platform's PostgreSQL, see ``worker.py``, ``recovery.py``.

Delivery is at least once. A task therefore makes its effect idempotent (a unique key or a conditional update, committed
with the effect). It is a plain function that runs in a thread, so that the worker's heartbeat continues meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.tasks import Task
from sqlalchemy import text
from sqlalchemy.orm import Session

from support.reference.database import CONNECTION_OPTIONS, libpq_url, utc_now
from support.reference.errors import DatabaseUnavailable, StorageUnavailable

MAX_RUNS = 5
_RETRY_BASE_SECONDS = 0.2
_RETRY_FACTOR = 2

# A periodic task that was missed while no worker ran waits for its next time.
# The worker and recovery replace the connector, and ``defer`` uses its caller's connection.
queue = procrastinate.App(connector=procrastinate.PsycopgConnector(), periodic_defaults={"max_delay": 60})

PAUSES_LOCK = 7_246_311
"""The advisory lock that a worker shares while it takes a job, and that pausing a queue holds alone."""

_TAKE = "SELECT * FROM take_job(%(queues)s::varchar[], %(worker_id)s, %(pauses)s)"


class _JobManager(JobManager):
    """Takes jobs by the rules of the platform, see the function ``take_job`` of the schema."""

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Take the next job of these queues, or of all. Returns None if there is none."""
        names = None if queues is None else list(queues)
        row = await self.connector.execute_query_one_async(
            query=_TAKE, queues=names, worker_id=worker_id, pauses=PAUSES_LOCK
        )
        return None if row["id"] is None else Job.from_row(row)


queue.job_manager = _JobManager(queue.connector)

# Never opened: it writes jobs through its callers' connections, also inside the worker, whose own connector is
# asynchronous.
_enqueuer = JobManager(procrastinate.SyncPsycopgConnector())

_given_up_handlers: dict[str, Callable[..., None]] = {}


class Backoff(procrastinate.BaseRetryStrategy):
    """Retries after 0.2, 0.4, 0.8 and 1.6 s, then every 1.6 s, and only after temporary errors.

    The task ends its job after ``MAX_RUNS``. A temporary error that comes even then kept it from storing that, and the
    job must not end before its task. A job that is aborted because its worker stops is run again immediately.
    """

    def __init__(self, *temporary: type[Exception]) -> None:
        self._temporary = temporary

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """Return when to run the job again, or None to fail it."""
        if isinstance(exception, JobAborted):
            return procrastinate.RetryDecision(retry_at=utc_now())
        if not isinstance(exception, self._temporary):
            return None
        wait = _RETRY_BASE_SECONDS * _RETRY_FACTOR ** min(job.attempts, MAX_RUNS - 2)
        return procrastinate.RetryDecision(retry_at=utc_now() + timedelta(seconds=wait))


RETRY = Backoff(DatabaseUnavailable, StorageUnavailable)
"""The strategy of a job that needs the database and the storage."""


def defer(
    session: Session, task: Task[..., Any, ...], *, priority: int = 0, lock: str | None = None, **arguments: Any
) -> int:
    """Enqueue a job inside the caller's transaction: rows and job are committed together.

    Jobs of a higher priority run first. Jobs of one ``lock`` run one after the other. Arguments are JSON values (an id
    is text). Returns the id of the job.
    """
    connection = session.connection().connection.driver_connection
    job = task.configure(priority=priority, lock=lock).make_new_job(**arguments)
    deferred = _enqueuer.defer_job(job, connection=connection)
    assert deferred.id is not None
    return deferred.id


@dataclass(frozen=True)
class NewEntry:
    """A job to enqueue: its task, its queue (see ``entry_queue``) and its options."""

    task: str
    queue: str
    priority: int
    lock: str | None
    queueing_lock: str | None
    schedule_at: datetime | None
    arguments: Mapping[str, Any]


def entry_queue(name: str) -> str:
    """Return the name that a queue of users' jobs has in Procrastinate's table.

    The work of the platform itself is in other queues, so that no pause and no filter of users' queues affects it.
    """
    return f"jobs.{name}"


def defer_all(session: Session, entries: Sequence[NewEntry]) -> list[int]:
    """Enqueue jobs in this order inside the caller's transaction. Returns their ids in the same order."""
    jobs = [
        queue.configure_task(
            entry.task,
            queue=entry_queue(entry.queue),
            priority=entry.priority,
            lock=entry.lock,
            queueing_lock=entry.queueing_lock,
            schedule_at=entry.schedule_at,
        ).make_new_job(**entry.arguments)
        for entry in entries
    ]
    connection = session.connection().connection.driver_connection
    ids = [job.id for job in _enqueuer.batch_defer_jobs(jobs, connection=connection)]
    return [job_id for job_id in ids if job_id is not None]


def defer_in_order(session: Session, task: Task[..., Any, ...], jobs: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Enqueue jobs of a task in this order, each with its lock and its arguments, inside the caller's transaction."""
    if jobs:
        connection = session.connection().connection.driver_connection
        new = [task.configure(lock=lock).make_new_job(**arguments) for lock, arguments in jobs]
        _enqueuer.batch_defer_jobs(new, connection=connection)


def cancel_job(session: Session, task_id: str) -> bool:
    """Cancel the job with this ``task_id`` inside the caller's transaction.

    Returns False if a worker has taken it.
    """
    job_id = session.scalar(
        text("SELECT id FROM procrastinate_jobs WHERE args->>'task_id' = :task_id"), {"task_id": task_id}
    )
    connection = session.connection().connection.driver_connection
    return job_id is not None and _enqueuer.cancel_job_by_id(job_id, connection=connection)


def on_given_up(task: Task[..., Any, ...], handler: Callable[..., None]) -> None:
    """Register what else to do when recovery gives a job up.

    ``handler`` is called with the arguments of the job, in the recovery process, and must be idempotent. A job is given
    up when it lost its worker more than three times.
    """
    _given_up_handlers[task.name] = handler


def given_up_handler(task_name: str) -> Callable[..., None] | None:
    """Return the handler that was registered with :func:`on_given_up`, or None."""
    return _given_up_handlers.get(task_name)


def connector(database_url: str, *, connections: int) -> procrastinate.PsycopgConnector:
    """Return the asynchronous connections of a worker or recovery process."""
    return procrastinate.PsycopgConnector(
        conninfo=libpq_url(database_url),
        kwargs=CONNECTION_OPTIONS,
        min_size=1,
        max_size=connections,
        timeout=2,
    )
