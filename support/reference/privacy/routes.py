"""``/api/privacy``."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from support.reference.access.dependencies import CurrentUser
from support.reference.documents.routes import DocumentAnswer
from support.reference.documents.routes import answer as document_answer
from support.reference.errors import documented
from support.reference.events.routes import EventAnswer
from support.reference.jobs.responses import JobResponse, job_response
from support.reference.notifications.routes import NotificationAnswer
from support.reference.portfolios.routes import PortfolioAnswer
from support.reference.privacy import service
from support.reference.research.routes import SessionAnswer
from support.reference.research.routes import answer as session_answer
from support.reference.research.tables import State
from support.reference.schemas import Answer, Request
from support.reference.services import ServicesOf
from support.reference.users.routes import ProfileAnswer
from support.reference.webhooks.routes import WebhookAnswer

router = APIRouter(prefix="/api/privacy", responses=documented(401, 500, 503))


class StateChange(Answer):
    """A change of a session's state."""

    old_state: State
    new_state: State
    changed_at: datetime


class ExportedSession(SessionAnswer):
    """A research session with its history; ``deleted_at`` is set while it is deleted."""

    history: list[StateChange]
    deleted_at: datetime | None


class ExportAnswer(Answer):
    """Everything the platform holds of the caller, oldest first, notes readable, deleted sessions included."""

    profile: ProfileAnswer
    sessions: list[ExportedSession]
    notifications: list[NotificationAnswer]
    events: list[EventAnswer]
    documents: list[DocumentAnswer]
    portfolios: list[PortfolioAnswer]
    jobs: list[JobResponse]
    webhooks: list[WebhookAnswer]


class NoFields(Request):
    """The body of an erasure: none, or an empty object. A field, such as a condition, would be ignored otherwise."""


class ErasureAnswer(Answer):
    """How many things of each kind were erased."""

    erased: dict[str, int]


@router.get("/export")
def export(user: CurrentUser, services: ServicesOf) -> ExportAnswer:
    """Everything the platform holds of the caller."""
    profile, owned, history, jobs = service.gather(services, user)
    sessions = [
        ExportedSession(
            **session_answer(services, each).model_dump(),
            history=[StateChange.model_validate(change) for change in history[each.id]],
            deleted_at=each.deleted_at,
        )
        for each in owned["sessions"]
    ]
    return ExportAnswer(
        profile=ProfileAnswer.model_validate(profile),
        sessions=sessions,
        notifications=[NotificationAnswer.model_validate(each) for each in owned["notifications"]],
        events=[EventAnswer.model_validate(each) for each in owned["events"]],
        documents=[document_answer(each) for each in owned["documents"]],
        portfolios=[PortfolioAnswer.model_validate(each) for each in owned["portfolios"]],
        jobs=[job_response(each) for each in jobs],
        webhooks=[WebhookAnswer.model_validate(each) for each in owned["webhooks"]],
    )


@router.post("/erase", responses=documented(413, 422))
def erase(user: CurrentUser, services: ServicesOf, _body: NoFields | None = None) -> ErasureAnswer:
    """Erase everything of the caller, and who they are, for good; they are signed out."""
    return ErasureAnswer(erased=service.erase(services, user))
