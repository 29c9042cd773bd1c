"""``/api/notifications``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from support.reference.access.dependencies import CurrentUser
from support.reference.errors import error_responses
from support.reference.notifications import service
from support.reference.notifications.tables import Priority
from support.reference.schemas import JsonObject, Page, QueryBoolean, Request, ResponseModel, Text, Title, TypeName
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api/notifications", responses=error_responses(401, 422, 500, 503))


class NewNotification(Request):
    """A notification to send: to the caller, or by an administrator to ``user_id``."""

    user_id: UUID | None = None
    type: TypeName
    priority: Priority = "normal"
    title: Title
    message: Annotated[Text, Field(min_length=1, max_length=10_000)]
    data: JsonObject = Field(default_factory=dict)


class NotificationFilter(Page):
    """Filter: all notifications, only unread (true) or only read ones (false)."""

    unread: QueryBoolean | None = None


class NotificationResponse(ResponseModel):
    """A notification; ``read_at`` is null until it is marked as read."""

    id: UUID
    user_id: UUID
    type: str
    priority: Priority
    title: str
    message: str
    data: dict[str, Any]
    read_at: datetime | None
    created_at: datetime


class NotificationsResponse(ResponseModel):
    """One page of notifications, newest first."""

    notifications: list[NotificationResponse]
    total: int


@router.get("")
def list_notifications(
    filters: Annotated[NotificationFilter, Query()], user: CurrentUser, services: ServicesDep
) -> NotificationsResponse:
    """List the caller's notifications, newest first."""
    found, total = service.list_for(services, user, **filters.model_dump())
    return NotificationsResponse(
        notifications=[NotificationResponse.model_validate(each) for each in found], total=total
    )


@router.post("", status_code=201, responses=error_responses(403, 404, 413))
def send(body: NewNotification, user: CurrentUser, services: ServicesDep) -> NotificationResponse:
    """Send a notification."""
    return NotificationResponse.model_validate(service.send(services, user, **body.model_dump()))


@router.get("/{notification_id}", responses=error_responses(404))
def get(notification_id: UUID, user: CurrentUser, services: ServicesDep) -> NotificationResponse:
    """Return one notification."""
    return NotificationResponse.model_validate(service.get(services, user, notification_id))


@router.delete("/{notification_id}", status_code=204, responses=error_responses(404))
def delete(notification_id: UUID, user: CurrentUser, services: ServicesDep) -> None:
    """Delete a notification."""
    service.delete(services, user, notification_id)


@router.post("/{notification_id}/read", responses=error_responses(404))
def mark_read(notification_id: UUID, user: CurrentUser, services: ServicesDep) -> NotificationResponse:
    """Mark a notification as read; the first time is kept."""
    return NotificationResponse.model_validate(service.mark_read(services, user, notification_id))
