"""The queue: Procrastinate on the platform's PostgreSQL, see ``worker.py``, ``recovery.py``.

Delivery is at least once. A task therefore makes its effect idempotent (a unique key or a conditional update, committed
with the effect). It is a plain function that runs in a thread, so that the worker's heartbeat continues meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.tasks import Task
from sqlalchemy import text
from sqlalchemy.orm import Session

from support.reference.database import CONNECTION_OPTIONS, libpq_url, utc_now
from support.reference.errors import DatabaseUnavailable, StorageUnavailable

if TYPE_CHECKING:
    from support.reference.services import Services
    from support.reference.settings import Settings

MAX_RUNS = 5
_RETRY_BASE_SECONDS = 0.2
_RETRY_FACTOR = 2

# A periodic task that was missed while no worker ran waits for its next time.
# The worker and recovery replace the connector, and ``defer`` uses its caller's connection.
queue = procrastinate.App(connector=procrastinate.PsycopgConnector(), periodic_defaults={"max_delay": 60})

# Never opened: it writes jobs through its callers' connections, also inside the worker, whose own connector is
# asynchronous.
_enqueuer = JobManager(procrastinate.SyncPsycopgConnector())

_services: Services | None = None
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


def defer(session: Session, task: Task[..., Any, ...], *, priority: int = 0, **arguments: Any) -> int:
    """Enqueue a job inside the caller's transaction: rows and job are committed together.

    Jobs of a higher priority run first. Arguments are JSON values (an id is text). Returns the id of the job.
    """
    connection = session.connection().connection.driver_connection
    job = task.configure(priority=priority).make_new_job(**arguments)
    deferred = _enqueuer.defer_job(job, connection=connection)
    assert deferred.id is not None
    return deferred.id


def cancel_job(session: Session, task_id: str) -> bool:
    """Cancel the job with this ``task_id`` inside the caller's transaction.

    Returns False if a worker has taken it.
    """
    job_id = session.scalar(
        text("SELECT id FROM procrastinate_jobs WHERE args->>'task_id' = :task_id"), {"task_id": task_id}
    )
    connection = session.connection().connection.driver_connection
    return job_id is not None and _enqueuer.cancel_job_by_id(job_id, connection=connection)


def use_services(services: Services) -> None:
    """Set the services of tasks. The worker calls it once, before it takes a job."""
    global _services
    _services = services


def services() -> Services:
    """Return the services of the process that runs the task."""
    if _services is None:
        raise RuntimeError("tasks have services only in a worker or recovery process")
    return _services


def on_given_up(task: Task[..., Any, ...], handler: Callable[..., None]) -> None:
    """Register what else to do when recovery gives a job up.

    ``handler`` is called with the arguments of the job, in the recovery process, and must be idempotent. A job is given
    up when it lost its worker more than three times.
    """
    _given_up_handlers[task.name] = handler


def given_up_handler(task_name: str) -> Callable[..., None] | None:
    """Return the handler that was registered with :func:`on_given_up`, or None."""
    return _given_up_handlers.get(task_name)


def connector(settings: Settings, *, connections: int) -> procrastinate.PsycopgConnector:
    """Return the asynchronous connections of a worker or recovery process."""
    return procrastinate.PsycopgConnector(
        conninfo=libpq_url(settings.database_url.get_secret_value()),
        kwargs=CONNECTION_OPTIONS,
        min_size=1,
        max_size=connections,
        timeout=2,
    )
