"""The worker process: takes jobs from the queue and runs them.

Procrastinate's worker stops when it loses the database; the supervisor then starts a new one, which waits for the
database. The watchdog that stops it runs only if there is a periodic task, which this module has.

A worker has a heartbeat, and a lock on the connection of its heartbeat: the lock disappears with the process, and stays
while the process is only delayed. Recovery deletes the registration of a dead worker before another one gets its jobs;
a worker without registration exits at its next heartbeat.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.worker import Worker
from pydantic import SecretStr

from support.reference.access.service import remove_expired_sessions
from support.reference.database import CONNECTION_OPTIONS, libpq_url, wait_for_database, with_session_name
from support.reference.idempotency.service import remove_expired
from support.reference.jobs.execution import execution_context
from support.reference.jobs.states import QUEUES
from support.reference.jobs.tasks import is_job
from support.reference.queue import connector, entry_queue, queue
from support.reference.services import Services, services_of, task_context
from support.reference.settings import PLATFORM_QUEUE, Settings, WorkerSettings
from support.reference.webhooks.places import PLACES, run_deliveries

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 0.2
STALLED_SECONDS = 1.0
"""The age of a heartbeat from which a worker without its lock counts as dead: five missed heartbeats."""
FROZEN_SECONDS = 2.0
"""The age of a heartbeat from which a worker counts as dead even with its lock."""
ALIVE_LOCK = 1
"""The first key of the advisory lock of a running worker; the second is its id."""

_POLL_SECONDS = 0.1
_ABORT_POLL_SECONDS = 0.2
# Below STALLED_SECONDS: a stopping worker sends no heartbeat, and recovery must not take its jobs meanwhile.
_SHUTDOWN_GRACE_SECONDS = 0.5
_STOP_TIMEOUT_SECONDS = 2.0
_OPEN_TIMEOUT_SECONDS = 3.0
_REGISTRATION_POLL_SECONDS = 0.01
# Beside the places: connections of the queue itself, and threads that store the ends of runs.
_SPARE_CONNECTIONS = 4
# Procrastinate's own queue, which holds the work of the platform itself.
_PLATFORM_ENTRIES = "default"

_DESCRIBE = (
    "INSERT INTO queue_workers (id, name, queues, concurrency, session_name) "
    "VALUES (%(id)s, %(name)s, %(queues)s, %(concurrency)s, %(session_name)s) "
    "ON CONFLICT DO NOTHING"
)
# Only a run that has ended well is left to confirm: every other end changes the entry with the job. The entry of a
# deleted job goes with the end of its run, see the schema; an entry that never had a job fails.
_CONFIRM = """
WITH own AS (
    SELECT entry.id, jobs.status, entry.abort_requested FROM procrastinate_jobs AS entry
    LEFT JOIN jobs ON jobs.queue_id = entry.id
    WHERE entry.id = %(id)s AND entry.status = 'doing' AND entry.worker_id = %(worker)s
), removed AS (
    DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM own WHERE own.status IS NULL AND abort_requested)
)
UPDATE procrastinate_jobs AS entry SET attempts = entry.attempts + 1, abort_requested = false,
    status = CASE WHEN own.status IS NULL THEN 'failed' ELSE 'succeeded' END::procrastinate_job_status
FROM own WHERE entry.id = own.id AND entry.worker_id = %(worker)s AND entry.status = 'doing'
    AND (own.status = 'succeeded' OR (own.status IS NULL AND NOT own.abort_requested))
"""


@queue.periodic(cron="17 3 * * *")
@queue.task(name="access.remove_expired_sessions", pass_context=True)
def remove_sessions(context: JobContext, timestamp: int) -> None:
    """Delete expired sessions every night."""
    logger.info("removed %d expired sessions", remove_expired_sessions(services_of(context)))


@queue.periodic(cron="27 3 * * *")
@queue.task(name="idempotency.remove_expired_keys", pass_context=True)
def remove_keys(context: JobContext, timestamp: int) -> None:
    """Delete idempotency keys that are older than 24 hours, every night."""
    logger.info("removed %d expired idempotency keys", remove_expired(services_of(context)))


class TimeLimitedWorker(Worker):
    """A worker that exits soon after it is stopped, even if a job in a thread continues.

    Recovery takes such a job over, as after a kill. A worker whose registration was deleted exits immediately. ``life``
    is the connection of its heartbeat and its lock, used for nothing else.
    """

    def __init__(
        self,
        life: psycopg.AsyncConnection[Any],
        address: str,
        described: WorkerSettings,
        session_name: str,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._life = life
        self._address = address
        self._session_name = session_name
        self._described = described

    async def _run_loop(self) -> None:
        await self._hold_lock()
        description = {
            "id": self.worker_id,
            "name": self._described.name,
            "queues": list(self._described.queues or QUEUES),
            "concurrency": self._described.places,
            "session_name": self._session_name,
        }
        await self._life.execute(_DESCRIBE, description)
        await super()._run_loop()  # type: ignore[no-untyped-call]

    async def _hold_lock(self) -> None:
        await self._life.execute("SELECT pg_advisory_lock(%s, %s)", (ALIVE_LOCK, self.worker_id))

    async def _update_heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self.update_heartbeat_interval)
            try:
                await self._beat()
            except psycopg.OperationalError:
                # The connection was cut. If the database is there the worker goes on, otherwise it stops.
                self._life = await _connect(self._address)
                await self._hold_lock()
                await self._beat()

    def _start_side_tasks(self) -> list[asyncio.Task[Any]]:
        side_tasks: list[asyncio.Task[Any]] = super()._start_side_tasks()
        if _runs_platform_work(self._described):
            side_tasks.append(asyncio.create_task(run_deliveries(self), name="deliveries"))
        return side_tasks

    async def _beat(self) -> None:
        beat = await self._life.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s", (self.worker_id,)
        )
        if not beat.rowcount:
            logger.error("this worker was dismissed: its jobs are taken over")
            os._exit(1)

    async def _process_job(self, context: JobContext) -> None:
        if context.job.id is not None:  # a request that came after the end of an earlier run
            self._job_ids_to_abort.pop(context.job.id, None)
        await super()._process_job(context)

    async def _persist_job_status(self, job: Job, *and_its_end: Any, **options: Any) -> None:
        """Store how a job ended; exit if that is not possible."""
        try:
            if is_job(job.task_name):
                await self._confirm(job)
            else:
                await super()._persist_job_status(job, *and_its_end, **options)
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.errors.RaiseException):  # a job that another worker has by now
                logger.error("the end of a job could not be stored: this worker exits, others take its jobs over")
                self.stop()
            raise

    async def _confirm(self, job: Job) -> None:
        assert job.id is not None
        await queue.connector.execute_query_async(_CONFIRM, id=job.id, worker=job.worker_id)
        self._job_ids_to_abort.pop(job.id, None)

    def stop(self) -> None:
        """Take no more jobs, give running ones their grace period, then exit."""
        super().stop()  # type: ignore[no-untyped-call]
        asyncio.get_running_loop().call_later(_STOP_TIMEOUT_SECONDS, os._exit, 1)


def run(settings: Settings, described: WorkerSettings, ready: Callable[[], None]) -> None:
    """Run jobs until SIGTERM or the loss of the database.

    ``ready`` is called after registration. The caller exits without waiting for threads: a job may still run in one.
    """
    wait_for_database(settings.database_url.get_secret_value())
    session_name = f"{described.name}-{uuid4().hex}"
    named = SecretStr(with_session_name(settings.database_url.get_secret_value(), session_name))
    settings = settings.model_copy(update={"database_url": named})
    services = Services.from_settings(settings, pool_size=2 * described.places + _SPARE_CONNECTIONS + PLACES // 4)
    services.cache.invalidate()  # an earlier worker may have left outdated values to the API
    asyncio.new_event_loop().run_until_complete(_work(services, described, session_name, ready))


async def _work(services: Services, described: WorkerSettings, session_name: str, ready: Callable[[], None]) -> None:
    # A run needs a thread for its start, its end and its heartbeats, beside those of the platform's own tasks.
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(3 * described.places + _SPARE_CONNECTIONS + PLACES, thread_name_prefix="worker")
    )
    address = services.settings.database_url.get_secret_value()
    with queue.replace_connector(connector(address, connections=2 * _SPARE_CONNECTIONS)):
        async with asyncio.timeout(_OPEN_TIMEOUT_SECONDS):
            await queue.open_async()
        worker = TimeLimitedWorker(
            await _connect(libpq_url(address)),
            libpq_url(address),
            described,
            session_name,
            app=queue,
            queues=_entry_queues(described),
            concurrency=described.places,
            additional_context={
                **task_context(services),
                **execution_context(leave=lambda: worker.stop()),
            },
            fetch_job_polling_interval=_POLL_SECONDS,
            abort_job_polling_interval=_ABORT_POLL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=FROZEN_SECONDS,
            shutdown_graceful_timeout=_SHUTDOWN_GRACE_SECONDS,
        )
        working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        while worker.worker_id is None and not working.done():
            await asyncio.sleep(_REGISTRATION_POLL_SECONDS)
        if worker.worker_id is not None:
            ready()
        await working


def _entry_queues(described: WorkerSettings) -> list[str]:
    """Return the queues of a worker's places; deliveries of webhooks have places of their own."""
    names: Sequence[str] = described.queues or (PLATFORM_QUEUE, *QUEUES)
    return [_PLATFORM_ENTRIES if name == PLATFORM_QUEUE else entry_queue(name) for name in names]


def _runs_platform_work(described: WorkerSettings) -> bool:
    return described.queues is None or PLATFORM_QUEUE in described.queues


async def _connect(address: str) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(address, autocommit=True, **CONNECTION_OPTIONS)
