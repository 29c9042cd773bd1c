"""Recording and listing events. An event exists only for the user whose it is."""

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
    """An event of now that is not stored yet."""
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
    """One page of a user's events, newest first, and how many there are; of one type, or all."""
    wanted = select(EventRow).where(EventRow.user_id == user.id)
    if type is not None:
        wanted = wanted.where(EventRow.type == type)
    with services.database.begin() as session:
        return pages.newest(session, wanted, limit=limit, offset=offset)


def get(services: Services, user: User, event_id: UUID) -> EventRow:
    """One event. Raises NotFound when it is not the user's."""
    with services.database.begin() as session:
        event = session.get(EventRow, event_id)
        if event is None or event.user_id != user.id:
            raise NotFound("The event was not found.")
        return event
