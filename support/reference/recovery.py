"""The recovery process: takes over jobs of dead workers, and publishes live updates.

Procrastinate does not take jobs over by itself. This is a process of its own because it must outlive the worker, and
because its duties are done once for all workers and APIs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from sqlalchemy import text

from support.reference.announcer import ChangePublisher
from support.reference.database import wait_for_database
from support.reference.errors import DatabaseUnavailable
from support.reference.jobs import entries
from support.reference.jobs.takeover import take_over_job
from support.reference.jobs.tasks import is_job
from support.reference.queue import connector, given_up_handler, queue
from support.reference.services import Services
from support.reference.settings import Settings
from support.reference.status.silence import SilenceWatcher
from support.reference.worker import ALIVE_LOCK, FROZEN_SECONDS, STALLED_SECONDS

logger = logging.getLogger(__name__)

MAX_TAKEOVERS = 3

_SWEEP_SECONDS = 0.2
_SWEEP_TIMEOUT_SECONDS = 2.0
# A slower query was delayed by the database, and so were the heartbeats.
_MAX_QUERY_SECONDS = 0.4

# A worker whose heartbeat comes meanwhile keeps its row: PostgreSQL reads rows of concurrent transactions again.
# The sessions of a dismissed worker are ended: one that was frozen in a transaction would keep its locks.
_DISMISS = """
WITH dismissed AS (
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < now() - make_interval(secs => %(stalled)s)
      AND (last_heartbeat < now() - make_interval(secs => %(frozen)s) OR id NOT IN (
        SELECT objid FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 2 AND classid = %(alive)s))
    RETURNING id
)
SELECT dismissed.id, count(pg_terminate_backend(pid)) AS ended FROM dismissed
LEFT JOIN queue_workers USING (id) LEFT JOIN pg_stat_activity ON application_name = session_name
GROUP BY dismissed.id
"""

_COUNT_TAKEOVER = text(
    "INSERT INTO queue_takeovers (queue_id, count) VALUES (:id, 1) "
    "ON CONFLICT (queue_id) DO UPDATE SET count = queue_takeovers.count + 1 RETURNING count"
)


def run(settings: Settings, ready: Callable[[], None]) -> None:
    """Run both duties without end, through outages of the database and of Redis.

    ``ready`` is called at the start.
    """
    ready()
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    services = Services.from_settings(settings, pool_size=1)
    await asyncio.gather(_watch(services), ChangePublisher(settings).run(), SilenceWatcher(settings).run())


async def _watch(services: Services) -> None:
    while True:
        await asyncio.to_thread(wait_for_database, services.settings.database_url.get_secret_value())
        try:
            await _sweep_until_lost(services)
        except (ConnectorException, psycopg.OperationalError, DatabaseUnavailable, TimeoutError) as error:
            logger.warning("the database is not available: %s", type(error).__name__)


async def _sweep_until_lost(services: Services) -> None:
    address = services.settings.database_url.get_secret_value()
    with queue.replace_connector(connector(address, connections=1)):
        async with asyncio.timeout(_SWEEP_TIMEOUT_SECONDS):
            await queue.open_async()
        try:
            await asyncio.sleep(STALLED_SECONDS)  # after an outage the heartbeat of a running worker is old, too
            while True:
                async with asyncio.timeout(_SWEEP_TIMEOUT_SECONDS):
                    pause = await _sweep(services)
                await asyncio.sleep(pause)
        finally:
            await queue.close_async()


async def _sweep(services: Services) -> float:
    """Remove dead workers and take their jobs over; returns the seconds until the next sweep.

    A worker is dead if its heartbeat is old and its lock free, or if its heartbeat is very old.
    """
    started = monotonic()
    stalled = await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    if monotonic() - started > _MAX_QUERY_SECONDS:
        return STALLED_SECONDS
    dismissed = await _dismiss_dead_workers()
    for job in stalled:
        if job.worker_id is not None and job.worker_id not in dismissed:
            continue
        try:
            await _take_over(services, job)
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.errors.RaiseException):
                raise
            logger.info("job %s ended meanwhile", job.id)
    return _SWEEP_SECONDS


async def _dismiss_dead_workers() -> set[int]:
    dismissed = await queue.connector.execute_query_all_async(
        _DISMISS, stalled=STALLED_SECONDS, frozen=FROZEN_SECONDS, alive=ALIVE_LOCK
    )
    return {worker["id"] for worker in dismissed}


async def _take_over(services: Services, job: Job) -> None:
    assert job.id is not None
    if is_job(job.task_name):
        await asyncio.to_thread(take_over_job, services, job.id, job.worker_id)
        return
    if await asyncio.to_thread(_requeue, services, job):
        logger.warning("job %d (%s) lost its worker and runs again", job.id, job.task_name)
        return
    if handler := given_up_handler(job.task_name):
        await asyncio.to_thread(handler, services, **job.task_kwargs)
    await queue.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    logger.error("job %d (%s) lost its worker too often and has failed", job.id, job.task_name)


def _requeue(services: Services, job: Job) -> bool:
    """Put a job back to todo and count it in the same transaction; False after too many takeovers."""
    assert job.id is not None
    with services.database.begin() as session:
        entry = entries.lock(session, job.id)
        if entry is None or entry[0] != Status.DOING.value or entry[1] not in (None, job.worker_id):
            return True  # it has ended meanwhile
        takeovers: int = session.execute(_COUNT_TAKEOVER, {"id": job.id}).scalar_one()
        if takeovers > MAX_TAKEOVERS:
            return False
        entries.requeue(session, job.id, None)
        return True
