"""Figures about statuses: aggregates, the summary, workers, batches, and the gauges of ``/metrics``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from support.reference.database import utc_now
from support.reference.errors import NotFound
from support.reference.services import Services
from support.reference.status.fields import rounded
from support.reference.status.finding import is_stale, midnight
from support.reference.status.states import ENDS, STAGES, Priority, State
from support.reference.status.tables import StatusRow, UpdateRow

_WORKERS_SHOWN = 100


def aggregate(services: Services, *, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    """Return the aggregates of the statuses that were created in a span, ``end`` excluded."""
    spans: list[ColumnElement[bool]] = [literal(True)]
    if start is not None:
        spans.append(StatusRow.created_at >= start)
    if end is not None:
        spans.append(StatusRow.created_at < end)
    progress = StatusRow.progress_percentage
    figures = select(func.count(), func.avg(progress), func.min(progress), func.max(progress)).where(*spans)
    number = func.count().label("number")
    by_worker = (
        select(StatusRow.worker_id, number)
        .where(*spans, StatusRow.worker_id.is_not(None))
        .group_by(StatusRow.worker_id)
        .order_by(number.desc(), StatusRow.worker_id)
        .limit(_WORKERS_SHOWN)
    )
    with services.database.begin() as session:
        _at_one_time(session)
        total, average, minimum, maximum = session.execute(figures).one().tuple()
        return {
            "total": total,
            "by_status": _counts(session, StatusRow.status, State, *spans),
            "by_priority": _counts(session, StatusRow.priority, Priority, *spans),
            "progress": {"average": _average(average), "minimum": minimum or 0, "maximum": maximum or 0},
            "by_worker": dict(session.execute(by_worker).tuples().all()),
        }


def summarise(services: Services) -> dict[str, Any]:
    """Return the summary of what is in progress, and of what ended since midnight UTC."""
    active = StatusRow.status.in_(STAGES)
    progress, workers = func.avg(StatusRow.progress_percentage), func.count(StatusRow.worker_id.distinct())
    with services.database.begin() as session:
        _at_one_time(session)
        number, average, at_work = session.execute(select(func.count(), progress, workers).where(active)).one().tuple()
        today = _counts(session, StatusRow.status, State, StatusRow.completed_at >= midnight(utc_now()))
        return {
            "active": number,
            "workers": at_work,
            "average_progress": _average(average),
            "waiting_updates": count_waiting_updates(session),
            "today": {**{end: today[end] for end in ENDS}, "success_rate": _success_rate(today)},
        }


def worker_figures(services: Services, worker_id: str, *, days: int) -> dict[str, Any]:
    """Return what ended in the last days with this worker; the average is that of completed statuses."""
    ended = (StatusRow.worker_id == worker_id, StatusRow.completed_at >= utc_now() - timedelta(days=days))
    seconds = func.avg(func.extract("epoch", StatusRow.completed_at - StatusRow.started_at))
    average = select(seconds).where(*ended, StatusRow.status == State.COMPLETED)
    with services.database.begin() as session:
        _at_one_time(session)
        counts = _counts(session, StatusRow.status, State, *ended)
        average_seconds = session.scalar(average)
    return {
        "worker_id": worker_id,
        "days": days,
        "completed": counts[State.COMPLETED],
        "failed": counts[State.FAILED],
        "success_rate": _success_rate(counts),
        "average_seconds": None if average_seconds is None else float(average_seconds),
    }


def batch_figures(services: Services, batch_id: UUID) -> dict[str, Any]:
    """Return the figures of a batch. Raises NotFound."""
    of_batch = StatusRow.batch_id == batch_id
    with services.database.begin() as session:
        _at_one_time(session)
        counts = _counts(session, StatusRow.status, State, of_batch)
        average = session.scalar(select(func.avg(StatusRow.progress_percentage)).where(of_batch))
    if average is None:
        raise NotFound("The batch was not found.")
    return {
        "batch_id": batch_id,
        "total": sum(counts.values()),
        "by_status": counts,
        "average_progress": _average(average),
        "ended": sum(counts[end] for end in ENDS),
    }


def count_waiting_updates(session: Session) -> int:
    """Return the number of updates in bulk that are not applied yet."""
    return session.scalar(select(func.count()).where(UpdateRow.outcome.is_(None))) or 0


def read_statuses_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of statuses by state."""
    gauge = GaugeMetricFamily("statuses", "Statuses by state.", labels=("status",))
    for state, number in _counts(session, StatusRow.status, State).items():
        gauge.add_metric((state,), number)
    return gauge


def read_stale_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of statuses whose worker is silent."""
    stale = session.scalar(select(func.count()).select_from(StatusRow).where(is_stale(utc_now())))
    return GaugeMetricFamily("statuses_stale", "Statuses in a stage that are silent.", value=stale or 0)


def read_waiting_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of updates in bulk that wait."""
    waiting = count_waiting_updates(session)
    return GaugeMetricFamily("status_updates_waiting", "Updates in bulk that are not applied yet.", value=waiting)


def _counts(
    session: Session,
    column: Any,
    values: type[State] | type[Priority],
    *conditions: ColumnElement[bool],
) -> dict[str, int]:
    """Count the statuses by each value of a column, those without any included."""
    counted: dict[str, int] = dict(
        session.execute(select(column, func.count()).where(*conditions).group_by(column)).tuples().all()
    )
    return {value: counted.get(value, 0) for value in values}


def _at_one_time(session: Session) -> None:
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _average(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)


def _success_rate(counts: Mapping[str, int]) -> float | None:
    completed, failed = counts[State.COMPLETED], counts[State.FAILED]
    return completed / (completed + failed) if completed + failed else None
