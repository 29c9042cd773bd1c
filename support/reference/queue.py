"""The queue: Procrastinate on the platform's PostgreSQL. Its processes are ``worker.py`` and ``recovery.py``.

Delivery is at least once. A task therefore makes its effect idempotent (a unique key or a conditional update, committed
with the effect) and is a plain function: it runs in a thread, so that the worker's heartbeat goes on beside it.
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

# Housekeeping whose moment passed while no worker ran waits for its next moment.
# It has no connector of its own: the worker and recovery bring theirs, and ``defer`` uses its caller's connection.
queue = procrastinate.App(connector=procrastinate.PsycopgConnector(), periodic_defaults={"max_delay": 60})

# Never opened: it writes jobs through connections that callers bring, also inside the worker, whose own connector is
# asynchronous.
_enqueuer = JobManager(procrastinate.SyncPsycopgConnector())

_services: Services | None = None
_given_up_handlers: dict[str, Callable[..., None]] = {}


class Backoff(procrastinate.BaseRetryStrategy):
    """Run again after 0.2, 0.4, 0.8 and 1.6 s, and then every 1.6 s; only after errors that may heal.

    Its task ends the job after ``MAX_RUNS``. A healing error that comes even then kept it from noting that, and the job
    must not end before its task. A job that is aborted because its worker stops is run again at once, however often.
    """

    def __init__(self, *healing: type[Exception]) -> None:
        self._healing = healing

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """When to run the job again, or None to let it fail."""
        if isinstance(exception, JobAborted):
            return procrastinate.RetryDecision(retry_at=utc_now())
        if not isinstance(exception, self._healing):
            return None
        wait = _RETRY_BASE_SECONDS * _RETRY_FACTOR ** min(job.attempts, MAX_RUNS - 2)
        return procrastinate.RetryDecision(retry_at=utc_now() + timedelta(seconds=wait))


RETRY = Backoff(DatabaseUnavailable, StorageUnavailable)
"""The strategy of a job that needs the database and the storage."""


def defer(session: Session, task: Task[..., Any, ...], *, priority: int = 0, **arguments: Any) -> int:
    """Enqueue a job inside the caller's transaction: rows and job are committed together, or neither is.

    A job of higher priority runs before those that wait. Arguments are JSON values (an id travels as a string). Returns
    the id of the job.
    """
    connection = session.connection().connection.driver_connection
    job = task.configure(priority=priority).make_new_job(**arguments)
    deferred = _enqueuer.defer_job(job, connection=connection)
    assert deferred.id is not None
    return deferred.id


def cancel_job(session: Session, task_id: str) -> bool:
    """Cancel the job with this argument, inside the caller's transaction; False when a worker has it, or had it."""
    job_id = session.scalar(
        text("SELECT id FROM procrastinate_jobs WHERE args->>'task_id' = :task_id"), {"task_id": task_id}
    )
    connection = session.connection().connection.driver_connection
    return job_id is not None and _enqueuer.cancel_job_by_id(job_id, connection=connection)


def use_services(services: Services) -> None:
    """Give tasks their services. The worker calls it once, before it takes a job."""
    global _services
    _services = services


def services() -> Services:
    """The services of the process that runs the current task."""
    if _services is None:
        raise RuntimeError("tasks have services only in a worker or recovery process")
    return _services


def on_given_up(task: Task[..., Any, ...], handler: Callable[..., None]) -> None:
    """Say what else fails when recovery gives a job up: ``handler(**arguments of the job)``.

    A job is given up when its worker died under it more than three times. The handler runs in the recovery process
    and must be idempotent.
    """
    _given_up_handlers[task.name] = handler


def given_up_handler(task_name: str) -> Callable[..., None] | None:
    """What :func:`on_given_up` was told about a task."""
    return _given_up_handlers.get(task_name)


def connector(settings: Settings, *, connections: int) -> procrastinate.PsycopgConnector:
    """The asynchronous connections of a worker or recovery process."""
    return procrastinate.PsycopgConnector(
        conninfo=libpq_url(settings.database_url.get_secret_value()),
        kwargs=CONNECTION_OPTIONS,
        min_size=1,
        max_size=connections,
        timeout=2,
    )
