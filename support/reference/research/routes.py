"""``/api/research/sessions``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, StrictBool

from support.reference.access.dependencies import Researcher
from support.reference.errors import documented
from support.reference.research import service
from support.reference.research.tables import State
from support.reference.schemas import Answer, JsonObject, Page, Request
from support.reference.services import ServicesOf

router = APIRouter(prefix="/api/research/sessions", responses=documented(401, 403, 422, 500, 503))

_TICKER = re.compile(r"[A-Za-z]{1,5}(\.[A-Za-z]{1,2})?")


def _capital_ticker(ticker: str) -> str:
    if not _TICKER.fullmatch(ticker):
        raise ValueError("must be 1 to 5 letters, optionally a dot and 1 or 2 letters")
    return ticker.upper()


class NewSession(Request):
    """A research session to begin; the ticker is stored in capitals."""

    session_type: Literal["stock_research"]
    ticker: Annotated[str, AfterValidator(_capital_ticker)]
    config: JsonObject = Field(default_factory=dict)


class Transition(Request):
    """The state to move to, and data to merge in the same transaction."""

    state: State
    data: JsonObject | None = None


class DataChange(Request):
    """Data to merge into what is there, or to replace it with."""

    data: JsonObject
    replace: StrictBool = False


class SessionAnswer(Answer):
    """A research session."""

    id: UUID
    owner_id: UUID
    session_type: str
    ticker: str
    state: State
    config: dict[str, Any]
    data: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class SessionsAnswer(Answer):
    """One page of research sessions, newest first."""

    sessions: list[SessionAnswer]
    total: int


@router.post("", status_code=201, responses=documented(413))
def create(body: NewSession, user: Researcher, services: ServicesOf) -> SessionAnswer:
    """Begin a session."""
    return SessionAnswer.model_validate(service.create(services, user, **body.model_dump()))


@router.get("")
def list_sessions(page: Annotated[Page, Query()], user: Researcher, services: ServicesOf) -> SessionsAnswer:
    """The caller's sessions (an administrator's: everyone's), newest first, without deleted ones."""
    sessions, total = service.list_for(services, user, limit=page.limit, offset=page.offset)
    return SessionsAnswer(sessions=[SessionAnswer.model_validate(each) for each in sessions], total=total)


@router.get("/{session_id}", responses=documented(404))
def get(session_id: UUID, user: Researcher, services: ServicesOf) -> SessionAnswer:
    """One session."""
    return SessionAnswer.model_validate(service.get(services, user, session_id))


@router.delete("/{session_id}", status_code=204, responses=documented(404))
def delete(session_id: UUID, user: Researcher, services: ServicesOf, permanent: bool = False) -> None:
    """Hide a session until it is restored; with ``permanent=true`` remove it for good."""
    remove = service.delete_permanently if permanent else service.delete
    remove(services, user, session_id)


@router.post("/{session_id}/restore", responses=documented(404, 409))
def restore(session_id: UUID, user: Researcher, services: ServicesOf) -> SessionAnswer:
    """Bring a deleted session back."""
    return SessionAnswer.model_validate(service.restore(services, user, session_id))


@router.post("/{session_id}/transition", responses=documented(404, 409, 413))
def transition(session_id: UUID, body: Transition, user: Researcher, services: ServicesOf) -> SessionAnswer:
    """Move a session to another state, with data or without: both or neither."""
    return SessionAnswer.model_validate(service.transition(services, user, session_id, body.state, body.data))


@router.patch("/{session_id}/data", responses=documented(404, 413))
def change_data(session_id: UUID, body: DataChange, user: Researcher, services: ServicesOf) -> SessionAnswer:
    """Merge members into a session's data, or replace the data."""
    changed = service.change_data(services, user, session_id, body.data, replace=body.replace)
    return SessionAnswer.model_validate(changed)
