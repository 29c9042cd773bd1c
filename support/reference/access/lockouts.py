"""Lockouts: after five failed sign-ins a name is locked until the period ends, known or not."""

from __future__ import annotations

import hashlib

from support.reference.access.tables import LOCKOUT_SECONDS
from support.reference.services import Services

_MAX_FAILURES = 5


def require_unlocked(services: Services, username: str) -> None:
    """Raise TooManyRequests while the name is locked."""
    services.counters.read(_key(username)).reject_over(_MAX_FAILURES - 1)


def count_failure(services: Services, username: str, period_seconds: int = LOCKOUT_SECONDS) -> None:
    """Count a failed attempt; the first one starts the period.

    Raises TooManyRequests if simultaneous attempts have locked the name meanwhile.
    """
    services.counters.count(_key(username), period_seconds).reject_over(_MAX_FAILURES)


def end_lockout(services: Services, username: str) -> None:
    """End the lockout of a name, and reset its failures."""
    services.counters.reset(_key(username))


def _key(username: str) -> str:
    return f"failures:{hashlib.sha256(username.lower().encode()).hexdigest()}"
