"""The bodies of the tasks, and their registration with the queue."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from procrastinate import JobContext
from sqlalchemy.orm import Session

from support.reference.jobs import counters, records
from support.reference.jobs.arguments import (
    TASKS,
    AddArguments,
    FailArguments,
    ImportArguments,
    SleepArguments,
    TransferArguments,
)
from support.reference.jobs.execution import Body, Run, execute
from support.reference.jobs.record_service import RecordService
from support.reference.jobs.states import TaskFailed
from support.reference.queue import queue


def import_record(run: Run) -> None:
    """Read a record from the record service and write it."""
    arguments = ImportArguments.model_validate(run.args)
    settings = run.services.settings
    service = RecordService(str(settings.records_url), timeout=settings.records_timeout)
    served = service.read(arguments.external_id, trace_id=run.trace_id, job_id=run.key.job_id)
    run.commit(lambda session: records.store_import(session, served))


def add_to_counter(run: Run) -> None:
    """Add an entry to a counter."""
    arguments = AddArguments.model_validate(run.args)
    run.commit(lambda session: counters.add(session, run.key.job_id, arguments.counter, arguments.amount))


def transfer(run: Run) -> None:
    """Move an amount between two counters."""
    arguments = TransferArguments.model_validate(run.args)
    moved = (arguments.source, arguments.target, arguments.amount)
    run.commit(lambda session: counters.transfer(session, run.key.job_id, *moved))


def echo(run: Run) -> None:
    """Return the value."""
    run.commit(lambda _session: run.args["value"])


def sleep(run: Run) -> None:
    """Sleep, then add 1 to the counter."""
    arguments = SleepArguments.model_validate(run.args)
    if arguments.cooperative:
        run.pause(arguments.seconds)
    else:
        threading.Event().wait(arguments.seconds)
    run.commit(lambda session: _count(session, run, arguments.counter))


def fail(run: Run) -> None:
    """Fail as often as requested, inside the transaction of the effect."""
    arguments = FailArguments.model_validate(run.args)

    def effect(session: Session) -> None:
        _count(session, run, arguments.counter)
        if run.earlier_failures < arguments.failures:
            raise TaskFailed(arguments.kind, "the probe failed as requested")

    run.commit(effect)


def _count(session: Session, run: Run, counter: str | None) -> None:
    if counter is not None:
        counters.add(session, run.key.job_id, counter, 1)


_BODIES: dict[str, Body] = {
    "records.import": import_record,
    "counters.add": add_to_counter,
    "counters.transfer": transfer,
    "probe.echo": echo,
    "probe.sleep": sleep,
    "probe.fail": fail,
}


def is_job(task_name: str) -> bool:
    """Return whether a task of the queue is one that users submit."""
    return task_name in TASKS


def _register(name: str, body: Body) -> None:
    # Not a coroutine function: Procrastinate would cancel it for an abort, also in the middle of storing an end.
    def start(body: Body, context: JobContext, **_arguments: Any) -> Awaitable[None]:
        return execute(context, body)

    registered: Callable[..., Awaitable[None]] = partial(start, body)
    queue.task(name=name, pass_context=True)(registered)


for _name in TASKS:
    _register(_name, _BODIES[_name])
