"""Whether answers show what they must not: passwords, hashes, and tokens of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from support.checks.comparison import require
from support.errors import require_feature
from support.evidence.recorder import Exchange
from support.scenario.shared_sessions import SignedIn

PART = 7  # characters: what is shorter may stand anywhere by chance
GIVING_TOKENS = ("/api/auth/login", "/api/auth/refresh")


def require_secrets_hidden(
    exchanges: Sequence[Exchange], passwords: Iterable[str], hashes: Iterable[str], sessions: Sequence[SignedIn]
) -> None:
    """Fail with every answer that shows a password, a hash, a part of one, or a token to who is not its owner."""
    answered = [exchange for exchange in exchanges if exchange.status is not None]
    require_feature(answered, "there are no answers to look through: nothing was asked before")
    digests = [part for known in hashes for part in known.split("$") if re.fullmatch(r"[\w+/]{20,}", part)]
    secrets = {"a password": set(passwords), "a hash": set(digests)}
    found = [
        f"{exchange.method} {exchange.url} ({exchange.status}) shows {what}"
        for exchange in answered
        for what in (*_shown(exchange, secrets), *_tokens(exchange, sessions))
    ]
    require(not found, f"no answer should show a secret, but {'; '.join(found)}")


def _text(exchange: Exchange) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.response_headers.items())
    return f"{headers}\n\n{(exchange.response_body or b'').decode('utf-8', 'replace')}"


def _shown(exchange: Exchange, secrets: dict[str, set[str]]) -> Iterator[str]:
    text = _text(exchange)
    if "$argon2" in text:
        yield "a hash of Argon2"
    for what, values in secrets.items():
        if any(part in text for value in values for part in parts(value)):
            yield what


def parts(secret: str) -> Iterator[str]:
    """Yield each part of a secret that is long enough to tell something."""
    for begin in range(max(1, len(secret) - PART + 1)):
        yield secret[begin : begin + PART]


def _tokens(exchange: Exchange, sessions: Sequence[SignedIn]) -> Iterator[str]:
    text = _text(exchange)
    gives = exchange.method == "POST" and exchange.url.endswith(GIVING_TOKENS)
    for session in sessions:
        if gives and session.who == exchange.actor:
            continue
        if any(token and token in text for token in (session.access_token, session.refresh_token)):
            yield f"a token of {session.who}"
