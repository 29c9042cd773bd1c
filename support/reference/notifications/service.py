"""Send, list and read notifications. A notification is visible only to its recipient."""

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
    """Return a new notification that is not stored yet."""
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
    """Send a notification to the sender, or by an administrator to another user.

    Raises Forbidden and NotFound.
    """
    recipient = user_id or sender.id
    if recipient != sender.id and not sender.has_role("administrator"):
        raise Forbidden("Only administrators may notify other users.")
    notification = new_notification(recipient, type=type, priority=priority, title=title, message=message, data=data)
    with services.database.begin() as session:
        require_user(session, recipient)
        session.add(notification)
    return notification


def notify_administrators(session: Session, *, type: str, title: str, message: str, about: dict[str, Any]) -> None:
    """Notify every active administrator of a failure, in the caller's transaction.

    ``about`` is the data of the notification: what failed.
    """
    administrators = select(UserRow.id).where(UserRow.role == "administrator", UserRow.active)
    for user_id in session.scalars(administrators):
        session.add(new_notification(user_id, type=type, priority="high", title=title, message=message, data=about))


def delete_about(session: Session, *, about: dict[str, Any]) -> None:
    """Delete the notifications about a deleted resource, in the caller's transaction."""
    # The index finds what contains the data, not what equals it.
    is_about = (NotificationRow.data.contains(about), NotificationRow.data == about)
    session.execute(delete_rows(NotificationRow).where(*is_about))


def list_for(
    services: Services, user: User, *, limit: int, offset: int, unread: bool | None
) -> tuple[list[NotificationRow], int]:
    """Return one page of a user's notifications, newest first, and the number of all."""
    query = select(NotificationRow).where(NotificationRow.user_id == user.id)
    if unread is not None:
        query = query.where(NotificationRow.read_at.is_(None) == unread)
    with services.database.begin() as session:
        return pages.newest(session, query, limit=limit, offset=offset)


def get(services: Services, user: User, notification_id: UUID) -> NotificationRow:
    """Return one notification. Raises NotFound if it is not the user's."""
    with services.database.begin() as session:
        return _owned(session, user, notification_id)


def mark_read(services: Services, user: User, notification_id: UUID) -> NotificationRow:
    """Store when a notification was first read. Raises NotFound."""
    with services.database.begin() as session:
        notification = _owned(session, user, notification_id, for_update=True)
        notification.read_at = notification.read_at or utc_now()
        return notification


def delete(services: Services, user: User, notification_id: UUID) -> None:
    """Delete a notification. Raises NotFound."""
    with services.database.begin() as session:
        session.delete(_owned(session, user, notification_id, for_update=True))


def _owned(session: Session, user: User, notification_id: UUID, *, for_update: bool = False) -> NotificationRow:
    notification = session.get(NotificationRow, notification_id, with_for_update=for_update or None)
    if notification is None or notification.user_id != user.id:
        raise NotFound("The notification was not found.")
    return notification
