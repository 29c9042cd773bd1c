"""Running a job in a worker: its body in a thread of its own, its limits and its end on the event loop.

A run that passes its time limit, is aborted, or belongs to a worker that stops ends whether its body cooperates or
not: the body is left alone in its thread and its late effect is rejected.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol, TypeVar

from procrastinate import JobContext
from procrastinate.job_context import AbortReason
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from support.reference.errors import DatabaseUnavailable
from support.reference.jobs import tracking, transitions
from support.reference.jobs.states import Outcome, TaskFailed
from support.reference.jobs.tables import JobRow, RunRow
from support.reference.jobs.transitions import RunKey
from support.reference.services import Services, services_of

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_STOP_CHECK_SECONDS = 0.1
_STOP_SECONDS = 0.3
"""How long the body of a worker that stops has to end by itself."""
_MAX_HEARTBEAT_AGE_SECONDS = 1.0
_OUTAGE_SECONDS = 4.0
_OUTAGE_PAUSE_SECONDS = 0.1
_LEAVE = "leave"

_Result = TypeVar("_Result")
_Change = Callable[[Session, JobRow, RunRow], None]


class Stopped(Exception):
    """The body of a run has ended on request, without an effect."""


class NotCurrent(Exception):
    """The run has ended: a late effect is rejected."""


@dataclass(frozen=True)
class Run:
    """The current run of a job, as its body sees it.

    ``earlier_failures`` is the number of runs that failed or timed out since the submission of the job.
    """

    services: Services
    key: RunKey
    worker_id: int
    task: str
    args: dict[str, Any]
    trace_id: str
    seconds_left: float
    earlier_failures: int
    stop: threading.Event

    def pause(self, seconds: float) -> None:
        """Wait; raises Stopped as soon as the run should end."""
        until = monotonic() + seconds
        while True:
            if self.stop.is_set():
                raise Stopped
            remaining = until - monotonic()
            if remaining <= 0:
                return
            self.stop.wait(min(remaining, _STOP_CHECK_SECONDS))

    def commit(self, effect: Callable[[Session], Any]) -> None:
        """Commit an effect together with the success of the run; ``effect`` returns the result.

        Raises NotCurrent if the run has ended, and what ``effect`` raises. An outage of the database is waited for: the
        run is locked and checked again, so that an effect that was committed is not repeated.
        """
        through_outages(lambda: self._commit(effect))

    def _commit(self, effect: Callable[[Session], Any]) -> None:
        with self.services.database.begin() as session:
            if not transitions.lock_run(session, self.key):
                raise NotCurrent
            transitions.succeed(session, self.key, effect(session))


class Body(Protocol):
    """The work of a task."""

    def __call__(self, run: Run) -> None:
        """Do the work and commit its effect. Raises TaskFailed, Stopped and NotCurrent."""


def execution_context(*, leave: Callable[[], None]) -> dict[str, object]:
    """Return the part of ``additional_context`` that runs need: ``leave`` stops their worker."""
    return {_LEAVE: leave}


async def execute(context: JobContext, body: Body) -> None:
    """Run a job once and store the end of the run.

    If it cannot be started, or its end cannot be stored, the worker leaves and the job is taken over.
    """
    services = services_of(context)
    try:
        run = await asyncio.to_thread(_start, services, context)
        if run is not None:
            await _Execution(context, run).work(body)
    except Exception:  # the run would be this worker's for as long as it lives
        logger.exception("a run could not be started or ended: this worker leaves, its jobs are taken over")
        leave: Any = context.additional_context[_LEAVE]
        leave()


class _Execution:
    def __init__(self, context: JobContext, run: Run) -> None:
        self._context = context
        self._run = run
        self._finished: asyncio.Future[TaskFailed | Stopped | None] = asyncio.get_running_loop().create_future()
        self._deadline = monotonic() + run.seconds_left

    async def work(self, body: Body) -> None:
        threading.Thread(target=self._in_thread, args=(body,), name=f"job {self._run.key.job_id}", daemon=True).start()
        beating = asyncio.create_task(_send_heartbeats(self._run)) if self._run.key.status_id else None
        try:
            await self._wait()
        finally:
            self._run.stop.set()
            if beating is not None:
                beating.cancel()

    def _in_thread(self, body: Body) -> None:
        ending = _run_body(body, self._run)
        with suppress(RuntimeError):  # the loop is closed: the worker has left
            self._finished.get_loop().call_soon_threadsafe(self._note, ending)

    def _note(self, ending: TaskFailed | Stopped | None) -> None:
        if not self._finished.done():
            self._finished.set_result(ending)

    async def _wait(self) -> None:
        while True:
            remaining = self._deadline - monotonic()
            await asyncio.wait({self._finished}, timeout=max(0.0, min(_POLL_SECONDS, remaining)))
            if self._finished.done():
                ending = self._finished.result()
                if isinstance(ending, TaskFailed):
                    await self._end(_failing(ending, Outcome.FAILED))
                return
            if self._context.abort_reason() is AbortReason.USER_REQUEST:
                await self._end(transitions.abort)
                return
            if self._context.abort_reason() is AbortReason.SHUTDOWN:
                await self._return_to_queue()
                return
            if monotonic() >= self._deadline:
                await self._end(_failing(_time_limit(), Outcome.TIMED_OUT))
                return

    async def _return_to_queue(self) -> None:
        """Return a body that ends on request to the queue, and leave any other to the takeover."""
        self._run.stop.set()
        await asyncio.wait({self._finished}, timeout=_STOP_SECONDS)
        if not self._finished.done():
            return
        ending = self._finished.result()
        if isinstance(ending, TaskFailed):
            await self._end(_failing(ending, Outcome.FAILED))
        elif isinstance(ending, Stopped):
            await self._end(transitions.requeue)

    async def _end(self, change: _Change) -> None:
        self._run.stop.set()
        await asyncio.to_thread(through_outages, lambda: self._store_end(change))

    def _store_end(self, change: _Change) -> None:
        with self._run.services.database.begin() as session:
            found = transitions.current_run(session, self._run.key)
            if found is not None:
                change(session, *found)


def _failing(failure: TaskFailed, outcome: Outcome) -> _Change:
    return lambda session, job, run: transitions.fail(session, job, run, failure, outcome)


def _time_limit() -> TaskFailed:
    return TaskFailed("time_limit", "the run exceeded its time limit")


def through_outages(work: Callable[[], _Result]) -> _Result:
    """Do something again while the database is away, for a few seconds. Raises DatabaseUnavailable after that."""
    until = monotonic() + _OUTAGE_SECONDS
    while True:
        try:
            return work()
        except DatabaseUnavailable:
            if monotonic() > until:
                raise
        threading.Event().wait(_OUTAGE_PAUSE_SECONDS)


def _run_body(body: Body, run: Run) -> TaskFailed | Stopped | None:
    """Run a body; returns the end that is left to store, None if there is none."""
    try:
        body(run)
    except NotCurrent:
        logger.warning("a late effect of run %d of job %s was rejected", run.key.number, run.key.job_id)
    except (TaskFailed, Stopped) as ending:
        return ending
    except DatabaseUnavailable:
        return TaskFailed("transient.unavailable", "the database is unavailable")
    except Exception:
        logger.exception("job %s has failed unexpectedly", run.key.job_id)
        return TaskFailed("unexpected", "an unexpected error occurred")
    return None


def _start(services: Services, context: JobContext) -> Run | None:
    return through_outages(lambda: _current(services, context))


def _current(services: Services, context: JobContext) -> Run | None:
    """Return the run that the worker has taken, None if it has ended or its job was deleted."""
    earlier = aliased(RunRow)
    failed = earlier.outcome.in_((Outcome.FAILED, Outcome.TIMED_OUT))
    failures = select(func.count(earlier.number)).where(earlier.job_id == JobRow.id, failed).scalar_subquery()
    # Columns, not entities: every run reads them.
    current = (
        select(
            JobRow.id,
            JobRow.queue_id,
            JobRow.status_id,
            JobRow.task,
            JobRow.args,
            JobRow.trace_id,
            JobRow.timeout_seconds,
            RunRow.number,
            RunRow.worker_id,
            failures.label("failures"),
            func.extract("epoch", func.clock_timestamp() - RunRow.started_at).label("seconds"),
        )
        .join(RunRow, and_(RunRow.job_id == JobRow.id, RunRow.number == JobRow.attempts))
        .where(JobRow.queue_id == context.job.id, RunRow.worker_id == context.job.worker_id)
        .where(RunRow.outcome == Outcome.RUNNING)
    )
    with services.database.begin() as session:
        found = session.execute(current).one_or_none()
        if found is None:
            return None
        key = RunKey(found.id, found.number, found.queue_id, found.status_id)
        if key.status_id is not None and transitions.lock_run(session, key):
            tracking.report_start(session, key.status_id, found.worker_id)
        return Run(
            services=services,
            key=key,
            worker_id=found.worker_id,
            task=found.task,
            args=found.args,
            trace_id=found.trace_id,
            seconds_left=found.timeout_seconds - float(found.seconds),
            earlier_failures=found.failures,
            stop=threading.Event(),
        )


async def _send_heartbeats(run: Run) -> None:
    while True:
        with suppress(DatabaseUnavailable):
            await asyncio.to_thread(_beat, run)
        await asyncio.sleep(_MAX_HEARTBEAT_AGE_SECONDS)


def _beat(run: Run) -> None:
    assert run.key.status_id is not None
    with run.services.database.begin() as session:
        tracking.report_heartbeat(session, run.key.status_id, run.worker_id)
