"""Sessions: as those who opened them know them, as scenarios share them, and as the platform keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import Any

import jwt

from support.drivers.database import DatabaseDriver
from support.drivers.http import Answer, HttpDriver
from support.drivers.redis import RedisDriver
from support.personas import Persona

EXIT = "/api/auth/logout"


def claims_of(token: str) -> dict[str, Any]:
    """What a token says about itself; the signature is the platform's business."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@dataclass(frozen=True)
class SignedIn:
    """A session as the one who opened it knows it. `lifetime` is in seconds."""

    who: str
    access_token: str
    refresh_token: str
    lifetime: int

    @classmethod
    def of(cls, persona: Persona, answer: Answer) -> SignedIn:
        """Return the session that an answer has opened, or renewed."""
        content = answer.document
        return cls(persona.name, content["access_token"], content["refresh_token"], content["expires_in"])

    @property
    def claims(self) -> Mapping[str, Any]:
        """What the access token says about itself."""
        return claims_of(self.access_token)

    @cached_property
    def session_id(self) -> str:
        """The name of the session in the database and in Redis."""
        return str(self.claims["jti"])


class SharedSessions:
    """The sessions in which personas act where a scenario is not about sessions: one for each, for the whole run.

    Most scenarios only need somebody to be signed in; signing in for each would cost more than what they show. What a
    scenario does to sessions, it does to sessions of its own.
    """

    def __init__(self) -> None:
        self.opened: list[SignedIn] = []  # all that were, those no longer in use too
        self._in_use: dict[str, tuple[SignedIn, float]] = {}

    def of(self, persona: Persona, sign_in: Callable[[], SignedIn]) -> SignedIn:
        """Return the persona's session; a new one where there is none, or half of its token's life is over."""
        session, use_until = self._in_use.get(persona.name, (None, 0.0))
        if session is None or monotonic() > use_until:
            session = sign_in()
            self.opened.append(session)
            self._in_use[persona.name] = session, monotonic() + session.lifetime / 2
        return session

    @property
    def in_use(self) -> set[str]:
        """The ids of the sessions that scenarios to come will act in."""
        return {session.session_id for session, _ in self._in_use.values()}

    def renew(self) -> None:
        """Have everybody sign in anew. After a failure: it may have come of a session that somebody had ended."""
        self._in_use.clear()

    def end(self, http: HttpDriver) -> None:
        """Sign everybody out."""
        while self.opened:
            session = self.opened.pop()
            http.post(EXIT, actor=session.who, token=session.access_token).expect(204, 401)


class SessionStores:
    """The places where the platform keeps sessions."""

    def __init__(self, database: DatabaseDriver, redis: RedisDriver) -> None:
        self._database = database
        self._redis = redis

    def row(self, session: SignedIn) -> Mapping[str, Any] | None:
        """Return the session's row in the database, with `left`: how many seconds it lasts by the database's clock."""
        found = self._database.rows(
            "SELECT *, extract(epoch FROM expires_at - now())::float AS left FROM auth_sessions WHERE id = :id",
            id=session.session_id,
        )
        return found[0] if found else None

    def set_age(self, session: SignedIn, hours: int) -> None:
        """Move the session back in time, as if it had been opened so many hours ago, and delete its cached copy."""
        self._database.write(
            "UPDATE auth_sessions SET created_at = created_at - make_interval(hours => :hours), "
            "expires_at = expires_at - make_interval(hours => :hours) WHERE id = :id RETURNING id",
            id=session.session_id,
            hours=hours,
        )
        self._redis.delete(f"session:{session.session_id}")

    def seconds_to_live(self, session: SignedIn) -> float | None:
        """Return how long Redis will keep the session; None where it does not hold it, or holds it for ever."""
        return self._redis.seconds_to_live(f"session:{session.session_id}")
