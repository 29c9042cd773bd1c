"""What can be done with a research session, and by whom.

A session belongs to its owner: to anyone else but an administrator it does not exist.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from support.reference.access.service import User
from support.reference.database import utc_now
from support.reference.errors import Conflict, NotFound
from support.reference.research.tables import ResearchSessionRow, ResearchStateChangeRow, State
from support.reference.services import Services

_NEXT_STATES: dict[State, frozenset[State]] = {
    "initialized": frozenset({"processing", "completed", "failed"}),
    "processing": frozenset({"completed", "failed"}),
    "completed": frozenset(),
    "failed": frozenset({"processing"}),
}


def create(
    services: Services, owner: User, *, session_type: str, ticker: str, config: dict[str, Any]
) -> ResearchSessionRow:
    """Begin a session in state initialized, without data."""
    now = utc_now()
    research = ResearchSessionRow(
        id=uuid4(),
        owner_id=owner.id,
        session_type=session_type,
        ticker=ticker,
        state="initialized",
        config=config,
        data={},
        created_at=now,
        updated_at=now,
    )
    with services.database.begin() as session:
        session.add(research)
    return research


def list_for(services: Services, user: User, *, limit: int, offset: int) -> tuple[list[ResearchSessionRow], int]:
    """One page of the sessions a user may see, newest first, and how many there are."""
    visible = select(ResearchSessionRow).where(ResearchSessionRow.deleted_at.is_(None))
    if not user.has_role("administrator"):
        visible = visible.where(ResearchSessionRow.owner_id == user.id)
    newest = visible.order_by(ResearchSessionRow.created_at.desc(), ResearchSessionRow.id).limit(limit).offset(offset)
    with services.database.begin() as session:
        total = session.scalar(select(func.count()).select_from(visible.subquery())) or 0
        return list(session.scalars(newest)), total


def get(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """One session. Raises NotFound when it is deleted or somebody else's."""
    with services.database.begin() as session:
        return _present(session, user, session_id)


def delete(services: Services, user: User, session_id: UUID) -> None:
    """Hide a session until it is restored. Raises NotFound."""
    with services.database.begin() as session:
        research = _present(session, user, session_id, for_update=True)
        research.deleted_at = research.updated_at = utc_now()


def delete_permanently(services: Services, user: User, session_id: UUID) -> None:
    """Remove a session, hidden or not, with its history. Raises NotFound."""
    with services.database.begin() as session:
        session.delete(_visible(session, user, session_id, for_update=True))


def restore(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Bring a deleted session back as it was. Raises NotFound, and Conflict when it is not deleted."""
    with services.database.begin() as session:
        research = _visible(session, user, session_id, for_update=True)
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
        research = _present(session, user, session_id, for_update=True)
        if state not in _NEXT_STATES[research.state]:
            raise Conflict("Invalid state transition")
        now = utc_now()
        session.add(
            ResearchStateChangeRow(
                session_id=research.id,
                old_state=research.state,
                new_state=state,
                changed_by=user.id,
                changed_at=now,
            )
        )
        research.state = state
        research.data = research.data | (data or {})
        research.updated_at = now
        return research


def change_data(
    services: Services, user: User, session_id: UUID, data: dict[str, Any], *, replace: bool
) -> ResearchSessionRow:
    """Merge members into a session's data, or replace it. Members not named stay when merging. Raises NotFound."""
    with services.database.begin() as session:
        research = _present(session, user, session_id, for_update=True)
        research.data = data if replace else research.data | data
        research.updated_at = utc_now()
        return research


def _present(session: Session, user: User, session_id: UUID, *, for_update: bool = False) -> ResearchSessionRow:
    research = _visible(session, user, session_id, for_update=for_update)
    if research.deleted_at is not None:
        raise NotFound("There is no such research session.")
    return research


def _visible(session: Session, user: User, session_id: UUID, *, for_update: bool = False) -> ResearchSessionRow:
    """The session, deleted or not, if the user may see it."""
    research = session.get(ResearchSessionRow, session_id, with_for_update=for_update or None)
    if research is None or not (research.owner_id == user.id or user.has_role("administrator")):
        raise NotFound("There is no such research session.")
    return research
