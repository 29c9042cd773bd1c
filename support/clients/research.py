"""Research sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.checks.matching import require
from support.cleanup import Cleanup
from support.clients.access import AccessClient
from support.drivers.database import DatabaseDriver
from support.drivers.http import Answer, HttpDriver
from support.personas import Persona

SESSIONS = "/api/research/sessions"


@dataclass(frozen=True)
class ResearchSession:
    """A session as its owner was told when it was created."""

    id: str
    ticker: str
    owner: Persona


class ResearchClient:
    """Research sessions of one scenario; every one that was created is removed for good at its end."""

    def __init__(self, http: HttpDriver, access: AccessClient, cleanup: Cleanup) -> None:
        self._http = http
        self._access = access
        self._cleanup = cleanup

    def start(self, ticker: str, *, by: Persona) -> ResearchSession:
        """Create a session. Source: Timber guide, session service."""
        content = (
            self._http.post(
                SESSIONS,
                actor=by.name,
                token=self._access.token(by),
                json={"session_type": "stock_research", "ticker": ticker},
            )
            .expect(201)
            .json
        )
        session = ResearchSession(content["id"], content["ticker"], by)
        self._cleanup.add(f"remove research session {session.id}", lambda: self._remove(session))
        return session

    def read(self, session: ResearchSession, *, by: Persona) -> Mapping[str, Any]:
        """Return the session as the API tells it."""
        return (
            self._http.get(f"{SESSIONS}/{session.id}", actor=by.name, token=self._access.token(by)).expect(200).document
        )

    def move(self, session: ResearchSession, state: str, *, by: Persona) -> Answer:
        """Ask for a transition, whatever comes of it."""
        return self._http.post(
            f"{SESSIONS}/{session.id}/transition",
            actor=by.name,
            token=self._access.token(by),
            json={"state": state},
        )

    def _remove(self, session: ResearchSession) -> None:
        self._http.delete(
            f"{SESSIONS}/{session.id}",
            params={"permanent": "true"},
            actor=session.owner.name,
            token=self._access.token(session.owner),
        ).expect(204)


class ResearchStores:
    """The places where the platform keeps research sessions."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def row(self, session: ResearchSession) -> Mapping[str, Any]:
        """Return the session's row with its owner's user name; fails where there is no row."""
        found = self._database.rows(
            "SELECT research_sessions.*, users.username AS owner FROM research_sessions "
            "JOIN users ON users.id = owner_id WHERE research_sessions.id = :id",
            id=session.id,
        )
        require(found, f"the research session on {session.ticker} should have a row in the database, but has none")
        return found[0]

    def states(self, session: ResearchSession) -> list[str]:
        """Return the states that the session took, oldest first, as its history tells them."""
        history = self._database.rows(
            "SELECT old_state, new_state FROM research_session_history WHERE session_id = :id ORDER BY changed_at, id",
            id=session.id,
        )
        return [str(change["new_state"]) for change in history]
