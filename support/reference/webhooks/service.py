"""Webhooks of a user and their deliveries. A webhook exists only for its owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import User
from support.reference.access.tables import UserRow
from support.reference.database import utc_now
from support.reference.errors import AuthenticationFailed, Conflict, NotFound, ValidationFailed
from support.reference.services import Services
from support.reference.webhooks.addresses import ForbiddenAddress, InvalidAddress, UnresolvedHost, parse, permitted
from support.reference.webhooks.delivery import enqueue, fail_waiting
from support.reference.webhooks.signatures import encrypt, new_secret
from support.reference.webhooks.tables import (
    STATES,
    STATUS_EVENTS,
    TRIES,
    DeliveryState,
    WebhookDeliveryRow,
    WebhookRow,
)

MOST_WEBHOOKS = 20

_RESOLVE_SECONDS = 2.0


class NewWebhook(NamedTuple):
    """A webhook that was created, with its secret, which is in no other response."""

    webhook: WebhookRow
    secret: str


def create(services: Services, user: User, fields: Mapping[str, Any]) -> NewWebhook:
    """Create a webhook with a new secret. Raises ValidationFailed, and Conflict if the user has as many as allowed."""
    _require_address(services, fields["url"])
    _require_filter_of_status(fields["events"], fields["filter"])
    now, secret = utc_now(), new_secret()
    sealed = encrypt(services.settings, secret)
    webhook = WebhookRow(id=uuid4(), owner_id=user.id, secret=sealed, created_at=now, updated_at=now, **fields)
    with services.database.begin() as session:
        # Under the lock of the account: of two requests at the same time the second one counts the first.
        if session.get(UserRow, user.id, with_for_update={"key_share": True}) is None:
            raise AuthenticationFailed
        if pages.count(session, select(WebhookRow.id).where(WebhookRow.owner_id == user.id)) >= MOST_WEBHOOKS:
            raise Conflict(f"A user can have at most {MOST_WEBHOOKS} webhooks.")
        session.add(webhook)
    return NewWebhook(webhook, secret)


def list_for(services: Services, user: User, *, limit: int, offset: int) -> tuple[list[WebhookRow], int]:
    """Return one page of a user's webhooks, newest first, and their number."""
    own = select(WebhookRow).where(WebhookRow.owner_id == user.id)
    with services.database.begin() as session:
        return pages.newest(session, own, limit=limit, offset=offset)


def get(services: Services, user: User, webhook_id: UUID) -> WebhookRow:
    """Return a webhook. Raises NotFound."""
    with services.database.begin() as session:
        return _owned(session, user, webhook_id)


def change(services: Services, user: User, webhook_id: UUID, changes: Mapping[str, Any]) -> WebhookRow:
    """Change fields of a webhook. Raises NotFound and ValidationFailed."""
    if "url" in changes:
        _require_address(services, changes["url"])
    if "events" in changes and "filter" in changes:
        _require_filter_of_status(changes["events"], changes["filter"])
    with services.database.begin() as session:
        webhook = _owned(session, user, webhook_id, for_update=True)
        changed = {name: value for name, value in changes.items() if getattr(webhook, name) != value}
        for name, value in changed.items():
            setattr(webhook, name, value)
        _require_filter_of_status(webhook.events, webhook.filter)
        if changed:
            webhook.updated_at = utc_now()
        if not webhook.active:
            fail_waiting(session, webhook.id)
    return webhook


def delete(services: Services, user: User, webhook_id: UUID) -> None:
    """Delete a webhook with its deliveries; those that are waiting are not sent. Raises NotFound."""
    with services.database.begin() as session:
        session.delete(_owned(session, user, webhook_id, for_update=True))


def list_deliveries(
    services: Services,
    user: User,
    webhook_id: UUID,
    *,
    state: DeliveryState | None,
    event: str | None,
    limit: int,
    offset: int,
) -> tuple[list[WebhookDeliveryRow], int]:
    """Return one page of a webhook's deliveries, newest first, and their number. Raises NotFound."""
    with services.database.begin() as session:
        wanted = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == _owned(session, user, webhook_id).id)
        if state is not None:
            wanted = wanted.where(WebhookDeliveryRow.state == state)
        if event is not None:
            wanted = wanted.where(WebhookDeliveryRow.event == event)
        return pages.newest(session, wanted, limit=limit, offset=offset)


def retry(services: Services, user: User, webhook_id: UUID, delivery_id: UUID) -> WebhookDeliveryRow:
    """Send a failed delivery again, under the same id.

    Raises NotFound, and Conflict if the delivery is not failed or the webhook is inactive.
    """
    with services.database.begin() as session:
        webhook = _owned(session, user, webhook_id, for_update=True)
        delivery = session.get(WebhookDeliveryRow, delivery_id, with_for_update=True)
        if delivery is None or delivery.webhook_id != webhook.id:
            raise NotFound("There is no such delivery.")
        if delivery.state != "failed":
            raise Conflict(f"The delivery is {delivery.state}, not failed.")
        if not webhook.active:
            raise Conflict("The webhook is inactive.")
        delivery.state, delivery.tries_left = "waiting", TRIES
        delivery.next_try_at, delivery.ended_at = utc_now(), None
        session.flush()
        enqueue(session, [delivery])
    return delivery


def read_deliveries_gauge(session: Session) -> GaugeMetricFamily:
    """Read the number of deliveries in each state."""
    by_state = select(WebhookDeliveryRow.state, func.count()).group_by(WebhookDeliveryRow.state)
    numbers = dict(session.execute(by_state).tuples().all())
    gauge = GaugeMetricFamily("webhook_deliveries", "Deliveries of webhooks by state.", labels=("state",))
    for state in STATES:
        gauge.add_metric((state,), numbers.get(state, 0))
    return gauge


def _owned(session: Session, user: User, webhook_id: UUID, *, for_update: bool = False) -> WebhookRow:
    # The weaker lock: it does not hold up the changes that store deliveries.
    webhook = session.get(WebhookRow, webhook_id, with_for_update={"key_share": True} if for_update else None)
    if webhook is None or webhook.owner_id != user.id:
        raise NotFound("There is no such webhook.")
    return webhook


def _require_address(services: Services, url: str) -> None:
    try:
        permitted(parse(url), services.settings.outbound_allowed_hosts, seconds=_RESOLVE_SECONDS)
    except UnresolvedHost:
        return
    except InvalidAddress:
        raise ValidationFailed(details=[{"field": "url", "issue": "does not have the expected form"}]) from None
    except ForbiddenAddress:
        raise ValidationFailed(details=[{"field": "url", "issue": "is not valid"}]) from None


def _require_filter_of_status(events: Sequence[str], conditions: Mapping[str, Any] | None) -> None:
    if conditions is not None and not set(events) <= set(STATUS_EVENTS):
        raise ValidationFailed(details=[{"field": "filter", "issue": "is not valid"}])
