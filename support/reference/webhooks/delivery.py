"""The worker's side: one job for each delivery, run in the order of events for each subject of a webhook.

The jobs of one webhook and subject share a lock, which a job keeps while it waits for its next try. Each job sends the
delivery with the lowest ``seq`` that is waiting, so that a delivery which its owner retries goes before later ones.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import procrastinate
from procrastinate import JobContext
from procrastinate.jobs import Job
from sqlalchemy import select
from sqlalchemy.orm import Session

from support.reference.access.tables import UserRow
from support.reference.database import utc_now
from support.reference.errors import DatabaseUnavailable
from support.reference.queue import Backoff, defer_in_order, on_given_up, queue
from support.reference.services import Services, services_of
from support.reference.settings import Settings
from support.reference.webhooks.addresses import ForbiddenAddress, InvalidAddress, UnresolvedHost, parse, permitted
from support.reference.webhooks.places import DELIVERY_QUEUE
from support.reference.webhooks.sender import NoResponse, post, seconds_to_wait
from support.reference.webhooks.signatures import decrypt, signature
from support.reference.webhooks.tables import OWNER_ROLES, TRIES, DeliveryState, WebhookDeliveryRow, WebhookRow

logger = logging.getLogger(__name__)

INACTIVE = "webhook is inactive"
NOT_ALLOWED = "address is not allowed"

_LONGEST_RETRY_AFTER_SECONDS = 60.0
_GONE = 410


class NotYet(Exception):
    """The next try is due later."""

    def __init__(self, at: datetime) -> None:
        super().__init__("the next try is due later")
        self.at = at


def _without_traceback(record: logging.LogRecord) -> bool:
    if record.exc_info and isinstance(record.exc_info[1], NotYet):
        record.exc_info = None
    return True


# Procrastinate logs every exception of a job. A try that failed is part of the normal work, and stored.
logging.getLogger("procrastinate.worker").addFilter(_without_traceback)


class UntilDelivered(Backoff):
    """Run again at the time of the next try, and after errors of the database."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """Return when to run the job again, or None to let it fail."""
        if isinstance(exception, NotYet):
            return procrastinate.RetryDecision(retry_at=exception.at)
        return super().get_retry_decision(exception=exception, job=job)


@dataclass(frozen=True)
class Outcome:
    """How a try ended: ``status`` is null without an answer. ``ends`` means that no further try follows."""

    status: int | None
    error: str | None
    ends: bool
    seconds_to_wait: float = 0.0


@queue.task(name="webhooks.deliver", queue=DELIVERY_QUEUE, retry=UntilDelivered(DatabaseUnavailable), pass_context=True)
def deliver(context: JobContext, webhook_id: str, subject: str) -> None:
    """Send the first waiting delivery of a subject to a webhook, once."""
    services = services_of(context)
    with services.database.begin() as session:
        found = _next(session, UUID(webhook_id), subject)
        if found is None:
            return
        delivery, webhook, is_active = found
        if delivery.next_try_at is not None and delivery.next_try_at > utc_now():
            raise NotYet(delivery.next_try_at)
        if not is_active:
            _end(delivery, "failed", Outcome(None, INACTIVE, ends=True), utc_now(), 0.0)
            return
    at, began = utc_now(), monotonic()
    try:
        outcome = _send(services.settings, webhook, delivery, at)
    except Exception:
        _record(services, delivery.id, Outcome(None, "internal error", ends=True), at, monotonic() - began)
        raise
    _record(services, delivery.id, outcome, at, monotonic() - began)


def enqueue(session: Session, deliveries: Iterable[WebhookDeliveryRow]) -> None:
    """Add the jobs of waiting deliveries, inside the caller's transaction."""
    jobs = []
    for delivery in deliveries:
        arguments = {"webhook_id": str(delivery.webhook_id), "subject": delivery.subject}
        jobs.append((f"webhook:{delivery.webhook_id}:{delivery.subject}", arguments))
    defer_in_order(session, deliver, jobs)


def fail_waiting(session: Session, webhook_id: UUID) -> None:
    """End the waiting deliveries of a webhook that has become inactive."""
    waiting = select(WebhookDeliveryRow).where(
        WebhookDeliveryRow.webhook_id == webhook_id, WebhookDeliveryRow.state == "waiting"
    )
    for delivery in session.scalars(waiting.order_by(WebhookDeliveryRow.id).with_for_update()):
        _end(delivery, "failed", Outcome(None, INACTIVE, ends=True), utc_now(), 0.0)


def _next(session: Session, webhook_id: UUID, subject: str) -> tuple[WebhookDeliveryRow, WebhookRow, bool] | None:
    is_active = WebhookRow.active & UserRow.active & UserRow.deleted_at.is_(None) & UserRow.role.in_(OWNER_ROLES)
    found = session.execute(
        select(WebhookDeliveryRow, WebhookRow, is_active)
        .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
        .join(UserRow, UserRow.id == WebhookRow.owner_id)
        .where(
            WebhookDeliveryRow.webhook_id == webhook_id,
            WebhookDeliveryRow.subject == subject,
            WebhookDeliveryRow.state == "waiting",
        )
        .order_by(WebhookDeliveryRow.seq)
        .limit(1)
        .with_for_update(of=WebhookDeliveryRow)
    ).one_or_none()
    return found and found.tuple()


def _send(settings: Settings, webhook: WebhookRow, delivery: WebhookDeliveryRow, at: datetime) -> Outcome:
    began = monotonic()
    body, timestamp = delivery.body.encode(), int(at.timestamp())
    headers = {
        "Content-Type": "application/json",
        "X-Platform-Delivery": str(delivery.id),
        "X-Platform-Attempt": str(len(delivery.tries) + 1),
        "X-Platform-Timestamp": str(timestamp),
        "X-Platform-Signature": signature(decrypt(settings, webhook.secret), timestamp, body),
    }
    limit = settings.webhook_timeout
    try:
        address = parse(webhook.url)
        candidates = permitted(address, settings.outbound_allowed_hosts, seconds=limit)
        answer = post(address, candidates, body, headers, seconds=limit - (monotonic() - began))
    except (InvalidAddress, ForbiddenAddress):
        return Outcome(None, NOT_ALLOWED, ends=True)
    except UnresolvedHost:
        return Outcome(None, "no connection", ends=False)
    except NoResponse as failure:
        return Outcome(None, str(failure), ends=False)
    if 200 <= answer.status < 300:
        return Outcome(answer.status, None, ends=True)
    is_passing = answer.status == 429 or answer.status >= 500
    wait = seconds_to_wait(answer.retry_after) if is_passing else 0.0
    return Outcome(answer.status, f"the receiver answered {answer.status}", ends=not is_passing, seconds_to_wait=wait)


def _record(services: Services, delivery_id: UUID, outcome: Outcome, at: datetime, seconds: float) -> None:
    """Store a try and what follows from it. Raises NotYet if another try does."""
    settings, ended_at = services.settings, utc_now()
    next_try_at = None
    with services.database.begin() as session:
        webhook = None
        if outcome.status == _GONE:  # locked before the delivery, in the order of a change by the owner
            of_delivery = select(WebhookDeliveryRow.webhook_id).where(WebhookDeliveryRow.id == delivery_id)
            wanted = select(WebhookRow).where(WebhookRow.id == of_delivery.scalar_subquery())
            webhook = session.scalar(wanted.with_for_update(key_share=True))
        delivery = session.get(WebhookDeliveryRow, delivery_id, with_for_update=True)
        if delivery is None:
            logger.info("delivery %s was deleted while it was sent", delivery_id)
            return
        if delivery.state != "waiting":  # the webhook became inactive meanwhile, which is the last entry
            *before, last = delivery.tries
            delivery.tries = before
            delivery.tries = [*before, _try(delivery, outcome, at, seconds), {**last, "number": len(before) + 2}]
        elif outcome.error is None:
            _end(delivery, "delivered", outcome, at, seconds)
        elif outcome.ends or delivery.tries_left <= 1:
            _end(delivery, "failed", outcome, at, seconds)
        else:
            delivery.tries = [*delivery.tries, _try(delivery, outcome, at, seconds)]
            delivery.tries_left -= 1
            wait = settings.webhook_first_wait * 2 ** (TRIES - 1 - delivery.tries_left)
            longer = min(outcome.seconds_to_wait, _LONGEST_RETRY_AFTER_SECONDS)
            delivery.next_try_at = next_try_at = ended_at + timedelta(seconds=max(wait, longer))
        if webhook is not None and webhook.active:
            webhook.active, webhook.updated_at = False, utc_now()
            session.flush()
            fail_waiting(session, webhook.id)
    if next_try_at is not None:
        raise NotYet(next_try_at)


def _end(delivery: WebhookDeliveryRow, state: DeliveryState, outcome: Outcome, at: datetime, seconds: float) -> None:
    delivery.tries = [*delivery.tries, _try(delivery, outcome, at, seconds)]
    delivery.state = state
    delivery.next_try_at, delivery.ended_at, delivery.tries_left = None, utc_now(), 0


def _try(delivery: WebhookDeliveryRow, outcome: Outcome, at: datetime, seconds: float) -> dict[str, object]:
    return {
        "number": len(delivery.tries) + 1,
        "at": at.isoformat().replace("+00:00", "Z"),
        "http_status": outcome.status,
        "seconds": round(seconds, 3),
        "error": outcome.error,
    }


def _fail_task_of_lost_job(services: Services, webhook_id: str, subject: str) -> None:
    with services.database.begin() as session:
        found = _next(session, UUID(webhook_id), subject)
        if found is not None:
            error = "the worker stopped too often while sending it"
            _end(found[0], "failed", Outcome(None, error, ends=True), utc_now(), 0.0)


on_given_up(deliver, _fail_task_of_lost_job)
