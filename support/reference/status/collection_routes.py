"""``/api/status``: operations on many statuses, and their figures and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query

from support.reference.access.dependencies import Administrator, CurrentUser, Editor
from support.reference.errors import ValidationFailed, error_responses
from support.reference.services import ServicesDep
from support.reference.status import events as feed
from support.reference.status import figures, finding, updates
from support.reference.status.fields import Name
from support.reference.status.figure_responses import (
    AcceptedResponse,
    AggregatesResponse,
    BatchFigures,
    ReceiptResponse,
    StatusSummaryResponse,
    UpdateError,
    UpdateResult,
    WorkerFigures,
)
from support.reference.status.filters import FilterRequest
from support.reference.status.parameters import BulkCancel, CleanUp, Days, EventPage, PresetPage, Span
from support.reference.status.requests import BulkUpdates
from support.reference.status.responses import (
    CancelledResponse,
    RemovedResponse,
    StatusesResponse,
    StatusEvent,
    StatusEventsResponse,
    StatusResponse,
)
from support.reference.status.tables import StatusRow, UpdateRow

router = APIRouter()


@router.get("/batches/{batch_id}", responses=error_responses(404))
def get_batch(batch_id: UUID, services: ServicesDep) -> BatchFigures:
    """The figures of a batch."""
    return BatchFigures.model_validate(figures.batch_figures(services, batch_id))


@router.post("/filter", responses=error_responses(413))
def filter_statuses(body: FilterRequest, services: ServicesDep) -> StatusesResponse:
    """The statuses that match filters and a search, in the requested order."""
    return _page(*finding.filter_statuses(services, body))


@router.get("/presets/{name}")
def get_preset(name: finding.Preset, page: Annotated[PresetPage, Query()], services: ServicesDep) -> StatusesResponse:
    """The statuses of a preset, newest first."""
    if page.timeout_seconds is not None and name != "stale":
        raise ValidationFailed(details=[{"field": "timeout_seconds", "issue": "is not a known field"}])
    return _page(*finding.find_preset(services, name, **page.model_dump()))


@router.get("/aggregates")
def get_aggregates(span: Annotated[Span, Query()], services: ServicesDep) -> AggregatesResponse:
    """Figures of all statuses, or of those that were created in a span."""
    return AggregatesResponse.model_validate(figures.aggregate(services, start=span.start, end=span.end))


@router.get("/metrics/summary")
def get_summary(services: ServicesDep) -> StatusSummaryResponse:
    """Figures of what is in progress, and of what ended today."""
    return StatusSummaryResponse.model_validate(figures.summarise(services))


@router.get("/metrics/workers/{worker_id}")
def get_worker(
    worker_id: Annotated[Name, Path()], span: Annotated[Days, Query()], services: ServicesDep
) -> WorkerFigures:
    """Figures of what a worker ended in the last days."""
    return WorkerFigures.model_validate(figures.worker_figures(services, worker_id, days=span.days))


@router.post("/bulk/cancel", responses=error_responses(403, 409, 413))
def cancel_all(body: BulkCancel, services: ServicesDep, editor: Editor) -> CancelledResponse:
    """Cancel every match that has not ended, up to 50."""
    with services.database.begin() as session:
        cancelled = finding.cancel_all(session, body.filters, reason=body.change_reason, by=editor.id)
    return CancelledResponse(cancelled=cancelled)


@router.post("/updates", status_code=202, responses=error_responses(403, 413))
def submit_updates(body: BulkUpdates, services: ServicesDep, editor: Editor) -> AcceptedResponse:
    """Store up to 1000 updates, which the worker applies in this order."""
    receipt = updates.submit(services, body.updates, by=editor.id)
    return AcceptedResponse(receipt_id=receipt.receipt_id, accepted=receipt.total)


@router.get("/updates/{receipt_id}", responses=error_responses(404))
def get_receipt(receipt_id: UUID, services: ServicesDep, user: CurrentUser) -> ReceiptResponse:
    """The outcomes of updates in bulk, for their sender and for administrators."""
    receipt = updates.get_receipt(services, receipt_id, user)
    state: Literal["waiting", "applied"] = "applied" if receipt.is_applied else "waiting"
    return ReceiptResponse.model_validate(
        {
            "receipt_id": receipt.row.receipt_id,
            "state": state,
            "total": receipt.row.total,
            "counts": receipt.counts,
            "results": [_result(item) for item in receipt.items] if receipt.is_applied else [],
        }
    )


@router.get("/events")
def get_events(page: Annotated[EventPage, Query()], services: ServicesDep) -> StatusEventsResponse:
    """The events after a number, oldest first."""
    found, next_after = feed.read(services, **page.model_dump())
    return StatusEventsResponse(events=[StatusEvent.model_validate(event) for event in found], next_after=next_after)


@router.post("/cleanup", responses=error_responses(403, 413))
def clean_up(body: CleanUp, services: ServicesDep, _: Administrator) -> RemovedResponse:
    """Delete statuses that ended before a number of days."""
    with services.database.begin() as session:
        removed = finding.clean_up(
            session, body.filters, older_than_days=body.older_than_days, keep_failed=body.keep_failed
        )
    return RemovedResponse(removed=removed)


def _page(rows: Sequence[StatusRow], total: int) -> StatusesResponse:
    return StatusesResponse(statuses=[StatusResponse.model_validate(row) for row in rows], total=total)


def _result(item: UpdateRow) -> UpdateResult:
    error = None
    if item.error_type is not None and item.error_message is not None:
        error = UpdateError(type=item.error_type, message=item.error_message)
    return UpdateResult.model_validate(
        {"index": item.position, "status_id": item.status_id, "outcome": item.outcome, "error": error}
    )
