"""Statistics of jobs and runs, and the gauges of ``/metrics``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from support.reference.jobs.queues import read_queues
from support.reference.jobs.states import JobState, Outcome
from support.reference.jobs.tables import JobRow, RunRow, WorkerRow
from support.reference.jobs.transitions import moment
from support.reference.services import Services

_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def read_statistics(services: Services, *, minutes: int, queue: str | None, task: str | None) -> dict[str, Any]:
    """Return the figures of the last minutes.

    Jobs count by their submission, runs and waits by their start, ``per_second`` by the end of jobs. The share of busy
    places is null without a worker.
    """
    conditions: list[ColumnElement[bool]] = []
    if queue is not None:
        conditions.append(JobRow.queue == queue)
    if task is not None:
        conditions.append(JobRow.task == task)
    with services.database.begin() as session:
        now = moment(session)
        since, seconds = now - timedelta(minutes=minutes), minutes * 60
        runs = _runs(session, since, conditions)
        return {
            "jobs": _jobs(session, since, conditions),
            "runs": runs,
            "takeovers": runs[Outcome.LOST],
            "per_second": _ended(session, since, conditions) / seconds,
            "wait_seconds": _quantiles(session, _seconds(RunRow.started_at, RunRow.ready_at), since, conditions),
            "run_seconds": _quantiles(session, _seconds(RunRow.ended_at, RunRow.started_at), since, conditions),
            "busy_share": _busy_share(session, since, now, conditions),
        }


def read_jobs_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of jobs by queue and state."""
    gauge = GaugeMetricFamily("jobs", "Jobs by queue and state.", labels=("queue", "status"))
    for figures in read_queues(session):
        for status, number in figures.jobs.items():
            gauge.add_metric((figures.name, status), number)
    return gauge


def read_waiting_gauge(session: Session) -> GaugeMetricFamily:
    """Read the age of the oldest waiting job of each queue; 0 where none waits."""
    gauge = GaugeMetricFamily(
        "queue_oldest_waiting_seconds", "The age of the oldest job that a worker may take.", labels=("queue",)
    )
    for figures in read_queues(session):
        gauge.add_metric((figures.name,), figures.oldest_waiting_seconds or 0.0)
    return gauge


def read_runs_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of runs by task and outcome."""
    gauge = GaugeMetricFamily("job_runs", "Runs of jobs by task and outcome.", labels=("task", "outcome"))
    found = select(JobRow.task, RunRow.outcome, func.count()).join(RunRow, RunRow.job_id == JobRow.id)
    for task, outcome, number in session.execute(found.group_by(JobRow.task, RunRow.outcome)):
        gauge.add_metric((task, outcome.value), number)
    return gauge


def read_takeovers_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of lost runs."""
    lost = select(func.count()).select_from(RunRow).where(RunRow.outcome == Outcome.LOST)
    return GaugeMetricFamily("job_takeovers", "Runs whose worker was killed or frozen.", session.scalar(lost) or 0)


def _jobs(session: Session, since: datetime, conditions: list[ColumnElement[bool]]) -> dict[str, int]:
    found = select(JobRow.status, func.count()).where(JobRow.submitted_at >= since, *conditions)
    counts = dict(session.execute(found.group_by(JobRow.status)).tuples().all())
    return {state.value: counts.get(state, 0) for state in JobState}


def _runs(session: Session, since: datetime, conditions: list[ColumnElement[bool]]) -> dict[str, int]:
    found = select(RunRow.outcome, func.count()).join(JobRow, JobRow.id == RunRow.job_id)
    found = found.where(RunRow.started_at >= since, *conditions).group_by(RunRow.outcome)
    counts = dict(session.execute(found).tuples().all())
    return {outcome.value: counts.get(outcome, 0) for outcome in Outcome}


def _ended(session: Session, since: datetime, conditions: list[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.finished_at >= since, *conditions)) or 0


def _quantiles(
    session: Session, seconds: ColumnElement[Any], since: datetime, conditions: list[ColumnElement[bool]]
) -> dict[str, float | None]:
    columns = [func.percentile_cont(share).within_group(seconds).label(name) for name, share in _SHARES.items()]
    found = (
        select(*columns, func.max(seconds).label("max")).select_from(RunRow).join(JobRow, JobRow.id == RunRow.job_id)
    )
    row = session.execute(found.where(RunRow.started_at >= since, *conditions)).one()
    return {name: None if value is None else float(value) for name, value in row._mapping.items()}


def _busy_share(
    session: Session, since: datetime, now: datetime, conditions: list[ColumnElement[bool]]
) -> float | None:
    places = session.scalar(select(func.sum(WorkerRow.concurrency)))
    if not places:
        return None
    ended = func.coalesce(RunRow.ended_at, now)
    busy = func.sum(_seconds(ended, func.greatest(RunRow.started_at, since)))
    found = select(busy).select_from(RunRow).join(JobRow, JobRow.id == RunRow.job_id).where(ended > since, *conditions)
    return min(1.0, float(session.scalar(found) or 0.0) / (int(places) * (now - since).total_seconds()))


def _seconds(later: Any, earlier: Any) -> ColumnElement[Any]:
    return func.extract("epoch", later - earlier)
