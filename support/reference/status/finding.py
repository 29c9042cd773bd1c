"""Finding statuses: lists, filters, presets, history, and what is done to all matches of a filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.database import utc_now
from support.reference.errors import Conflict
from support.reference.services import Services
from support.reference.status import service
from support.reference.status.changes import unknown_status
from support.reference.status.conditions import finds, matches, order
from support.reference.status.filters import Filter, FilterRequest
from support.reference.status.states import ENDS, NOT_ENDED, STAGES, ChangeType, Priority, State
from support.reference.status.tables import HistoryRow, StatusRow

Preset = Literal["active", "failed", "completed_today", "high_priority", "stale"]

MOST_CANCELLED = 50

Found = tuple[Sequence[StatusRow], int]

_NEWEST_FIRST = (StatusRow.created_at.desc(), StatusRow.status_id.desc())


def get(services: Services, status_id: UUID) -> StatusRow:
    """Return one status. Raises NotFound."""
    with services.database.begin() as session:
        row = session.get(StatusRow, status_id)
    if row is None:
        raise unknown_status()
    return row


def list_statuses(services: Services, values: dict[str, Any], *, limit: int, offset: int) -> Found:
    """Return one page of the statuses with these values, newest first; ``tag`` is one of their tags."""
    tag = values.pop("tag", None)
    conditions = [getattr(StatusRow, name) == value for name, value in values.items()]
    if tag is not None:
        conditions.append(StatusRow.tags.contains([tag]))
    return _page(services, select(StatusRow).where(*conditions), _NEWEST_FIRST, limit, offset)


def filter_statuses(services: Services, request: FilterRequest) -> Found:
    """Return one page of the statuses that match all filters and the search."""
    found = select(StatusRow).where(matches(request.filters))
    if request.search is not None:
        found = found.where(finds(request.search))
    return _page(services, found, order(request.sorts), request.limit, request.offset)


def find_preset(services: Services, preset: Preset, *, limit: int, offset: int, timeout_seconds: int | None) -> Found:
    """Return one page of a preset, newest first. ``timeout_seconds`` replaces the timeouts of the preset stale."""
    found = select(StatusRow).where(_preset(preset, timeout_seconds))
    return _page(services, found, _NEWEST_FIRST, limit, offset)


def is_stale(now: datetime, timeout_seconds: int | None = None) -> ColumnElement[bool]:
    """Return the condition of a status whose worker is silent for its timeout, or for ``timeout_seconds``."""
    timeout = StatusRow.heartbeat_timeout_seconds if timeout_seconds is None else timeout_seconds
    silent_since = now - func.make_interval(0, 0, 0, 0, 0, 0, timeout)
    return StatusRow.status.in_(STAGES) & (StatusRow.active_at < silent_since)


def history(
    services: Services,
    status_id: UUID,
    *,
    change_type: ChangeType | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    offset: int,
) -> tuple[Sequence[HistoryRow], int]:
    """Return one page of the history of a status, newest first. Raises NotFound."""
    found = select(HistoryRow).where(HistoryRow.status_id == status_id)
    if change_type is not None:
        found = found.where(HistoryRow.change_type == change_type)
    if since is not None:
        found = found.where(HistoryRow.changed_at >= since)
    if until is not None:
        found = found.where(HistoryRow.changed_at <= until)
    with services.database.begin() as session:
        if session.scalar(select(StatusRow.status_id).where(StatusRow.status_id == status_id)) is None:
            raise unknown_status()
        entries = session.scalars(found.order_by(HistoryRow.id.desc()).limit(limit).offset(offset)).all()
        return entries, pages.count(session, found)


def cancel_all(session: Session, filters: Sequence[Filter], *, reason: str, by: UUID) -> int:
    """Cancel every match that has not ended; returns their number. Raises Conflict for more than 50 of them."""
    found = select(StatusRow).where(matches(filters), StatusRow.status.in_(NOT_ENDED))
    rows = session.scalars(_in_lock_order(found).limit(MOST_CANCELLED + 1)).all()
    if len(rows) > MOST_CANCELLED:
        raise Conflict(f"More than {MOST_CANCELLED} statuses match.")
    for row in rows:
        service.cancel(session, row, reason=reason, by=by)
    return len(rows)


def clean_up(session: Session, filters: Sequence[Filter], *, older_than_days: int, keep_failed: bool) -> int:
    """Delete statuses that ended before that many days and match; returns their number."""
    ends = [state for state in ENDS if not (keep_failed and state is State.FAILED)]
    ended_before = utc_now() - timedelta(days=older_than_days)
    ended = select(StatusRow.status_id).where(StatusRow.status.in_(ends), StatusRow.completed_at < ended_before)
    locked = _in_lock_order(ended.where(matches(filters))).cte("ended")
    removed = delete(StatusRow).where(StatusRow.status_id.in_(select(locked.c.status_id)))
    return len(session.scalars(removed.returning(StatusRow.status_id)).all())


def _in_lock_order(found: Select[Any]) -> Select[Any]:
    """Lock the rows in one order, so that transactions that lock several never wait for each other in a circle."""
    return found.order_by(StatusRow.status_id).with_for_update()


def _preset(preset: Preset, timeout_seconds: int | None) -> ColumnElement[bool]:
    now = utc_now()
    match preset:
        case "active":
            return StatusRow.status.in_(STAGES)
        case "failed":
            return (StatusRow.status == State.FAILED) & (StatusRow.completed_at >= now - timedelta(hours=24))
        case "completed_today":
            return (StatusRow.status == State.COMPLETED) & (StatusRow.completed_at >= midnight(now))
        case "high_priority":
            urgent = StatusRow.priority.in_((Priority.HIGH, Priority.URGENT))
            return urgent & StatusRow.status.in_(NOT_ENDED)
        case "stale":
            return is_stale(now, timeout_seconds)


def midnight(now: datetime) -> datetime:
    """Return the start of the day in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _page(
    services: Services, found: Select[StatusRow], ordered: Sequence[ColumnElement[Any]], limit: int, offset: int
) -> Found:
    with services.database.begin() as session:
        rows = session.scalars(found.order_by(*ordered).limit(limit).offset(offset)).all()
        return rows, pages.count(session, found)
