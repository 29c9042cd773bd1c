"""Any table and Redis key, as a feature names them: for what nobody has written sentences for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from support.checks.expected import field_differences
from support.checks.kinds import ABSENT
from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.mistakes import FeatureMistake, told_known


class Records:
    """Tables by name. What a feature writes never becomes SQL: names are looked up, values are parameters."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def find(self, table: str, wanted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the rows of a table that have these values, or values of these kinds."""
        columns = self._columns(table)
        for column in wanted:
            if column not in columns:
                raise FeatureMistake(f'the table "{table}" has no column "{column}".{told_known(column, columns)}')
        narrowing = {column: str(value) for column, value in wanted.items() if _narrows(value, columns[column])}
        conditions = " AND ".join(f'"{column}"::text = :v{number}' for number, column in enumerate(narrowing)) or "true"
        rows = self._database.rows(
            f'SELECT * FROM "{table}" WHERE {conditions}',
            **{f"v{number}": value for number, value in enumerate(narrowing.values())},
        )
        # What has several written forms, such as a time, is compared here, as everything else is.
        return [row for row in rows if not any(field_differences(row, wanted))]

    def connections(self) -> int:
        """Return how many connections to the database there are beside this one."""
        return int(
            self._database.rows(
                "SELECT count(*) AS number FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )[0]["number"]
        )

    def _columns(self, table: str) -> Mapping[str, str]:
        found = self._database.rows(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "ORDER BY table_name, ordinal_position"
        )
        tables = list(dict.fromkeys(row["table_name"] for row in found))
        if table not in tables:
            raise FeatureMistake(f'the database has no table "{table}".{told_known(table, tables)}')
        return {row["column_name"]: row["data_type"] for row in found if row["table_name"] == table}


class Keys:
    """Redis keys by name."""

    def __init__(self, redis: RedisDriver) -> None:
        self._redis = redis

    def read(self, key: str) -> Mapping[str, Any] | None:
        """Return type, value (JSON where it is some) and seconds to live of a key; None where there is none."""
        type, value = self._redis.typed(key)
        if type == "none":
            return None
        left = self._redis.seconds_to_live(key)
        return {"type": type, "value": _read(value), "seconds to live": ABSENT if left is None else left}

    def names(self, pattern: str) -> list[str]:
        """Return the keys that match a pattern such as `vod:*`."""
        return self._redis.keys(pattern)


def _narrows(value: Any, type: str) -> bool:
    """Whether the database itself can look for a value: one that has a single written form in this column."""
    if isinstance(value, str):
        return type in ("text", "character varying", "uuid")
    return isinstance(value, int) and not isinstance(value, bool) and type in ("integer", "bigint", "smallint")


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
