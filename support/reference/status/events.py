"""The events of statuses: numbered in the order of commits, stored with their change, and read as a feed.

Numbers are taken under a lock of the transaction, immediately before its commit. The lock ends after the commit is
visible, so that an event becomes visible only after all events with lower numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from support.reference.platform_events import PlatformEvent, publish
from support.reference.services import Services
from support.reference.status.states import EventType, State
from support.reference.status.tables import EventRow, HistoryRow, StatusRow

_PENDING = "pending_status_records"
_LOCK_NUMBERS = text("SELECT pg_advisory_xact_lock(hashtextextended('status.events', 0))")
_NEXT_NUMBERS = text("SELECT nextval('status_event_numbers') FROM generate_series(1, :count)")
_ANNOUNCE = text("SELECT pg_notify('live', payload) FROM unnest(CAST(:payloads AS text[])) AS payload")


_NO_ENTRY = {column.name: None for column in HistoryRow.__table__.columns if column.nullable}


@dataclass
class _Pending:
    """What a transaction writes before its commit."""

    history: list[dict[str, Any]] = field(default_factory=list)
    announcements: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)


def record_entry(session: Session, **columns: Any) -> None:
    """Add a history entry to the transaction: the columns of its row that are not null."""
    _pending(session).history.append(_NO_ENTRY | columns)


def record(
    session: Session, status: StatusRow, types: Sequence[EventType], *, previous: State | None, at: datetime
) -> None:
    """Add events of a changed status to the transaction, in this order. They are written before its commit."""
    pending = _pending(session).events
    for event_type in types:
        pending.append(
            {
                "type": event_type,
                "status_id": status.status_id,
                "status": status.status,
                "progress_percentage": status.progress_percentage,
                "data": _data(status, previous),
                "at": at,
                "tags": tuple(status.tags),
            }
        )


def announce(session: Session, status: StatusRow, at: datetime) -> None:
    """Add a live update of a changed status to the transaction; subscribers receive it with the commit."""
    announcement = {
        "event": "status.changed",
        "subject": f"status:{status.status_id}",
        "status": status.status,
        "progress": float(status.progress_percentage),
        "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "batch": f"batch:{status.batch_id}" if status.batch_id else None,
    }
    _pending(session).announcements.append(json.dumps(announcement))


def read(
    services: Services, *, after: int, type: EventType | None, status_id: UUID | None, limit: int
) -> tuple[Sequence[EventRow], int]:
    """Return the events after a number, oldest first, and the number to continue from."""
    found = select(EventRow).where(EventRow.seq > after).order_by(EventRow.seq).limit(limit)
    if type is not None:
        found = found.where(EventRow.type == type)
    if status_id is not None:
        found = found.where(EventRow.status_id == status_id)
    with services.database.begin() as session:
        events = session.scalars(found).all()
    return events, events[-1].seq if events else after


def _data(status: StatusRow, previous: State | None) -> dict[str, Any]:
    return {
        "status": status.status,
        "previous_status": previous,
        "progress_percentage": float(status.progress_percentage),
        "priority": status.priority,
        "batch_id": str(status.batch_id) if status.batch_id else None,
        "external_id": status.external_id,
        "error_info": status.error_info,
    }


def _pending(session: Session) -> _Pending:
    if _PENDING not in session.info:
        session.info[_PENDING] = _Pending()
        event.listen(session, "before_commit", _write)
    pending: _Pending = session.info[_PENDING]
    return pending


def _write(session: Session) -> None:
    """Write the history, announce the changes, and number the events, store them and pass them to the listeners."""
    if session.in_nested_transaction():
        return
    pending: _Pending = session.info[_PENDING]
    session.info[_PENDING] = _Pending()
    session.flush()
    if pending.history:
        session.execute(insert(HistoryRow), pending.history)
    if pending.announcements:
        session.execute(_ANNOUNCE, {"payloads": pending.announcements})
    if pending.events:
        _write_events(session, pending.events)


def _write_events(session: Session, events: list[dict[str, Any]]) -> None:
    session.execute(_LOCK_NUMBERS)
    numbers = session.scalars(_NEXT_NUMBERS, {"count": len(events)}).all()
    tags = [each.pop("tags") for each in events]
    numbered = [{"seq": seq, **each} for seq, each in zip(numbers, events, strict=True)]
    session.execute(insert(EventRow), numbered)
    for stored, of_status in zip(numbered, tags, strict=True):
        subject = f"status:{stored['status_id']}"
        publish(session, PlatformEvent(stored["type"], subject, stored["seq"], stored["at"], stored["data"], of_status))
