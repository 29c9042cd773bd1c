"""``/api/privacy``."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from support.reference.access.dependencies import CurrentUser
from support.reference.access.routes import NoFields
from support.reference.documents.routes import DocumentResponse
from support.reference.documents.routes import to_response as document_response
from support.reference.errors import error_responses
from support.reference.events.routes import EventResponse
from support.reference.jobs.responses import JobResponse, job_response
from support.reference.notifications.routes import NotificationResponse
from support.reference.portfolios.routes import PortfolioResponse
from support.reference.privacy import service
from support.reference.research.routes import SessionResponse
from support.reference.research.routes import to_response as session_response
from support.reference.research.tables import State
from support.reference.schemas import ResponseModel
from support.reference.services import ServicesDep
from support.reference.users.routes import ProfileResponse
from support.reference.webhooks.routes import WebhookResponse

router = APIRouter(prefix="/api/privacy", responses=error_responses(401, 500, 503))


class StateChange(ResponseModel):
    """A change of a session's state."""

    old_state: State
    new_state: State
    changed_at: datetime


class ExportedSession(SessionResponse):
    """A research session with its history; ``deleted_at`` is set while it is hidden."""

    history: list[StateChange]
    deleted_at: datetime | None


class ExportResponse(ResponseModel):
    """All data of the caller, oldest first, with readable notes and hidden sessions."""

    profile: ProfileResponse
    sessions: list[ExportedSession]
    notifications: list[NotificationResponse]
    events: list[EventResponse]
    documents: list[DocumentResponse]
    portfolios: list[PortfolioResponse]
    jobs: list[JobResponse]
    webhooks: list[WebhookResponse]


class ErasureResponse(ResponseModel):
    """The number of erased resources of each type."""

    erased: dict[str, int]


@router.get("/export")
def export(user: CurrentUser, services: ServicesDep) -> ExportResponse:
    """Return all data of the caller."""
    profile, owned, history, jobs = service.collect(services, user)
    sessions = [
        ExportedSession(
            **session_response(services, each).model_dump(),
            history=[StateChange.model_validate(change) for change in history[each.id]],
            deleted_at=each.deleted_at,
        )
        for each in owned["sessions"]
    ]
    return ExportResponse(
        profile=ProfileResponse.model_validate(profile),
        sessions=sessions,
        notifications=[NotificationResponse.model_validate(each) for each in owned["notifications"]],
        events=[EventResponse.model_validate(each) for each in owned["events"]],
        documents=[document_response(each) for each in owned["documents"]],
        portfolios=[PortfolioResponse.model_validate(each) for each in owned["portfolios"]],
        jobs=[job_response(each) for each in jobs],
        webhooks=[WebhookResponse.model_validate(each) for each in owned["webhooks"]],
    )


@router.post("/erase", responses=error_responses(409, 413, 422))
def erase(user: CurrentUser, services: ServicesDep, _body: NoFields | None = None) -> ErasureResponse:
    """Erase the caller's account and data permanently; all sessions end."""
    return ErasureResponse(erased=service.erase(services, user))
