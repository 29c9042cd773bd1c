"""``/api/events``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from support.reference.access.dependencies import CurrentUser
from support.reference.errors import error_responses
from support.reference.events import service
from support.reference.schemas import JsonObject, Page, Request, ResponseModel, TypeName
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api/events", responses=error_responses(401, 422, 500, 503))


class NewEvent(Request):
    """An event to record."""

    type: TypeName
    data: JsonObject = Field(default_factory=dict)


class EventFilter(Page):
    """Filter: events of one type, or all."""

    type: TypeName | None = None


class EventResponse(ResponseModel):
    """An event."""

    id: UUID
    user_id: UUID
    type: str
    data: dict[str, Any]
    created_at: datetime


class EventsResponse(ResponseModel):
    """One page of events, newest first."""

    events: list[EventResponse]
    total: int


@router.get("")
def list_events(filters: Annotated[EventFilter, Query()], user: CurrentUser, services: ServicesDep) -> EventsResponse:
    """List the caller's events, newest first."""
    found, total = service.list_for(services, user, **filters.model_dump())
    return EventsResponse(events=[EventResponse.model_validate(each) for each in found], total=total)


@router.post("", status_code=201, responses=error_responses(413))
def record(body: NewEvent, user: CurrentUser, services: ServicesDep) -> EventResponse:
    """Record an event of the caller."""
    return EventResponse.model_validate(service.record(services, user, **body.model_dump()))


@router.get("/{event_id}", responses=error_responses(404))
def get(event_id: UUID, user: CurrentUser, services: ServicesDep) -> EventResponse:
    """Return one event."""
    return EventResponse.model_validate(service.get(services, user, event_id))
