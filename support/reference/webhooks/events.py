"""From an event to its deliveries, inside the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


def enqueue_deliveries(session: Session, event: PlatformEvent) -> None:
    """Store a delivery of the event for each webhook that subscribes to it, and the job that sends it.

    Rows and jobs are committed with the change, or not at all.
    """
    for webhook in session.scalars(_subscribed(event)):
        if _matches(webhook.filter, event):
            _add(session, webhook, event)


def _subscribed(event: PlatformEvent) -> Select[WebhookRow]:
    # The lock keeps a webhook from being deleted between this and the commit, and excludes nothing else.
    return (
        select(WebhookRow)
        .join(UserRow, UserRow.id == WebhookRow.owner_id)
        .where(
            WebhookRow.active,
            WebhookRow.events.contains([event.type]),
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


def _add(session: Session, webhook: WebhookRow, event: PlatformEvent) -> None:
    now = utc_now()
    suppressed = _is_over_limit(session, webhook, now)
    delivery = WebhookDeliveryRow(
        id=uuid4(),
        webhook_id=webhook.id,
        event=event.type,
        subject=event.subject,
        seq=event.seq,
        state="suppressed" if suppressed else "waiting",
        tries=[],
        tries_left=0 if suppressed else TRIES,
        next_try_at=None if suppressed else now,
        created_at=now,
        ended_at=now if suppressed else None,
    )
    delivery.body = _body(delivery.id, event)
    session.add(delivery)
    session.flush()
    if not suppressed:
        enqueue(session, delivery)


def _is_over_limit(session: Session, webhook: WebhookRow, now: datetime) -> bool:
    counted = (
        select(func.count())
        .select_from(WebhookDeliveryRow)
        .where(
            WebhookDeliveryRow.webhook_id == webhook.id,
            WebhookDeliveryRow.created_at > now - _HOUR,
            WebhookDeliveryRow.state != "suppressed",
        )
    )
    if (session.scalar(counted) or 0) < webhook.max_per_hour - _COUNT_EXACTLY_FROM:
        return False
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(webhook.id), 0))))
    return (session.scalar(counted) or 0) >= webhook.max_per_hour


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
