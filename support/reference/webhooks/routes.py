"""``/api/webhooks``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import AfterValidator, Field, StrictBool
from typing_extensions import TypedDict

from support.reference.access.dependencies import Editor
from support.reference.errors import error_responses
from support.reference.schemas import Page, Request, ResponseModel, Text, Title
from support.reference.services import ServicesDep
from support.reference.status.states import Priority, State
from support.reference.webhooks import service
from support.reference.webhooks.tables import DELIVERY_EVENTS, RELEASE_EVENTS, STATUS_EVENTS, DeliveryState

router = APIRouter(prefix="/api/webhooks", responses=error_responses(401, 403, 422, 500, 503))

EventName = Literal[(*STATUS_EVENTS, *RELEASE_EVENTS, *DELIVERY_EVENTS)]  # type: ignore[valid-type]


def _each_once(events: list[str]) -> list[str]:
    if len(set(events)) < len(events):
        raise ValueError("is not valid")
    return events


Events = Annotated[list[EventName], Field(min_length=1, max_length=19), AfterValidator(_each_once)]
Url = Annotated[Text, Field(min_length=1, max_length=2000)]
MaxPerHour = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class StatusFilter(TypedDict, total=False):
    """The fields of a status that must match, all of those that are given."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    status: State
    priority: Priority
    batch_id: UUID
    tag: Annotated[Text, Field(min_length=1, max_length=64)]


class NewWebhook(Request):
    """A webhook to create. ``filter`` is allowed only if every event is a status event."""

    name: Title
    url: Url
    events: Events
    filter: StatusFilter | None = None
    max_per_hour: MaxPerHour = 1000
    active: StrictBool = True


class WebhookChanges(TypedDict, total=False):
    """What to change of a webhook; omitted fields stay as they are."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    name: Title
    url: Url
    events: Events
    filter: StatusFilter | None
    max_per_hour: MaxPerHour
    active: StrictBool


class DeliveryFilter(Page):
    """Which deliveries to list."""

    state: DeliveryState | None = None
    event: EventName | None = None


class WebhookResponse(ResponseModel):
    """A webhook."""

    id: UUID
    name: str
    url: str
    events: list[EventName]
    filter: StatusFilter | None
    max_per_hour: int
    active: bool
    created_at: datetime
    updated_at: datetime


class CreatedWebhookResponse(WebhookResponse):
    """A new webhook with the secret that signs its deliveries; no other response has it."""

    secret: str


class WebhooksResponse(ResponseModel):
    """One page of webhooks, newest first."""

    webhooks: list[WebhookResponse]
    total: int


class TryResponse(ResponseModel):
    """One try of a delivery; ``http_status`` is null without an answer, ``error`` if the receiver accepted it."""

    number: int
    at: datetime
    http_status: int | None
    seconds: float
    error: str | None


class DeliveryResponse(ResponseModel):
    """One event for one webhook, with its tries, oldest first."""

    id: UUID
    webhook_id: UUID
    event: EventName
    subject: str
    seq: int
    state: DeliveryState
    tries: list[TryResponse]
    next_try_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


class DeliveriesResponse(ResponseModel):
    """One page of deliveries, newest first."""

    deliveries: list[DeliveryResponse]
    total: int


@router.post("", status_code=201, responses=error_responses(409, 413))
def create(body: NewWebhook, user: Editor, services: ServicesDep) -> CreatedWebhookResponse:
    """Create a webhook."""
    webhook, secret = service.create(services, user, _stored(body.model_dump()))
    return CreatedWebhookResponse(**WebhookResponse.model_validate(webhook).model_dump(), secret=secret)


@router.get("")
def list_webhooks(page: Annotated[Page, Query()], user: Editor, services: ServicesDep) -> WebhooksResponse:
    """List the caller's webhooks, newest first."""
    found, total = service.list_for(services, user, limit=page.limit, offset=page.offset)
    return WebhooksResponse(webhooks=[WebhookResponse.model_validate(each) for each in found], total=total)


@router.get("/{webhook_id}", responses=error_responses(404))
def get(webhook_id: UUID, user: Editor, services: ServicesDep) -> WebhookResponse:
    """Return a webhook."""
    return WebhookResponse.model_validate(service.get(services, user, webhook_id))


@router.patch("/{webhook_id}", responses=error_responses(404, 413))
def change(
    webhook_id: UUID, changes: Annotated[WebhookChanges, Body()], user: Editor, services: ServicesDep
) -> WebhookResponse:
    """Change fields of a webhook."""
    return WebhookResponse.model_validate(service.change(services, user, webhook_id, _stored({**changes})))


@router.delete("/{webhook_id}", status_code=204, responses=error_responses(404))
def delete(webhook_id: UUID, user: Editor, services: ServicesDep) -> None:
    """Delete a webhook with its deliveries."""
    service.delete(services, user, webhook_id)


@router.get("/{webhook_id}/deliveries", responses=error_responses(404))
def list_deliveries(
    webhook_id: UUID, wanted: Annotated[DeliveryFilter, Query()], user: Editor, services: ServicesDep
) -> DeliveriesResponse:
    """List the deliveries of a webhook, newest first."""
    found, total = service.list_deliveries(services, user, webhook_id, **wanted.model_dump())
    return DeliveriesResponse(deliveries=[DeliveryResponse.model_validate(each) for each in found], total=total)


@router.post("/{webhook_id}/deliveries/{delivery_id}/retry", status_code=202, responses=error_responses(404, 409))
def retry(webhook_id: UUID, delivery_id: UUID, user: Editor, services: ServicesDep) -> DeliveryResponse:
    """Allow a failed delivery five further tries."""
    return DeliveryResponse.model_validate(service.retry(services, user, webhook_id, delivery_id))


def _stored(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the values of the filter as JSON, as events have them."""
    if fields.get("filter") and "batch_id" in fields["filter"]:
        fields["filter"] = {**fields["filter"], "batch_id": str(fields["filter"]["batch_id"])}
    return fields
