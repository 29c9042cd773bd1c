"""JSON Web Tokens: HS256, signed with the platform's key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import jwt

from support.reference.errors import AuthenticationFailed

ACCESS_LIFETIME = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(hours=12)

_ALGORITHM = "HS256"
_CLAIMS = ["sub", "role", "jti", "sid", "typ", "iat", "exp"]

TokenType = Literal["access", "refresh"]


@dataclass(frozen=True)
class Claims:
    """The claims of a token; an access token has the id of its session."""

    user_id: UUID
    role: str
    session_id: UUID
    token_id: UUID


def issue(claims: Claims, token_type: TokenType, *, issued_at: datetime, expires_at: datetime, key: str) -> str:
    """Sign a token."""
    payload = {
        "sub": str(claims.user_id),
        "role": claims.role,
        "jti": str(claims.token_id),
        "sid": str(claims.session_id),
        "typ": token_type,
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        # Two tokens of one session in the same second must differ.
        "nonce": secrets.token_hex(8),
    }
    return jwt.encode(payload, key, algorithm=_ALGORITHM)


def read(token: str, token_type: TokenType, *, key: str) -> Claims:
    """Verify a token and return its claims.

    Raises AuthenticationFailed if it is malformed, expired, signed otherwise, of another type, or lacks a claim.
    """
    try:
        payload = jwt.decode(token, key, algorithms=[_ALGORITHM], options={"require": _CLAIMS})
        claims = Claims(
            user_id=UUID(payload["sub"]),
            role=str(payload["role"]),
            session_id=UUID(payload["sid"]),
            token_id=UUID(payload["jti"]),
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
        raise AuthenticationFailed("The token is not valid.") from None
    if payload["typ"] != token_type:
        raise AuthenticationFailed("The token is not valid.")
    return claims
