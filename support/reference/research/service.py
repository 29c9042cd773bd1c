"""The operations of research sessions. A session is visible only to its owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete as remove_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import User, require_user
from support.reference.database import utc_now
from support.reference.errors import Conflict, Forbidden, NotFound
from support.reference.events.service import new_event
from support.reference.events.tables import EventRow
from support.reference.notifications.tables import NotificationRow
from support.reference.research.notes import encrypt
from support.reference.research.tables import ResearchSessionRow, ResearchStateChangeRow, State
from support.reference.services import Services

_NEXT_STATES: dict[State, frozenset[State]] = {
    "initialized": frozenset({"processing", "completed", "failed"}),
    "processing": frozenset({"completed", "failed"}),
    "completed": frozenset(),
    "failed": frozenset({"processing"}),
}


def create(
    services: Services, user: User, *, user_id: UUID | None, session_type: str, ticker: str, config: dict[str, Any]
) -> ResearchSessionRow:
    """Create an initialized session without data, for the caller or by an administrator.

    Raises Forbidden, and NotFound if the user is unknown.
    """
    owner_id = user_id or user.id
    if owner_id != user.id and not user.has_role("administrator"):
        raise Forbidden("Only administrators may create sessions for other users.")
    now = utc_now()
    research = ResearchSessionRow(
        id=uuid4(),
        owner_id=owner_id,
        session_type=session_type,
        ticker=ticker,
        state="initialized",
        stage="started",
        config=config,
        data={},
        created_at=now,
        updated_at=now,
    )
    started = new_event(owner_id, "research_started", {"session_id": str(research.id), "ticker": ticker})
    with services.database.begin() as session:
        require_user(session, owner_id)
        session.add_all((research, started))
    return research


def list_for(
    services: Services, user: User, *, limit: int, offset: int, state: State | None
) -> tuple[list[ResearchSessionRow], int]:
    """Return one page of a user's sessions, newest first, and the number of all."""
    visible = select(ResearchSessionRow).where(
        ResearchSessionRow.owner_id == user.id, ResearchSessionRow.deleted_at.is_(None)
    )
    if state is not None:
        visible = visible.where(ResearchSessionRow.state == state)
    with services.database.begin() as session:
        return pages.newest(session, visible, limit=limit, offset=offset)


def get(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Return one session. Raises NotFound if it is hidden or another user's."""
    with services.database.begin() as session:
        return get_session(session, user, session_id)


def delete(services: Services, user: User, session_id: UUID) -> None:
    """Hide a session until it is restored. Raises NotFound."""
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        research.deleted_at = research.updated_at = utc_now()


def delete_permanently(services: Services, user: User, session_id: UUID) -> None:
    """Delete a session, its history, and the notifications and events about it.

    Raises NotFound.
    """
    with services.database.begin() as session:
        session.delete(_owned_session(session, user, session_id, for_update=True))
        for table in (EventRow, NotificationRow):
            session.execute(remove_rows(table).where(table.data["session_id"].astext == str(session_id)))


def restore(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Restore a hidden session. Raises NotFound, and Conflict if it is not hidden."""
    with services.database.begin() as session:
        research = _owned_session(session, user, session_id, for_update=True)
        if research.deleted_at is None:
            raise Conflict("The research session is not deleted.")
        research.deleted_at = None
        research.updated_at = utc_now()
        return research


def transition(
    services: Services, user: User, session_id: UUID, state: State, data: dict[str, Any] | None
) -> ResearchSessionRow:
    """Change the state of a session and merge data: both or neither.

    The row is locked first, so that of two simultaneous transitions the second sees the first. Raises NotFound, and
    Conflict if the state does not allow it.
    """
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        change_state(session, research, state, by=user.id)
        research.data = research.data | (data or {})
        return research


def change_state(
    session: Session, research: ResearchSessionRow, state: State, *, by: UUID, error: str | None = None
) -> None:
    """Change the state of a locked session and record it in the history.

    Raises Conflict if the state does not allow it.
    """
    if state not in _NEXT_STATES[research.state]:
        raise Conflict("Invalid state transition")
    now = utc_now()
    session.add(
        ResearchStateChangeRow(
            session_id=research.id, old_state=research.state, new_state=state, changed_by=by, changed_at=now
        )
    )
    research.state, research.error, research.updated_at = state, error, now


def change_data(
    services: Services, user: User, session_id: UUID, data: dict[str, Any], *, replace: bool
) -> ResearchSessionRow:
    """Merge members into a session's data, or replace the data. Raises NotFound."""
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        research.data = data if replace else research.data | data
        research.updated_at = utc_now()
        return research


def change_notes(services: Services, user: User, session_id: UUID, notes: str | None) -> ResearchSessionRow:
    """Store a session's private notes, encrypted. Raises NotFound."""
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        research.notes = encrypt(services.settings, notes)
        research.updated_at = utc_now()
        return research


def get_session(session: Session, user: User, session_id: UUID, *, for_update: bool = False) -> ResearchSessionRow:
    """Return the session if it is the user's and not hidden. Raises NotFound."""
    research = _owned_session(session, user, session_id, for_update=for_update)
    if research.deleted_at is not None:
        raise NotFound("The research session was not found.")
    return research


def _owned_session(session: Session, user: User, session_id: UUID, *, for_update: bool = False) -> ResearchSessionRow:
    """Return the session, hidden or not, if it is the user's. Raises NotFound."""
    research = session.get(ResearchSessionRow, session_id, with_for_update=for_update or None)
    if research is None or research.owner_id != user.id:
        raise NotFound("The research session was not found.")
    return research
