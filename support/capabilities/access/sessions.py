"""Sessions as the platform stores them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.scenario.shared_sessions import SignedIn


class SessionStores:
    """The table and the Redis keys of sessions."""

    def __init__(self, database: DatabaseDriver, redis: RedisDriver) -> None:
        self._database = database
        self._redis = redis

    def row(self, session: SignedIn) -> Mapping[str, Any] | None:
        """Return the session's row with `left`, the seconds until it expires by the database's clock."""
        found = self._database.rows(
            "SELECT *, extract(epoch FROM expires_at - now())::float AS left FROM auth_sessions WHERE id = :id",
            id=session.session_id,
        )
        return found[0] if found else None

    def seconds_to_live(self, session: SignedIn) -> float | None:
        """Return the time to live in Redis in seconds; None without a key or without an expiry."""
        return self._redis.seconds_to_live(f"session:{session.session_id}")

    def set_age(self, session: SignedIn, hours: int) -> None:
        """Move the session back in time, as if it had been opened so many hours ago, and delete its cached copy."""
        self._database.write(
            "UPDATE auth_sessions SET created_at = created_at - make_interval(hours => :hours), "
            "expires_at = expires_at - make_interval(hours => :hours) WHERE id = :id RETURNING id",
            id=session.session_id,
            hours=hours,
        )
        self._redis.delete(f"session:{session.session_id}")
