"""``/api/notifications``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from support.reference.access.dependencies import CurrentUser
from support.reference.errors import documented
from support.reference.notifications import service
from support.reference.notifications.tables import Priority
from support.reference.schemas import Answer, JsonObject, Page, Request, Text, Title, Word
from support.reference.services import ServicesOf

router = APIRouter(prefix="/api/notifications", responses=documented(401, 422, 500, 503))


class NewNotification(Request):
    """A notification to send: to oneself, or, by an administrator, to ``user_id``. ``type`` is a word of any kind."""

    user_id: UUID | None = None
    type: Word
    priority: Priority = "normal"
    title: Title
    message: Annotated[Text, Field(min_length=1, max_length=10_000)]
    data: JsonObject = Field(default_factory=dict)


class NotificationFilter(Page):
    """Which notifications are wanted: all, only unread (true) or only read ones (false)."""

    unread: bool | None = None


class NotificationAnswer(Answer):
    """A notification; ``read_at`` is null until it is read."""

    id: UUID
    user_id: UUID
    type: str
    priority: Priority
    title: str
    message: str
    data: dict[str, Any]
    read_at: datetime | None
    created_at: datetime


class NotificationsAnswer(Answer):
    """One page of notifications, newest first."""

    notifications: list[NotificationAnswer]
    total: int


@router.get("")
def list_notifications(
    wanted: Annotated[NotificationFilter, Query()], user: CurrentUser, services: ServicesOf
) -> NotificationsAnswer:
    """The caller's notifications, newest first."""
    found, total = service.list_for(services, user, **wanted.model_dump())
    return NotificationsAnswer(notifications=[NotificationAnswer.model_validate(each) for each in found], total=total)


@router.post("", status_code=201, responses=documented(403, 404, 413))
def send(body: NewNotification, user: CurrentUser, services: ServicesOf) -> NotificationAnswer:
    """Send a notification."""
    return NotificationAnswer.model_validate(service.send(services, user, **body.model_dump()))


@router.get("/{notification_id}", responses=documented(404))
def get(notification_id: UUID, user: CurrentUser, services: ServicesOf) -> NotificationAnswer:
    """One notification."""
    return NotificationAnswer.model_validate(service.get(services, user, notification_id))


@router.delete("/{notification_id}", status_code=204, responses=documented(404))
def delete(notification_id: UUID, user: CurrentUser, services: ServicesOf) -> None:
    """Remove a notification."""
    service.delete(services, user, notification_id)


@router.post("/{notification_id}/read", responses=documented(404))
def mark_read(notification_id: UUID, user: CurrentUser, services: ServicesOf) -> NotificationAnswer:
    """Mark a notification as read; the first time counts."""
    return NotificationAnswer.model_validate(service.mark_read(services, user, notification_id))
