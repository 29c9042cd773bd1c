"""Queues: their figures, and pausing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from support.reference.errors import NotFound
from support.reference.jobs.states import QUEUES, JobState
from support.reference.jobs.tables import JobRow, PauseRow
from support.reference.jobs.transitions import moment
from support.reference.queue import PAUSES_LOCK
from support.reference.services import Services

_NO_TAKING = text("SELECT pg_advisory_xact_lock(:key)")


class QueueFigures(NamedTuple):
    """A queue: its jobs by state, and the age of the oldest one that a worker may take, in seconds."""

    name: str
    paused: bool
    jobs: dict[str, int]
    oldest_waiting_seconds: float | None


def list_queues(services: Services) -> list[QueueFigures]:
    """Return all queues."""
    with services.database.begin() as session:
        return read_queues(session)


def pause(services: Services, name: str, *, paused: bool) -> QueueFigures:
    """Pause or resume a queue. No job of a paused queue starts afterwards. Raises NotFound."""
    if name not in QUEUES:
        raise NotFound("The queue was not found.")
    with services.database.begin() as session:
        session.execute(_NO_TAKING, {"key": PAUSES_LOCK})
        if paused:
            values = {"name": name, "paused_at": moment(session)}
            session.execute(insert(PauseRow).values(**values).on_conflict_do_nothing())
        else:
            session.execute(delete(PauseRow).where(PauseRow.name == name))
        return read_queues(session, (name,))[0]


def read_queues(session: Session, names: Sequence[str] = QUEUES) -> list[QueueFigures]:
    """Return the figures of queues, in the order of their names."""
    paused = set(session.scalars(select(PauseRow.name)))
    counts: dict[str, dict[str, int]] = {name: dict.fromkeys(map(str, JobState), 0) for name in names}
    found = select(JobRow.queue, JobRow.status, func.count()).where(JobRow.queue.in_(names))
    for queue, status, count in session.execute(found.group_by(JobRow.queue, JobRow.status)):
        counts[queue][status] = count
    return [
        QueueFigures(name, name in paused, counts[name], waiting) for name, waiting in _oldest(session, names).items()
    ]


def _oldest(session: Session, names: Sequence[str]) -> dict[str, float | None]:
    now = func.clock_timestamp()
    oldest = (
        select(JobRow.queue, func.extract("epoch", now - func.min(JobRow.ready_at)))
        .where(JobRow.queue.in_(names), JobRow.status == JobState.TODO, JobRow.ready_at <= now)
        .group_by(JobRow.queue)
    )
    found = {queue: float(seconds) for queue, seconds in session.execute(oldest)}
    return {name: found.get(name) for name in names}
