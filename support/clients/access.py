"""Signing in and out, pages and sessions."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from support.cleanup import Cleanup
from support.drivers.database import DatabaseDriver
from support.drivers.http import Answer, HttpDriver
from support.drivers.redis import RedisDriver
from support.personas import PERSONAS, Account, Persona

PAGES: Mapping[str, str] = {
    "protected page": "/api/protected",
    "administrator's page": "/api/admin",
}

TOKENS = (
    "no token",
    "an empty token",
    "a made-up token",
    "a token that was tampered with",
    "the token of an ended session",
)
"""What somebody who should not get in connects with."""


@dataclass(frozen=True)
class SignedIn:
    """A session as the one who opened it knows it. `lifetime` is in seconds."""

    who: str
    access_token: str
    lifetime: int

    @property
    def claims(self) -> Mapping[str, Any]:
        """What the token says about itself; the signature is the platform's business."""
        payload = self.access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if not isinstance(claims, dict):
            raise AssertionError(f"the token of {self.who} should carry claims, but carries {claims!r}")
        return claims

    @property
    def session_id(self) -> str:
        """The name of the session in the database and in Redis."""
        return str(self.claims["jti"])


class AccessClient:
    """Who is signed in during one scenario; everybody is signed out at its end."""

    def __init__(self, http: HttpDriver, accounts: Callable[[Persona], Account], cleanup: Cleanup) -> None:
        self._http = http
        self._accounts = accounts
        self._cleanup = cleanup
        self._sessions: dict[str, SignedIn] = {}
        self.by_themselves: set[str] = set()  # sessions that no step asked for: a persona needed one to act

    def attempt(self, username: str, password: str, *, by: Persona) -> Answer:
        """Try to sign in, whatever comes of it."""
        return self._http.post("/api/auth/login", actor=by.name, json={"username": username, "password": password})

    def sign_in(self, persona: Persona) -> SignedIn:
        """Sign a persona in and use the new session from now on.

        Source: Archivist plan, user authentication, step 1.
        """
        account = self._accounts(persona)
        content = self.attempt(account.username, account.password, by=persona).expect(200).json
        session = SignedIn(persona.name, content["access_token"], content["expires_in"])
        self._cleanup.add(f"sign {persona.name} out", lambda: self._end(session))
        self._sessions[persona.name] = session
        return session

    def sign_out(self, persona: Persona) -> SignedIn:
        """Sign a persona out and return the session that ended; her token stays in use, to see that it is refused."""
        session = self.session(persona)
        self._end(session, expect=(204,))
        return session

    def _end(self, session: SignedIn, expect: tuple[int, ...] = (204, 401)) -> None:
        self._http.post("/api/auth/logout", actor=session.who, token=session.access_token).expect(*expect)

    def session(self, persona: Persona) -> SignedIn:
        """Return the persona's session; the first one is opened here."""
        known = self._sessions.get(persona.name)
        if known is None:
            known = self.sign_in(persona)
            self.by_themselves.add(known.session_id)
        return known

    def token(self, persona: Persona) -> str | None:
        """Return the token a persona sends with requests; None for one without an account."""
        return None if persona.role is None else self.session(persona).access_token

    def bad_token(self, kind: str) -> str | None:
        """Return one of `TOKENS`; what needs a session is made of Vera's."""
        match kind:
            case "no token":
                return None
            case "an empty token":
                return ""
            case "a made-up token":
                return "made.up.token"
            case "a token that was tampered with":
                return self.session(PERSONAS["Vera"]).access_token[:-8] + "AAAAAAAA"
            case _:
                return self.sign_out(PERSONAS["Vera"]).access_token

    def open_page(self, page: str, *, by: Persona) -> Answer:
        """Open one of `PAGES` with the persona's token."""
        return self._http.get(PAGES[page], actor=by.name, token=self.token(by))


class SessionStores:
    """The places where the platform keeps sessions."""

    def __init__(self, database: DatabaseDriver, redis: RedisDriver) -> None:
        self._database = database
        self._redis = redis

    def row(self, session: SignedIn) -> Mapping[str, Any] | None:
        """Return the session's row in the database."""
        return self._database.row("auth_sessions", id=session.session_id)

    def seconds_to_live(self, session: SignedIn) -> float | None:
        """Return how long Redis will keep the session; None where it does not hold it."""
        return self._redis.seconds_to_live(f"session:{session.session_id}")
