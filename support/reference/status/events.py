"""The events of statuses: numbered in the order of commits, stored with their change, and read as a feed.

The numbers come from one row that is locked immediately before the commit. Its lock ends after the commit is visible,
so that an event becomes visible only after all events with lower numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from support.reference.platform_events import PlatformEvent, publish
from support.reference.services import Services
from support.reference.status.states import EventType, State
from support.reference.status.tables import EventRow, StatusRow

_PENDING = "pending_status_events"
_NEXT_NUMBERS = text("UPDATE status_event_counter SET seq = seq + :count RETURNING seq - :count + 1")


def record(
    session: Session, status: StatusRow, types: Sequence[EventType], *, previous: State | None, at: datetime
) -> None:
    """Add events of a changed status to the transaction, in this order. They are written before its commit."""
    pending = session.info.get(_PENDING)
    if pending is None:
        pending = session.info[_PENDING] = []
        event.listen(session, "before_commit", _write)
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


def _write(session: Session) -> None:
    """Number the events of the transaction, store them and pass them to the listeners."""
    if session.in_nested_transaction() or not (pending := session.info[_PENDING]):
        return
    session.info[_PENDING] = []
    session.flush()
    first: int = session.execute(_NEXT_NUMBERS, {"count": len(pending)}).scalar_one()
    numbered = [(first + index, event) for index, event in enumerate(pending)]
    tags = {seq: event.pop("tags") for seq, event in numbered}
    session.execute(insert(EventRow), [{"seq": seq, **event} for seq, event in numbered])
    for seq, stored in numbered:
        subject = f"status:{stored['status_id']}"
        publish(session, PlatformEvent(stored["type"], subject, seq, stored["at"], stored["data"], tags[seq]))
