"""Creating and changing statuses.

Every function works in the caller's transaction and raises before it changes anything, so that a caller may catch the
error and continue without a savepoint. A status is locked before it is checked (``changes.lock``): of contradicting
changes the second one is rejected. History and events are written immediately before the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from support.reference.database import utc_now
from support.reference.errors import Conflict, NotFound, ValidationFailed
from support.reference.status import events
from support.reference.status.changes import Entry, apply, lock, note_activity, time_of_change
from support.reference.status.fields import is_small, share
from support.reference.status.states import (
    END_EVENTS,
    ENDS,
    STAGES,
    TRANSITIONS,
    ChangeType,
    EventType,
    State,
)
from support.reference.status.tables import StatusRow
from support.reference.vod.tables import VodRow

_ZERO, _ALL = Decimal(0), Decimal(100)
_STORED_AS_SENT = ("current_step", "worker_id", "estimated_completion_time", "error_info")
_RETRIED = {"progress_percentage": _ZERO, "completed_steps": 0, "error_info": None}


class Outdated(Conflict):
    """A report that a later one has overtaken: lower progress, or a report after the end."""


def create(session: Session, fields: Sequence[Mapping[str, Any]], *, by: UUID, batch: bool = False) -> list[StatusRow]:
    """Create statuses in this order, as one batch if requested. Raises NotFound for an unknown VOD.

    ``fields`` are those of ``NewStatus``, complete and valid.
    """
    _require_vods(session, {each["vod_id"] for each in fields if each["vod_id"]})
    now, batch_id = utc_now(), uuid4() if batch else None
    # Each a microsecond later than the one before, so that lists keep the order of the request.
    rows = [_new_row(each, batch_id, now + timedelta(microseconds=index)) for index, each in enumerate(fields)]
    session.add_all(rows)
    for row in rows:
        events.record_entry(
            session,
            status_id=row.status_id,
            change_type=ChangeType.STATUS_UPDATE,
            new_status=row.status,
            new_progress=row.progress_percentage,
            changed_by=by,
            changed_at=row.created_at,
        )
        events.record(session, row, [EventType.CREATED], previous=None, at=row.created_at)
    return rows


def update(session: Session, row: StatusRow, fields: Mapping[str, Any], *, by: UUID | None) -> None:
    """Change the state and the given fields of a locked status: the fields of ``StatusUpdate``.

    Raises ValidationFailed for steps that the status does not have, and Conflict for another version, a forbidden
    transition, and lower progress.
    """
    state = State(fields["new_status"])
    _check_steps(row, fields, complete=state is State.COMPLETED)
    if fields.get("expected_version", row.version) != row.version:
        raise Conflict("The status has another version.")
    if state not in TRANSITIONS[row.status]:
        raise Conflict(f"The status cannot change from {row.status} to {state}.")
    at, moved = time_of_change(row), state is not row.status
    restarts = row.status is State.RETRY_PENDING and state in (State.QUEUED, State.STARTING)
    values = dict(_RETRIED) if restarts else {}
    values |= {name: fields[name] for name in _STORED_AS_SENT if name in fields}
    values |= _progress(row, fields, restarts=restarts)
    if state is State.COMPLETED:
        values |= {"progress_percentage": _ALL, "completed_steps": row.total_steps or 0, "result": fields.get("result")}
    if moved:
        values |= _times(row, state, at)
    change_type, types = ChangeType.STATUS_UPDATE, _moved(state) if moved else []
    if not moved and _rises(row, values):
        change_type, types = ChangeType.PROGRESS_UPDATE, [EventType.PROGRESS]
    entry = Entry(change_type, by, fields.get("change_reason"), fields.get("change_metadata"), fields.get("error_info"))
    if moved or "progress_percentage" in values:
        note_activity(row, at)
    apply(session, row, values, entry, types, at)


def report_progress(session: Session, row: StatusRow, fields: Mapping[str, Any], *, by: UUID | None) -> None:
    """Raise the progress of a locked status: the fields of ``ProgressReport``.

    Raises ValidationFailed for steps that the status does not have and for too much metadata, Conflict outside a
    stage, and Outdated for lower progress and after the end.
    """
    _check_steps(row, fields)
    values = {name: fields[name] for name in ("current_step", "worker_id") if name in fields}
    if "metadata" in fields:
        values["details"] = _merged(row.details, fields["metadata"])
    _require_stage(row, "Progress")
    values |= _progress(row, fields)
    at = time_of_change(row)
    note_activity(row, at)
    types = [EventType.PROGRESS] if _rises(row, values) else []
    apply(session, row, values, Entry(ChangeType.PROGRESS_UPDATE, by), types, at)


def report_error(
    session: Session,
    row: StatusRow,
    fields: Mapping[str, Any],
    *,
    by: UUID | None,
    change_type: ChangeType = ChangeType.ERROR_OCCURRED,
) -> None:
    """Count an error of a locked status: the fields of ``ErrorReport``. Raises Conflict after the end."""
    if row.status in ENDS:
        raise Conflict(f"The status is {row.status}.")
    retries = fields.get("should_retry", True) and row.retry_count < row.max_retries
    state = State.RETRY_PENDING if retries else State.FAILED
    at, moved = time_of_change(row), state is not row.status
    values: dict[str, Any] = {"error_info": fields["error_info"], **_times(row, state, at)}
    if "worker_id" in fields:
        values["worker_id"] = fields["worker_id"]
    if retries:
        values["retry_count"] = row.retry_count + 1
    types = [EventType.ERROR, *(_moved(state) if moved else []), *([EventType.RETRY_SCHEDULED] if retries else [])]
    note_activity(row, at)
    entry = Entry(change_type, by, metadata=fields.get("error_metadata"), error_info=fields["error_info"])
    apply(session, row, values, entry, types, at)


def beat(session: Session, row: StatusRow, fields: Mapping[str, Any], *, by: UUID | None) -> None:
    """Store a heartbeat of a locked status, which is not a change. Raises Conflict, and Outdated after the end."""
    _require_stage(row, "A heartbeat")
    at = utc_now()
    row.heartbeat_at, row.worker_id = at, fields["worker_id"]
    note_activity(row, at)


def retry(session: Session, row: StatusRow, *, by: UUID | None) -> None:
    """Put a locked status that failed back to queued. Raises Conflict in every other state."""
    if row.status is not State.FAILED:
        raise Conflict(f"The status is {row.status}, not failed.")
    at = time_of_change(row)
    nothing = dict.fromkeys(("completed_at", "current_step", "worker_id", "heartbeat_at"))
    values = {**_RETRIED, **nothing, "retry_count": 0, "status": State.QUEUED}
    note_activity(row, at)
    apply(session, row, values, Entry(ChangeType.MANUAL_INTERVENTION, by), [EventType.CHANGED], at)


def cancel(session: Session, row: StatusRow, *, reason: str, by: UUID | None) -> None:
    """Cancel a locked status that has not ended."""
    at = time_of_change(row)
    entry = Entry(ChangeType.MANUAL_INTERVENTION, by, reason)
    apply(session, row, _times(row, State.CANCELLED, at), entry, _moved(State.CANCELLED), at)


def delete(session: Session, status_id: UUID) -> None:
    """Delete a status with its history and events. Raises NotFound."""
    session.delete(lock(session, status_id))


def _require_vods(session: Session, vod_ids: set[UUID]) -> None:
    known = select(VodRow.id).where(VodRow.id.in_(vod_ids)).order_by(VodRow.id)
    # Locked, so that a deletion of the VOD waits and then deletes the new statuses as well.
    if vod_ids and set(session.scalars(known.with_for_update(key_share=True, read=True))) != vod_ids:
        raise NotFound("The VOD was not found.")


def _new_row(fields: Mapping[str, Any], batch_id: UUID | None, at: Any) -> StatusRow:
    given = {name: value for name, value in fields.items() if name != "metadata"}
    return StatusRow(
        **given,
        details=fields["metadata"],
        status_id=uuid4(),
        batch_id=batch_id,
        status=State.QUEUED,
        progress_percentage=_ZERO,
        completed_steps=0,
        retry_count=0,
        version=1,
        created_at=at,
        updated_at=at,
        active_at=at,
    )


def _check_steps(row: StatusRow, fields: Mapping[str, Any], *, complete: bool = False) -> None:
    steps = fields.get("completed_steps")
    if steps is None:
        return
    if row.total_steps is None:
        issue = "is not valid"
    elif steps > row.total_steps:
        issue = f"must be at most {row.total_steps}"
    elif complete and steps < row.total_steps:
        issue = f"must be at least {row.total_steps}"
    else:
        return
    raise ValidationFailed(details=[{"field": "completed_steps", "issue": issue}])


def _progress(row: StatusRow, fields: Mapping[str, Any], *, restarts: bool = False) -> dict[str, Any]:
    """Return the requested progress and steps. Raises Outdated if one is lower than that of the status."""
    values = {name: fields[name] for name in ("progress_percentage", "completed_steps") if name in fields}
    if "completed_steps" in values and "progress_percentage" not in values and row.total_steps:
        values["progress_percentage"] = share(values["completed_steps"], row.total_steps)
    for name, value in values.items():
        if not restarts and value < getattr(row, name):
            raise Outdated("Progress cannot go down.")
    return values


def _rises(row: StatusRow, values: Mapping[str, Any]) -> bool:
    return any(values.get(name, -1) > getattr(row, name) for name in ("progress_percentage", "completed_steps"))


def _require_stage(row: StatusRow, subject: str) -> None:
    if row.status not in STAGES:
        error = Outdated if row.status in ENDS else Conflict
        raise error(f"{subject} requires a status in a stage. The status is {row.status}.")


def _times(row: StatusRow, state: State, at: Any) -> dict[str, Any]:
    """Return the state and the times that a move to it sets."""
    values: dict[str, Any] = {"status": state}
    if state in STAGES and row.started_at is None:
        values["started_at"] = at
    if state in ENDS:
        values["completed_at"] = at
    return values


def _moved(state: State) -> list[EventType]:
    return [EventType.CHANGED, *([END_EVENTS[state]] if state in ENDS else [])]


def _merged(metadata: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    removed = {name for name, value in changes.items() if value is None}
    merged = {name: value for name, value in {**metadata, **changes}.items() if name not in removed}
    if not is_small(merged):
        raise ValidationFailed(details=[{"field": "metadata", "issue": "is not valid"}])
    return merged
