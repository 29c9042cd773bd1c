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
from collections.abc import Callable
from typing import Any

import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from support.reference.access.service import remove_expired_sessions
from support.reference.database import CONNECTION_OPTIONS, libpq_url, wait_for_database
from support.reference.queue import connector, queue, services, use_services
from support.reference.services import Services
from support.reference.settings import Settings

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 0.2
STALLED_SECONDS = 1.0
"""The age of a heartbeat from which a worker without its lock counts as dead: five missed heartbeats."""
FROZEN_SECONDS = 2.0
"""The age of a heartbeat from which a worker counts as dead even with its lock."""
ALIVE_LOCK = 1
"""The first key of the advisory lock of a running worker; the second is its id."""

_CONCURRENCY = 4
_POLL_SECONDS = 0.1
_ABORT_POLL_SECONDS = 0.2
# Below STALLED_SECONDS: a stopping worker sends no heartbeat, and recovery must not take its jobs meanwhile.
_SHUTDOWN_GRACE_SECONDS = 0.5
_STOP_TIMEOUT_SECONDS = 2.0
_OPEN_TIMEOUT_SECONDS = 3.0
_REGISTRATION_POLL_SECONDS = 0.01


@queue.periodic(cron="17 3 * * *")
@queue.task(name="access.remove_expired_sessions")
def remove_sessions(timestamp: int) -> None:
    """Delete expired sessions every night."""
    logger.info("removed %d expired sessions", remove_expired_sessions(services()))


class TimeLimitedWorker(Worker):
    """A worker that exits soon after it is stopped, even if a job in a thread continues.

    Recovery takes such a job over, as after a kill. A worker whose registration was deleted exits immediately. ``life``
    is the connection of its heartbeat and its lock, used for nothing else.
    """

    def __init__(self, life: psycopg.AsyncConnection[Any], **options: Any) -> None:
        super().__init__(**options)
        self._life = life

    async def _run_loop(self) -> None:
        await self._life.execute("SELECT pg_advisory_lock(%s, %s)", (ALIVE_LOCK, self.worker_id))
        await super()._run_loop()  # type: ignore[no-untyped-call]

    async def _update_heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self.update_heartbeat_interval)
            beat = await self._life.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s", (self.worker_id,)
            )
            if not beat.rowcount:
                logger.error("this worker lost its registration: other workers have its jobs")
                os._exit(1)

    async def _persist_job_status(self, *job: Any, **outcome: Any) -> None:
        """Store how a job ended; exit if that is not possible."""
        try:
            await super()._persist_job_status(*job, **outcome)
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.errors.RaiseException):  # a job that another worker has by now
                logger.error("the end of a job could not be stored: this worker exits, others take its jobs over")
                self.stop()
            raise

    def stop(self) -> None:
        """Take no more jobs, give running ones their grace period, then exit."""
        super().stop()  # type: ignore[no-untyped-call]
        asyncio.get_running_loop().call_later(_STOP_TIMEOUT_SECONDS, os._exit, 1)


def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Run jobs until SIGTERM or the loss of the database.

    ``ready`` is called after registration. The caller exits without waiting for threads: a job may still run in one.
    """
    wait_for_database(settings.database_url.get_secret_value())
    use_services(Services.from_settings(settings, pool_size=2 * _CONCURRENCY))
    services().cache.invalidate()  # an earlier worker may have left outdated values to the API
    asyncio.new_event_loop().run_until_complete(_work(settings, ready))


async def _work(settings: Settings, ready: Callable[[], None]) -> None:
    with queue.replace_connector(connector(settings, connections=8)):
        async with asyncio.timeout(_OPEN_TIMEOUT_SECONDS):
            await queue.open_async()
        address = libpq_url(settings.database_url.get_secret_value())
        worker = TimeLimitedWorker(
            await psycopg.AsyncConnection.connect(address, autocommit=True, **CONNECTION_OPTIONS),
            app=queue,
            concurrency=_CONCURRENCY,
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
