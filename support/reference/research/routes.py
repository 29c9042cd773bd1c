"""``/api/research/sessions`` and ``/api/validate/ticker``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StrictBool

from support.reference.access.dependencies import CurrentUser, Researcher
from support.reference.errors import error_responses
from support.reference.research import service, workflow
from support.reference.research.notes import decrypt
from support.reference.research.tables import ResearchSessionRow, Stage, State
from support.reference.schemas import (
    JsonObject,
    Page,
    QueryBoolean,
    Request,
    ResponseModel,
    Text,
    Ticker,
    normalize_ticker,
)
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api/research/sessions", responses=error_responses(401, 403, 422, 500, 503))

validation = APIRouter(prefix="/api/validate", responses=error_responses(401, 422, 500, 503))


class NewSession(Request):
    """A research session to create; administrators may name another ``user_id``."""

    session_type: Literal["stock_research"]
    ticker: Ticker
    user_id: UUID | None = None
    config: JsonObject = Field(default_factory=dict)


class Transition(Request):
    """The new state, and data to merge in the same transaction."""

    state: State
    data: JsonObject | None = None


class DataChange(Request):
    """Data to merge into the session's data, or to replace it."""

    data: JsonObject
    replace: StrictBool = False


class Notes(Request):
    """Private notes of a session; null deletes them."""

    notes: Annotated[Text, Field(max_length=10_000)] | None


class SessionFilter(Page):
    """Filter: sessions in one state, or all."""

    state: State | None = None


class SessionResponse(ResponseModel):
    """A research session: ``stage`` of its workflow, ``error`` why it failed."""

    id: UUID
    owner_id: UUID
    session_type: str
    ticker: str
    state: State
    stage: Stage
    error: str | None
    config: dict[str, Any]
    data: dict[str, Any]
    notes: str | None
    created_at: datetime
    updated_at: datetime


class SessionsResponse(ResponseModel):
    """One page of research sessions, newest first."""

    sessions: list[SessionResponse]
    total: int


class TickerResponse(ResponseModel):
    """Whether a text is a ticker, and the ticker in capitals."""

    valid: bool
    ticker: str | None


@router.post("", status_code=201, responses=error_responses(404, 413))
def create(body: NewSession, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Create a session."""
    return to_response(services, service.create(services, user, **body.model_dump()))


@router.get("")
def list_sessions(
    filters: Annotated[SessionFilter, Query()], user: Researcher, services: ServicesDep
) -> SessionsResponse:
    """List the caller's sessions, newest first, without hidden ones."""
    sessions, total = service.list_for(services, user, **filters.model_dump())
    return SessionsResponse(sessions=[to_response(services, each) for each in sessions], total=total)


@router.get("/{session_id}", responses=error_responses(404))
def get(session_id: UUID, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Return one session."""
    return to_response(services, service.get(services, user, session_id))


@router.delete("/{session_id}", status_code=204, responses=error_responses(404))
def delete(session_id: UUID, user: Researcher, services: ServicesDep, permanent: QueryBoolean = False) -> None:
    """Hide a session until ``restore``; delete it permanently with ``permanent=true``."""
    remove = service.delete_permanently if permanent else service.delete
    remove(services, user, session_id)


@router.post("/{session_id}/restore", responses=error_responses(404, 409))
def restore(session_id: UUID, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Restore a hidden session."""
    return to_response(services, service.restore(services, user, session_id))


@router.post("/{session_id}/transition", responses=error_responses(404, 409, 413))
def transition(session_id: UUID, body: Transition, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Change the state of a session and merge data: both or neither."""
    return to_response(services, service.transition(services, user, session_id, body.state, body.data))


@router.patch("/{session_id}/data", responses=error_responses(404, 413))
def change_data(session_id: UUID, body: DataChange, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Merge members into a session's data, or replace the data."""
    changed = service.change_data(services, user, session_id, body.data, replace=body.replace)
    return to_response(services, changed)


@router.put("/{session_id}/notes", responses=error_responses(404, 413))
def change_notes(session_id: UUID, body: Notes, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Store private notes; they are encrypted in the database."""
    return to_response(services, service.change_notes(services, user, session_id, body.notes))


@router.post("/{session_id}/fetch", responses=error_responses(404, 409, 502, 503, 504))
def fetch(session_id: UUID, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Fetch prices from the price service. A failure fails the session; ``fetch`` resumes it."""
    return to_response(services, workflow.fetch(services, user, session_id))


@router.post("/{session_id}/analyse", responses=error_responses(404, 409))
def analyse(session_id: UUID, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Compute a score, 0 to 1, from the prices."""
    return to_response(services, workflow.analyse(services, user, session_id))


@router.post("/{session_id}/report", responses=error_responses(404, 409))
def report(session_id: UUID, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Write a summary and a recommendation: buy, hold or sell."""
    return to_response(services, workflow.report(services, user, session_id))


@router.post("/{session_id}/save", responses=error_responses(404, 409))
def save(session_id: UUID, user: Researcher, services: ServicesDep) -> SessionResponse:
    """Complete the session and notify its owner."""
    return to_response(services, workflow.save(services, user, session_id))


@validation.get("/ticker")
def validate_ticker(value: str, _user: CurrentUser) -> TickerResponse:
    """Return whether a text is a ticker."""
    try:
        return TickerResponse(valid=True, ticker=normalize_ticker(value))
    except ValueError:
        return TickerResponse(valid=False, ticker=None)


def to_response(services: ServicesDep, row: ResearchSessionRow) -> SessionResponse:
    """Return a session as its owner sees it."""
    fields = {name: getattr(row, name) for name in SessionResponse.model_fields}
    return SessionResponse.model_validate(fields | {"notes": decrypt(services.settings, row.notes)})
