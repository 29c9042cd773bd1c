"""The one way a stored status changes: with its version, history entry and events, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from support.reference.database import utc_now
from support.reference.errors import NotFound
from support.reference.status import events
from support.reference.status.states import ChangeType, EventType
from support.reference.status.tables import StatusRow

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Entry:
    """What a history entry records besides the fields of the status. ``by`` is null for the platform's own changes."""

    change_type: ChangeType
    by: UUID | None = None
    reason: str | None = None
    metadata: Mapping[str, Any] | None = None
    error_info: str | None = None


def lock(session: Session, status_id: UUID) -> StatusRow:
    """Return the status, locked until the end of the transaction. Raises NotFound."""
    row = session.get(StatusRow, status_id, with_for_update=True)
    if row is None:
        raise unknown_status()
    return row


def unknown_status() -> NotFound:
    """Create the error for an id that is not a status."""
    return NotFound("The status was not found.")


def time_of_change(row: StatusRow) -> datetime:
    """Return the time of a change that starts now: later than the change before it."""
    return max(utc_now(), row.updated_at + _TICK)


def apply(
    session: Session, row: StatusRow, values: Mapping[str, Any], entry: Entry, types: Sequence[EventType], at: datetime
) -> None:
    """Set the values of a locked status and record the change. Values that are equal already change nothing."""
    changed = {name: value for name, value in values.items() if _differs(getattr(row, name), value)}
    if not changed:
        return
    previous, previous_progress, previous_change = row.status, row.progress_percentage, row.updated_at
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = at
    events.record_entry(
        session,
        status_id=row.status_id,
        change_type=entry.change_type,
        previous_status=previous,
        new_status=row.status,
        previous_progress=previous_progress,
        new_progress=row.progress_percentage,
        change_reason=entry.reason,
        change_metadata=entry.metadata,
        worker_id=row.worker_id,
        error_info=entry.error_info,
        changed_by=entry.by,
        changed_at=at,
        duration_seconds=(at - previous_change).total_seconds(),
    )
    if row.status is not previous or row.progress_percentage != previous_progress:
        events.announce(session, row, at)
    events.record(session, row, types, previous=previous, at=at)


def note_activity(row: StatusRow, at: datetime) -> None:
    """Store that the worker of a locked status is alive, which is not a change of the status."""
    row.active_at = at
    row.missed_at = None


def _differs(stored: object, value: object) -> bool:
    if isinstance(stored, dict) and isinstance(value, dict):  # 1, 1.0 and true are different in JSON
        return json.dumps(stored, sort_keys=True) != json.dumps(value, sort_keys=True)
    return stored != value
