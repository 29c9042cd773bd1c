"""Record and list events. An event is visible only to its user."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from support.reference import pages
from support.reference.access.service import User
from support.reference.database import utc_now
from support.reference.errors import NotFound
from support.reference.events.tables import EventRow
from support.reference.services import Services


def new_event(user_id: UUID, type: str, data: dict[str, Any]) -> EventRow:
    """Return a new event that is not stored yet."""
    return EventRow(id=uuid4(), user_id=user_id, type=type, data=data, created_at=utc_now())


def record(services: Services, user: User, *, type: str, data: dict[str, Any]) -> EventRow:
    """Record an event of the caller."""
    event = new_event(user.id, type, data)
    with services.database.begin() as session:
        session.add(event)
    return event


def list_for(
    services: Services, user: User, *, limit: int, offset: int, type: str | None
) -> tuple[list[EventRow], int]:
    """Return one page of a user's events, newest first, and the number of all."""
    query = select(EventRow).where(EventRow.user_id == user.id)
    if type is not None:
        query = query.where(EventRow.type == type)
    with services.database.begin() as session:
        return pages.newest(session, query, limit=limit, offset=offset)


def get(services: Services, user: User, event_id: UUID) -> EventRow:
    """Return one event. Raises NotFound if it is not the user's."""
    with services.database.begin() as session:
        event = session.get(EventRow, event_id)
        if event is None or event.user_id != user.id:
            raise NotFound("The event was not found.")
        return event
