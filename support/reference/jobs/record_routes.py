"""``/api/records`` and ``/api/counters``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from support.reference.access.dependencies import Editor, current_user
from support.reference.errors import error_responses
from support.reference.jobs import counters, records, submission
from support.reference.jobs.requests import NewRecord, RecordPage
from support.reference.jobs.responses import (
    CounterResponse,
    RecordResponse,
    RecordsResponse,
    RecordStatisticsResponse,
    RequestedRecordResponse,
)
from support.reference.jobs.routes import TraceParent
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api", dependencies=[Depends(current_user)], responses=error_responses(401, 422, 500, 503))

CounterName = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@router.post("/records", status_code=202, responses=error_responses(403, 409, 413))
def request_record(
    body: NewRecord, editor: Editor, services: ServicesDep, traceparent: TraceParent = None
) -> RequestedRecordResponse:
    """Request a record from the record service."""
    trace_id = submission.trace_of(traceparent)
    record, job = records.request(services, editor, body.external_id, trace_id=trace_id)
    return RequestedRecordResponse(record_id=record.id, job_id=job.id)


@router.get("/records")
def list_records(page: Annotated[RecordPage, Query()], services: ServicesDep) -> RecordsResponse:
    """The records, newest first."""
    filters = page.model_dump(exclude_none=True, exclude={"limit", "offset"})
    found, total = records.list_records(services, filters, limit=page.limit, offset=page.offset)
    return RecordsResponse(records=[RecordResponse.model_validate(each) for each in found], total=total)


@router.get("/records/stats")
def count_records(services: ServicesDep) -> RecordStatisticsResponse:
    """The number of records, and that in each category."""
    by_category = records.count_by_category(services)
    return RecordStatisticsResponse(total=sum(by_category.values()), by_category=by_category)


@router.get("/records/{record_id:record_id}", responses=error_responses(404))
def get_record(record_id: UUID, services: ServicesDep) -> RecordResponse:
    """One record."""
    return RecordResponse.model_validate(records.get(services, record_id))


@router.delete("/records/{record_id:record_id}", status_code=204, responses=error_responses(403, 404, 405))
def delete_record(record_id: UUID, _editor: Editor, services: ServicesDep) -> None:
    """Delete a record."""
    records.remove(services, record_id)


@router.get("/counters/{name}", responses=error_responses(404))
def get_counter(name: CounterName, services: ServicesDep) -> CounterResponse:
    """One counter."""
    return CounterResponse.model_validate(counters.get(services, name))


@router.delete("/counters/{name}", status_code=204, responses=error_responses(403, 404))
def delete_counter(name: CounterName, _editor: Editor, services: ServicesDep) -> None:
    """Delete a counter with its entries."""
    counters.remove(services, name)
