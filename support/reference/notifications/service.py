"""Sending, listing and reading notifications. A notification exists only for the user it was sent to."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import User, require_user
from support.reference.access.tables import UserRow
from support.reference.database import utc_now
from support.reference.errors import Forbidden, NotFound
from support.reference.notifications.tables import NotificationRow, Priority
from support.reference.services import Services


def new_notification(
    user_id: UUID, *, type: str, priority: Priority, title: str, message: str, data: dict[str, Any]
) -> NotificationRow:
    """A notification of now that is not stored yet."""
    return NotificationRow(
        id=uuid4(),
        user_id=user_id,
        type=type,
        priority=priority,
        title=title,
        message=message,
        data=data,
        created_at=utc_now(),
    )


def send(
    services: Services,
    sender: User,
    *,
    user_id: UUID | None,
    type: str,
    priority: Priority,
    title: str,
    message: str,
    data: dict[str, Any],
) -> NotificationRow:
    """Notify a user: the sender themselves, or whoever an administrator names. Raises Forbidden and NotFound."""
    recipient = user_id or sender.id
    if recipient != sender.id and not sender.has_role("administrator"):
        raise Forbidden("Only administrators may notify other users.")
    notification = new_notification(recipient, type=type, priority=priority, title=title, message=message, data=data)
    with services.database.begin() as session:
        require_user(session, recipient)
        session.add(notification)
    return notification


def notify_administrators(session: Session, *, type: str, title: str, message: str, about: dict[str, Any]) -> None:
    """Notify every administrator of something that failed, in the caller's transaction. ``about`` says of what."""
    administrators = select(UserRow.id).where(UserRow.role == "administrator", UserRow.active)
    for user_id in session.scalars(administrators):
        session.add(new_notification(user_id, type=type, priority="high", title=title, message=message, data=about))


def delete_about(session: Session, *, about: dict[str, Any]) -> None:
    """Remove what was told about something that is gone, in the caller's transaction."""
    # What holds it is found by an index, what equals it is not.
    of_it = (NotificationRow.data.contains(about), NotificationRow.data == about)
    session.execute(delete_rows(NotificationRow).where(*of_it))


def list_for(
    services: Services, user: User, *, limit: int, offset: int, unread: bool | None
) -> tuple[list[NotificationRow], int]:
    """One page of a user's notifications, newest first, and how many there are; only unread, only read, or all."""
    wanted = select(NotificationRow).where(NotificationRow.user_id == user.id)
    if unread is not None:
        wanted = wanted.where(NotificationRow.read_at.is_(None) == unread)
    with services.database.begin() as session:
        return pages.newest(session, wanted, limit=limit, offset=offset)


def get(services: Services, user: User, notification_id: UUID) -> NotificationRow:
    """One notification. Raises NotFound when it is not the user's."""
    with services.database.begin() as session:
        return _owned(session, user, notification_id)


def mark_read(services: Services, user: User, notification_id: UUID) -> NotificationRow:
    """Note when a notification was first read; reading it again keeps that. Raises NotFound."""
    with services.database.begin() as session:
        notification = _owned(session, user, notification_id, for_update=True)
        notification.read_at = notification.read_at or utc_now()
        return notification


def delete(services: Services, user: User, notification_id: UUID) -> None:
    """Remove a notification. Raises NotFound."""
    with services.database.begin() as session:
        session.delete(_owned(session, user, notification_id, for_update=True))


def _owned(session: Session, user: User, notification_id: UUID, *, for_update: bool = False) -> NotificationRow:
    notification = session.get(NotificationRow, notification_id, with_for_update=for_update or None)
    if notification is None or notification.user_id != user.id:
        raise NotFound("The notification was not found.")
    return notification
