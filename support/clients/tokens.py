"""Tokens as an intruder, or time, would have them: expired, altered, signed otherwise, and in headers of any form."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from support.clients.sessions import SignedIn, claims_of

ANOTHER_KEY = "not the platform's key, however long it may be"
ABOUT_TO_EXPIRE = 20  # seconds; long enough for one request on a busy machine


class TokenForge:
    """Makes tokens out of a session's own, with the platform's signing key where it takes that."""

    def __init__(self, key: Callable[[], str]) -> None:
        self._key = key

    def header(self, name: str, session: SignedIn) -> str | None:
        """Return the `Authorization` header that a feature calls by one of the names in `CREDENTIALS`."""
        return CREDENTIALS[name](self, session)

    def _signed(self, session: SignedIn, *, key: str | None = None, algorithm: str = "HS256", **changes: Any) -> str:
        claims = {**claims_of(session.access_token), **changes}
        kept = {name: value for name, value in claims.items() if value is not None}
        return "Bearer " + jwt.encode(kept, key or self._key(), algorithm=algorithm)

    def expired(self, session: SignedIn) -> str:
        """The token as it is when it has just ended."""
        now = int(time.time())
        return self._signed(session, iat=now - 1801, exp=now - 1)

    def about_to_expire(self, session: SignedIn) -> str:
        """The token as it is shortly before its end."""
        now = int(time.time())
        return self._signed(session, iat=now - 1700, exp=now + ABOUT_TO_EXPIRE)

    def without_expiry(self, session: SignedIn) -> str:
        """The token with a good signature, but without an end."""
        return self._signed(session, exp=None)

    def of_another_algorithm(self, session: SignedIn) -> str:
        """The token signed with the right key in a way that was not agreed on."""
        return self._signed(session, algorithm="HS512")

    def of_another_key(self, session: SignedIn) -> str:
        """The token signed with a key that anybody could make up."""
        return self._signed(session, key=ANOTHER_KEY)

    def of_algorithm_none(self, session: SignedIn) -> str:
        """The token saying that it needs no signature."""
        return "Bearer " + jwt.encode(claims_of(session.access_token), "", algorithm="none")

    def altered(self, session: SignedIn) -> str:
        """The token of an administrator, with the signature of the token it was."""
        header, _, signature = session.access_token.split(".")
        claims = json.dumps({**claims_of(session.access_token), "role": "administrator"}).encode()
        payload = base64.urlsafe_b64encode(claims).decode().rstrip("=")
        return f"Bearer {header}.{payload}.{signature}"

    def unsigned(self, session: SignedIn) -> str:
        """The token without its signature."""
        return "Bearer " + session.access_token.rpartition(".")[0] + "."


CREDENTIALS: Mapping[str, Callable[[TokenForge, SignedIn], str | None]] = {
    "no token at all": lambda _, session: None,
    "an empty header": lambda _, session: "",
    "a header without a token": lambda _, session: "Bearer",
    "a token without a scheme": lambda _, session: session.access_token,
    "a token with the scheme Basic": lambda _, session: f"Basic {session.access_token}",
    "a token with the scheme Token": lambda _, session: f"Token {session.access_token}",
    "two tokens in one header": lambda _, session: f"Bearer {session.access_token} {session.access_token}",
    "a malformed token": lambda _, session: "Bearer opensesame",
    "an expired token": TokenForge.expired,
    "a token about to expire": TokenForge.about_to_expire,
    "a token without an expiry": TokenForge.without_expiry,
    "a token with another algorithm": TokenForge.of_another_algorithm,
    "a token signed with another key": TokenForge.of_another_key,
    "a token with the algorithm none": TokenForge.of_algorithm_none,
    "an altered token": TokenForge.altered,
    "a token without its signature": TokenForge.unsigned,
    "the refresh token": lambda _, session: f"Bearer {session.refresh_token}",
    "the access token": lambda _, session: f"Bearer {session.access_token}",
}
"""What may stand in the `Authorization` header, by the name that features use. Each is made from a session that is
good, so that nothing but its form or its content can be the reason of a refusal."""
