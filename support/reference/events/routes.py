"""``/api/events``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from support.reference.access.dependencies import CurrentUser
from support.reference.errors import documented
from support.reference.events import service
from support.reference.schemas import Answer, JsonObject, Page, Request, Word
from support.reference.services import ServicesOf

router = APIRouter(prefix="/api/events", responses=documented(401, 422, 500, 503))


class NewEvent(Request):
    """An event to record; ``type`` is a word of any kind."""

    type: Word
    data: JsonObject = Field(default_factory=dict)


class EventFilter(Page):
    """Which events are wanted: of one type, or all."""

    type: Word | None = None


class EventAnswer(Answer):
    """An event."""

    id: UUID
    user_id: UUID
    type: str
    data: dict[str, Any]
    created_at: datetime


class EventsAnswer(Answer):
    """One page of events, newest first."""

    events: list[EventAnswer]
    total: int


@router.get("")
def list_events(wanted: Annotated[EventFilter, Query()], user: CurrentUser, services: ServicesOf) -> EventsAnswer:
    """The caller's events, newest first."""
    found, total = service.list_for(services, user, **wanted.model_dump())
    return EventsAnswer(events=[EventAnswer.model_validate(each) for each in found], total=total)


@router.post("", status_code=201, responses=documented(413))
def record(body: NewEvent, user: CurrentUser, services: ServicesOf) -> EventAnswer:
    """Record an event of one's own."""
    return EventAnswer.model_validate(service.record(services, user, **body.model_dump()))


@router.get("/{event_id}", responses=documented(404))
def get(event_id: UUID, user: CurrentUser, services: ServicesOf) -> EventAnswer:
    """One event."""
    return EventAnswer.model_validate(service.get(services, user, event_id))
