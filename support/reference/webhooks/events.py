"""From an event to its deliveries, inside the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from support.reference.access.tables import UserRow
from support.reference.database import utc_now
from support.reference.platform_events import PlatformEvent
from support.reference.webhooks.delivery import enqueue
from support.reference.webhooks.tables import OWNER_ROLES, TRIES, WebhookDeliveryRow, WebhookRow

_HOUR = timedelta(minutes=60)
# Changes at the same time see only the committed deliveries. Near the limit they are counted one after the other.
_COUNT_EXACTLY_FROM = 50
_STATE = "webhook_deliveries"


class _Transaction:
    """What one transaction has read about webhooks, so that a change of many resources reads it once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.root = session.get_transaction()
        self._subscribed: dict[str, Sequence[WebhookRow]] = {}
        self._recent: dict[UUID, int] = {}
        self._exact: set[UUID] = set()

    @classmethod
    def of(cls, session: Session) -> _Transaction:
        """Return that of the session's current transaction."""
        known: _Transaction | None = session.info.get(_STATE)
        if known is None or known.root is not session.get_transaction():
            known = session.info[_STATE] = cls(session)
        return known

    def subscribed(self, event_type: str) -> Sequence[WebhookRow]:
        """Return the active webhooks of active owners that subscribe to an event."""
        if event_type not in self._subscribed:
            self._subscribed[event_type] = self._session.scalars(_subscribed(event_type)).all()
        return self._subscribed[event_type]

    def has_room(self, webhook: WebhookRow, now: datetime) -> bool:
        """Return whether the webhook may have another delivery within the hour, and count it if so."""
        if webhook.id not in self._recent:
            self._count(webhook, now)
        if webhook.id not in self._exact and self._recent[webhook.id] >= webhook.max_per_hour - _COUNT_EXACTLY_FROM:
            self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(webhook.id), 0))))
            self._exact.add(webhook.id)
            self._count(webhook, now)
        if self._recent[webhook.id] >= webhook.max_per_hour:
            return False
        self._recent[webhook.id] += 1
        return True

    def _count(self, webhook: WebhookRow, now: datetime) -> None:
        counted = (
            select(func.count())
            .select_from(WebhookDeliveryRow)
            .where(
                WebhookDeliveryRow.webhook_id == webhook.id,
                WebhookDeliveryRow.created_at > now - _HOUR,
                WebhookDeliveryRow.state != "suppressed",
            )
        )
        self._recent[webhook.id] = self._session.scalar(counted) or 0


def enqueue_deliveries(session: Session, event: PlatformEvent) -> None:
    """Store a delivery of the event for each webhook that subscribes to it, and the job that sends it.

    Rows and jobs are committed with the change, or not at all.
    """
    transaction = _Transaction.of(session)
    deliveries = [
        _delivery(webhook, event, is_sent=transaction.has_room(webhook, utc_now()))
        for webhook in transaction.subscribed(event.type)
        if _matches(webhook.filter, event)
    ]
    session.add_all(deliveries)
    enqueue(session, (delivery for delivery in deliveries if delivery.state == "waiting"))


def _subscribed(event_type: str) -> Select[WebhookRow]:
    # The lock keeps a webhook from being deleted between this and the commit, and excludes nothing else.
    return (
        select(WebhookRow)
        .join(UserRow, UserRow.id == WebhookRow.owner_id)
        .where(
            WebhookRow.active,
            WebhookRow.events.contains([event_type]),
            UserRow.active,
            UserRow.deleted_at.is_(None),
            UserRow.role.in_(OWNER_ROLES),
        )
        .order_by(WebhookRow.id)
        .with_for_update(read=True, key_share=True, of=WebhookRow)
        .execution_options(populate_existing=True)
    )


def _matches(conditions: Mapping[str, Any] | None, event: PlatformEvent) -> bool:
    return all(
        value in event.tags if name == "tag" else event.data.get(name) == value
        for name, value in (conditions or {}).items()
    )


def _delivery(webhook: WebhookRow, event: PlatformEvent, *, is_sent: bool) -> WebhookDeliveryRow:
    now, delivery_id = utc_now(), uuid4()
    return WebhookDeliveryRow(
        id=delivery_id,
        webhook_id=webhook.id,
        event=event.type,
        subject=event.subject,
        seq=event.seq,
        body=_body(delivery_id, event),
        state="waiting" if is_sent else "suppressed",
        tries=[],
        tries_left=TRIES if is_sent else 0,
        next_try_at=now if is_sent else None,
        created_at=now,
        ended_at=None if is_sent else now,
    )


def _body(delivery_id: UUID, event: PlatformEvent) -> str:
    return json.dumps(
        {
            "id": str(delivery_id),
            "event": event.type,
            "subject": event.subject,
            "seq": event.seq,
            "at": event.at.isoformat().replace("+00:00", "Z"),
            "data": event.data,
        },
        separators=(",", ":"),
    )
