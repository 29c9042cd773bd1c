"""What changed in the stores: every record before, every record after, and the differences in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from support.checks.matching import require
from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.evidence.masking import is_secret_name

State = Mapping[tuple[str, str], Mapping[str, Any]]
"""Records by store and key; a record is its fields."""

# They change by themselves: heartbeats of workers, and the platform's note of its schema.
LIVING_BY_THEMSELVES = ("procrastinate_workers", "procrastinate_periodic_defers", "alembic_version")


class StateOfStores:
    """Compares all records of database, queue and Redis sessions with what they were at a moment noted before.

    The cache of VODs is left out: reading fills it, which is no change of anything.
    """

    def __init__(self, database: DatabaseDriver, redis: RedisDriver) -> None:
        self._database = database
        self._redis = redis
        self._before: State | None = None

    def note(self) -> None:
        """Note the state to compare with later."""
        self._before = self.look()

    def require_unchanged(self) -> None:
        """Fail with every difference to the noted state."""
        if self._before is None:
            raise AssertionError("the state before should have been noted, but was not: it is noted at the first When")
        found = list(differences(self._before, self.look()))
        require(not found, f"nothing should be changed, but {'; '.join(found)}")

    def look(self) -> State:
        """Return the present state."""
        return {**self._rows(), **self._sessions()}

    def _rows(self) -> State:
        tables = self._database.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND table_type = 'BASE TABLE' AND table_name <> ALL(:living) ORDER BY table_name",
            living=list(LIVING_BY_THEMSELVES),
        )
        every_row = " UNION ALL ".join(
            f"SELECT '{table['table_name']}' AS store, to_jsonb(t) AS record FROM \"{table['table_name']}\" t"
            for table in tables
        )
        return {(row["store"], _key(row["record"])): row["record"] for row in self._database.rows(every_row)}

    def _sessions(self) -> State:
        # The counters that keep the cache honest end in :gen and vanish by themselves.
        keys = [key for key in self._redis.keys("session:*") if not key.endswith(":gen")]
        return {("Redis", key): {"value": self._redis.get(key)} for key in keys}


def _key(record: Mapping[str, Any]) -> str:
    return str(record["id"]) if "id" in record else json.dumps(record, sort_keys=True)


def differences(before: State, after: State) -> Iterator[str]:
    """Yield each difference between two states as half a sentence."""
    for store, key in sorted(before.keys() | after.keys()):
        old, new = before.get((store, key)), after.get((store, key))
        if old is None:
            yield f"{store} {key} appeared"
        elif new is None:
            yield f"{store} {key} is gone"
        else:
            for name in sorted(old.keys() | new.keys()):
                if old.get(name) != new.get(name) and is_secret_name(name):
                    yield f"{store} {key}: {name} became another"
                elif old.get(name) != new.get(name):
                    yield f"{store} {key}: {name} went from {old.get(name)!r} to {new.get(name)!r}"
