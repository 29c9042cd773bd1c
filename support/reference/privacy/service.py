"""Collect and erase all data of a user."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from support.reference.access.service import (
    User,
    end_sessions,
    get_account,
    invalidate_sessions,
    lock_account,
    require_another_administrator,
)
from support.reference.access.tables import UserRow
from support.reference.database import utc_now
from support.reference.documents.tables import DocumentRow
from support.reference.errors import AuthenticationFailed, NotFound
from support.reference.events.tables import EventRow
from support.reference.jobs.service import JobWithRuns, erase_jobs_of, jobs_of
from support.reference.notifications.tables import NotificationRow
from support.reference.portfolios.tables import PortfolioRow
from support.reference.privacy.tables import AuditRow
from support.reference.research.tables import ResearchSessionRow, ResearchStateChangeRow
from support.reference.services import Services
from support.reference.webhooks.tables import WebhookRow

_OWNED: dict[str, tuple[Any, Any]] = {
    "sessions": (ResearchSessionRow, ResearchSessionRow.owner_id),
    "notifications": (NotificationRow, NotificationRow.user_id),
    "events": (EventRow, EventRow.user_id),
    "documents": (DocumentRow, DocumentRow.owner_id),
    "portfolios": (PortfolioRow, PortfolioRow.owner_id),
    "webhooks": (WebhookRow, WebhookRow.owner_id),
}
"""Resources that a user owns, by their name in the API, with the column of the owner."""


class UserData(NamedTuple):
    """All data of a user; each list oldest first, with deleted resources."""

    profile: UserRow
    owned: dict[str, list[Any]]
    history: dict[UUID, list[ResearchStateChangeRow]]
    jobs: list[JobWithRuns]


def collect(services: Services, user: User) -> UserData:
    """Return all data of a user, from one snapshot."""
    with services.database.begin() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        owned = {
            name: list(session.scalars(select(table).where(owner == user.id).order_by(table.created_at, table.id)))
            for name, (table, owner) in _OWNED.items()
        }
        return UserData(
            _profile(session, user.id), owned, _history(session, owned["sessions"]), jobs_of(session, user.id)
        )


def erase(services: Services, user: User) -> dict[str, int]:
    """Erase a user's data and account; returns the number of each type.

    What other requests of the user store meanwhile is deleted with the account, or rejected afterwards. Raises Conflict
    for the last active administrator.
    """
    with services.database.begin() as session:
        counts = {
            name: len(session.scalars(delete(table).where(owner == user.id).returning(table.id)).all())
            for name, (table, owner) in _OWNED.items()
        }
        counts["jobs"] = erase_jobs_of(session, user.id)
        ended = end_sessions(session, user.id)
        # Last, as other requests lock what they change before the account that it belongs to.
        profile = _profile(session, user.id, for_update=True)
        require_another_administrator(session, profile)
        session.delete(profile)
        now = utc_now()
        session.add(AuditRow(id=uuid4(), user_id=user.id, action="erasure", counts=counts, created_at=now))
    invalidate_sessions(services, ended)
    return counts


def _profile(session: Session, user_id: UUID, *, for_update: bool = False) -> UserRow:
    try:
        return lock_account(session, user_id) if for_update else get_account(session, user_id)
    except NotFound:
        raise AuthenticationFailed from None


def _history(session: Session, owned: list[ResearchSessionRow]) -> dict[UUID, list[ResearchStateChangeRow]]:
    history: dict[UUID, list[ResearchStateChangeRow]] = {research.id: [] for research in owned}
    of_sessions = ResearchStateChangeRow.session_id.in_(history)
    for change in session.scalars(
        select(ResearchStateChangeRow).where(of_sessions).order_by(ResearchStateChangeRow.id)
    ):
        history[change.session_id].append(change)
    return history
