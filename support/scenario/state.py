"""The state of the stores: every record of database and queue, every session in Redis."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from support.checks import tables
from support.checks.changes import COLUMNS, Change, State, changes, compare, parse_expectation
from support.checks.comparison import require
from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.errors import FeatureError, require_feature, suggest


class StateOfStores:
    """Compares all records of database, queue and Redis sessions with what they were at a moment noted before.

    The cache of VODs is left out: reading fills it, which is no change of anything.
    """

    def __init__(
        self,
        database: DatabaseDriver,
        redis: RedisDriver,
        ours: Callable[[], Collection[str]] = frozenset,
        *,
        volatile: Collection[str],
    ) -> None:
        """Look into both; `ours` are sessions of the tests themselves: what becomes of them is no change."""
        self._ours = ours
        self._volatile = volatile
        self._database = database
        self._redis = redis
        self._before: State | None = None

    def note(self) -> None:
        """Note the state to compare with later."""
        self._before = self.look()

    def require_unchanged(self) -> None:
        """Fail with every difference to the noted state."""
        found = list(map(str, self._changes()))
        require(not found, f"nothing should be changed, but {'; '.join(found)}")

    def require_changes(
        self,
        table: tables.Table | None,
        identity: Callable[[str], str],
        read: Callable[[str], Any],
        *,
        exactly: bool = True,
    ) -> None:
        """Fail unless the changes of the table happened; with `exactly`, also for every other change.

        `identity` gives the id of what the scenario knows by a name, `read` what a cell expects.
        """
        expected = [parse_expectation(row, identity, read) for row in tables.read(table, COLUMNS, optional=("field",))]
        missing, unlisted = compare(expected, self._changes())
        for one in missing:
            self._require_store(one.store)
        problems = [f"missing: {expectation}" for expectation in missing]
        problems += [f"not listed: {change}" for change in unlisted if exactly]
        rule = "exactly the listed records" if exactly else "at least the listed records"
        require(not problems, f"{rule} should be changed, but {'; '.join(problems)}")

    def _require_store(self, name: str) -> None:
        stores = [*self._tables(), "Redis"]
        require_feature(name in stores, f'there is no store "{name}".{suggest(name, stores)}')

    def _changes(self) -> list[Change]:
        ours = {place for id in self._ours() for place in (("auth_sessions", id), ("Redis", f"session:{id}"))}
        return [change for change in changes(self._noted(), self.look()) if (change.store, change.key) not in ours]

    def _noted(self) -> State:
        if self._before is None:
            raise FeatureError("there is no state before to compare with: it is noted at the first When")
        return self._before

    def look(self) -> State:
        """Return the present state."""
        return {**self._rows(), **self._sessions()}

    def _tables(self) -> list[str]:
        found = self._database.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND table_type = 'BASE TABLE' AND table_name <> ALL(:volatile) ORDER BY table_name",
            volatile=list(self._volatile),
        )
        return [row["table_name"] for row in found]

    def _rows(self) -> State:
        every_row = " UNION ALL ".join(
            f"SELECT '{table}' AS store, to_jsonb(t) AS record FROM \"{table}\" t" for table in self._tables()
        )
        return {(row["store"], _key(row["record"])): row["record"] for row in self._database.rows(every_row)}

    def _sessions(self) -> State:
        # The counters that keep the cache honest end in :gen and vanish by themselves.
        keys = [key for key in self._redis.keys("session:*") if not key.endswith(":gen")]
        return {("Redis", key): {"value": self._redis.get(key)} for key in keys}


def _key(record: Mapping[str, Any]) -> str:
    return str(record["id"]) if "id" in record else json.dumps(record, sort_keys=True)
