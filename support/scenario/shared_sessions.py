"""Sessions as the one who opened them knows them, and the sessions that scenarios share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import Any

import jwt

from support.drivers.http import HttpDriver, Response
from support.gherkin.personas import Persona

SIGN_OUT_PATH = "/api/auth/logout"


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a token without a check of its signature."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@dataclass(frozen=True)
class SignedIn:
    """An open session as its user knows it. `lifetime` is in seconds."""

    who: str
    access_token: str
    refresh_token: str
    lifetime: int

    @classmethod
    def of(cls, persona: Persona, response: Response) -> SignedIn:
        """Return the session that a response has opened or refreshed."""
        content = response.document
        return cls(persona.name, content["access_token"], content["refresh_token"], content["expires_in"])

    @property
    def claims(self) -> Mapping[str, Any]:
        """The claims of the access token."""
        return claims_of(self.access_token)

    @cached_property
    def session_id(self) -> str:
        """The id of the session in the database and in Redis."""
        return str(self.claims["jti"])


class SharedSessions:
    """One session for each persona, shared by the scenarios of a run that are not about sessions.

    To sign in for each scenario would cost more than what most of them show. A scenario about sessions opens its own.
    """

    def __init__(self) -> None:
        self.opened: list[SignedIn] = []  # includes those that are no longer in use
        self._in_use: dict[str, tuple[SignedIn, float]] = {}

    def of(self, persona: Persona, sign_in: Callable[[], SignedIn]) -> SignedIn:
        """Return the persona's session; opens a new one after half of the token's lifetime."""
        session, use_until = self._in_use.get(persona.name, (None, 0.0))
        if session is None or monotonic() > use_until:
            session = sign_in()
            self.opened.append(session)
            self._in_use[persona.name] = session, monotonic() + session.lifetime / 2
        return session

    @property
    def in_use(self) -> set[str]:
        """The ids of the sessions that later scenarios will use."""
        return {session.session_id for session, _ in self._in_use.values()}

    def renew(self) -> None:
        """Open new sessions at the next use: a failed scenario may have ended one."""
        self._in_use.clear()

    def end(self, http: HttpDriver) -> None:
        """Sign out of every session that was opened."""
        while self.opened:
            session = self.opened.pop()
            http.post(SIGN_OUT_PATH, actor=session.who, token=session.access_token).expect(204, 401)
