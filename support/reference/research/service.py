"""What can be done with a research session, and by whom.

A session belongs to its owner: to anyone else it does not exist.
"""

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
    """Begin a session in state initialized, without data: the caller's, or of whom an administrator names.

    Raises Forbidden, and NotFound when there is no such user.
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
    """One page of a user's sessions, newest first, and how many there are; in one state, or all."""
    visible = select(ResearchSessionRow).where(
        ResearchSessionRow.owner_id == user.id, ResearchSessionRow.deleted_at.is_(None)
    )
    if state is not None:
        visible = visible.where(ResearchSessionRow.state == state)
    with services.database.begin() as session:
        return pages.newest(session, visible, limit=limit, offset=offset)


def get(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """One session. Raises NotFound when it is deleted or somebody else's."""
    with services.database.begin() as session:
        return get_session(session, user, session_id)


def delete(services: Services, user: User, session_id: UUID) -> None:
    """Hide a session until it is restored. Raises NotFound."""
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        research.deleted_at = research.updated_at = utc_now()


def delete_permanently(services: Services, user: User, session_id: UUID) -> None:
    """Remove a session, hidden or not, with its history and what was told of it. Raises NotFound."""
    with services.database.begin() as session:
        session.delete(_owned_session(session, user, session_id, for_update=True))
        for told in (EventRow, NotificationRow):
            session.execute(remove_rows(told).where(told.data["session_id"].astext == str(session_id)))


def restore(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Bring a deleted session back as it was. Raises NotFound, and Conflict when it is not deleted."""
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
    """Move a session to another state and merge data into it: both or neither.

    The row is locked first, so that of two simultaneous moves the second sees the first. Raises NotFound, and Conflict
    when the state does not allow the move.
    """
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        change_state(session, research, state, by=user.id)
        research.data = research.data | (data or {})
        return research


def change_state(
    session: Session, research: ResearchSessionRow, state: State, *, by: UUID, error: str | None = None
) -> None:
    """Move a locked session to another state and note it in its history. Raises Conflict when it may not."""
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
    """Merge members into a session's data, or replace it. Members not named stay when merging. Raises NotFound."""
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        research.data = data if replace else research.data | data
        research.updated_at = utc_now()
        return research


def change_notes(services: Services, user: User, session_id: UUID, notes: str | None) -> ResearchSessionRow:
    """Write a session's private notes, sealed. Raises NotFound."""
    with services.database.begin() as session:
        research = get_session(session, user, session_id, for_update=True)
        research.notes = encrypt(services.settings, notes)
        research.updated_at = utc_now()
        return research


def get_session(session: Session, user: User, session_id: UUID, *, for_update: bool = False) -> ResearchSessionRow:
    """The session, if it is the user's and not deleted. Raises NotFound."""
    research = _owned_session(session, user, session_id, for_update=for_update)
    if research.deleted_at is not None:
        raise NotFound("The research session was not found.")
    return research


def _owned_session(session: Session, user: User, session_id: UUID, *, for_update: bool = False) -> ResearchSessionRow:
    """The session, deleted or not, if it is the user's."""
    research = session.get(ResearchSessionRow, session_id, with_for_update=for_update or None)
    if research is None or research.owner_id != user.id:
        raise NotFound("The research session was not found.")
    return research
