"""``/api/status``: creating, reading and changing single statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session

from support.reference.access.dependencies import Editor, current_user
from support.reference.errors import error_responses
from support.reference.idempotency.dependencies import Once, replayed
from support.reference.services import Services, ServicesDep
from support.reference.status import finding, service
from support.reference.status.changes import lock
from support.reference.status.collection_routes import router as collection_router
from support.reference.status.parameters import HistoryPage, StatusPage
from support.reference.status.requests import ErrorReport, Heartbeat, NewBatch, NewStatus, ProgressReport, StatusUpdate
from support.reference.status.responses import (
    HistoryEntry,
    HistoryResponse,
    StatusBatchResponse,
    StatusesResponse,
    StatusResponse,
)
from support.reference.status.tables import StatusRow

router = APIRouter(
    prefix="/api/status", dependencies=[Depends(current_user)], responses=error_responses(401, 422, 500, 503)
)

_ONE = "/{status_id:status_id}"
_CHANGED = error_responses(403, 404, 409, 413)


@router.post(
    "",
    status_code=201,
    response_model=StatusResponse,
    responses={**replayed(StatusResponse), **error_responses(403, 404, 413)},
)
def create(body: NewStatus, editor: Editor, once: Once) -> Response:
    """Create a status, which is queued."""

    def created(session: Session) -> StatusResponse:
        [row] = service.create(session, [body.fields()], by=editor.id)
        return StatusResponse.model_validate(row)

    return once(created)


@router.post(
    "/batch",
    status_code=201,
    response_model=StatusBatchResponse,
    responses={**replayed(StatusBatchResponse), **error_responses(403, 404, 413)},
)
def create_batch(body: NewBatch, editor: Editor, once: Once) -> Response:
    """Create up to 100 statuses as one batch, all or none."""

    def created(session: Session) -> StatusBatchResponse:
        rows = service.create(session, [each.fields() for each in body.statuses], by=editor.id, batch=True)
        statuses = [StatusResponse.model_validate(row) for row in rows]
        return StatusBatchResponse.model_validate({"batch_id": rows[0].batch_id, "statuses": statuses})

    return once(created)


@router.get("")
def list_statuses(page: Annotated[StatusPage, Query()], services: ServicesDep) -> StatusesResponse:
    """The statuses, newest first."""
    values = page.model_dump(exclude_none=True, exclude={"limit", "offset"})
    rows, total = finding.list_statuses(services, values, limit=page.limit, offset=page.offset)
    return StatusesResponse(statuses=[StatusResponse.model_validate(row) for row in rows], total=total)


router.include_router(collection_router)


@router.get(_ONE, responses=error_responses(404))
def get(status_id: UUID, services: ServicesDep) -> StatusResponse:
    """One status."""
    return StatusResponse.model_validate(finding.get(services, status_id))


@router.put(_ONE, responses=_CHANGED)
def update(status_id: UUID, body: StatusUpdate, services: ServicesDep, editor: Editor) -> StatusResponse:
    """Change the state and other fields; omitted fields stay as they are."""
    return _changed(services, status_id, service.update, body.fields(), editor.id)


@router.patch(f"{_ONE}/progress", responses=_CHANGED)
def report_progress(status_id: UUID, body: ProgressReport, services: ServicesDep, editor: Editor) -> StatusResponse:
    """Report progress, which never goes down."""
    return _changed(services, status_id, service.report_progress, body.fields(), editor.id)


@router.post(f"{_ONE}/error", responses=_CHANGED)
def report_error(status_id: UUID, body: ErrorReport, services: ServicesDep, editor: Editor) -> StatusResponse:
    """Report an error, which schedules a retry or fails the status."""
    return _changed(services, status_id, service.report_error, body.fields(), editor.id)


@router.post(f"{_ONE}/heartbeat", responses=_CHANGED)
def beat(status_id: UUID, body: Heartbeat, services: ServicesDep, editor: Editor) -> StatusResponse:
    """Report that the worker is alive."""
    return _changed(services, status_id, service.beat, body.fields(), editor.id)


@router.post(f"{_ONE}/retry", responses=error_responses(403, 404, 409))
def retry(status_id: UUID, services: ServicesDep, editor: Editor) -> StatusResponse:
    """Put a failed status back to queued."""
    with services.database.begin() as session:
        row = lock(session, status_id)
        service.retry(session, row, by=editor.id)
    return StatusResponse.model_validate(row)


@router.get(f"{_ONE}/history", responses=error_responses(404))
def history(status_id: UUID, page: Annotated[HistoryPage, Query()], services: ServicesDep) -> HistoryResponse:
    """The history of a status, newest first."""
    entries, total = finding.history(services, status_id, **page.model_dump())
    return HistoryResponse(history=[HistoryEntry.model_validate(entry) for entry in entries], total=total)


@router.delete(_ONE, status_code=204, responses=error_responses(403, 404))
def delete(status_id: UUID, services: ServicesDep, editor: Editor) -> None:
    """Delete a status with its history and events."""
    with services.database.begin() as session:
        service.delete(session, status_id)


_Change = Callable[..., None]


def _changed(
    services: Services, status_id: UUID, change: _Change, fields: Mapping[str, Any], by: UUID
) -> StatusResponse:
    row: StatusRow
    with services.database.begin() as session:
        row = lock(session, status_id)
        change(session, row, fields, by=by)
    return StatusResponse.model_validate(row)
