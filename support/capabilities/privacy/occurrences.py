"""Where a text is found: every field of every table, every key of Redis, every file of the storage."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.drivers.storage import StorageDriver


@dataclass(frozen=True)
class Occurrence:
    """A place that holds a text: the store, and where in it."""

    store: str
    place: str

    def __str__(self) -> str:
        return f"{self.store} ({self.place})"


class OccurrenceStores:
    """All stores of the platform, to be searched for what should be in none of them."""

    def __init__(self, database: DatabaseDriver, redis: RedisDriver, storage: StorageDriver) -> None:
        self._database = database
        self._redis = redis
        self._storage = storage

    def of(self, *texts: str) -> list[Occurrence]:
        """Return every place that holds one of these texts, plain_text, in hexadecimal digits or in Base64."""
        forms = [form for text in texts for form in _forms(text)]
        found = [
            Occurrence(store, place)
            for store, place, content in (*self._rows(), *self._keys(), *self._files())
            if any(form in content for form in forms)
        ]
        return sorted(set(found), key=str)

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        tables = self._database.rows(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_name"
        )
        every_row = " UNION ALL ".join(
            f"SELECT '{table['table_name']}' AS store, to_jsonb(t) AS record "
            f'FROM "{table["table_schema"]}"."{table["table_name"]}" t'
            for table in tables
        )
        for row in self._database.rows(every_row):
            for field, value in row["record"].items():
                yield row["store"], field, _written(value)

    def _keys(self) -> Iterator[tuple[str, str, str]]:
        for key in self._redis.keys("*"):
            yield "Redis", key.partition(":")[0], f"{key} {self._redis.typed(key)[1]}"

    def _files(self) -> Iterator[tuple[str, str, str]]:
        for path, content in self._storage.files():
            yield "storage", path, f"{path} {content.decode('utf-8', 'replace')}"


def _forms(text: str) -> Iterator[str]:
    raw = text.encode()
    yield text
    yield raw.hex()
    # In Base64 a text looks different at each of three offsets; these are the characters that hold nothing else.
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * offset + raw).decode()
            yield whole[-(-8 * offset // 6) : 8 * (offset + len(raw)) // 6]


def _written(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
