"""The tables of status tracking."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from support.checks.comparison import require_one
from support.drivers.database import DatabaseDriver
from support.errors import require_feature, suggest
from support.scenario.resources import Resource

_JSON = ("metadata", "result")


class StatusStores:
    """Statuses, their history and events, and updates in bulk."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def history(self, id: str) -> Sequence[Mapping[str, Any]]:
        """Return the history entries of a status, oldest first, with the user name of who changed it as `by`."""
        return self._database.rows(
            "SELECT status_history.*, username AS by FROM status_history LEFT JOIN users ON users.id = changed_by "
            "WHERE status_id = :id ORDER BY status_history.id",
            id=id,
        )

    def events(self, id: str) -> Sequence[Mapping[str, Any]]:
        """Return the events of a status, oldest first."""
        return self._database.rows("SELECT * FROM status_events WHERE status_id = :id ORDER BY seq", id=id)

    def last_event(self) -> int:
        """Return the number of the last event of all statuses."""
        return int(self._database.rows("SELECT coalesce(max(seq), 0) AS seq FROM status_events")[0]["seq"])

    def row(self, status: Resource) -> Mapping[str, Any]:
        """Return the row of a status."""
        found = self._database.rows("SELECT * FROM processing_status WHERE status_id = :id", id=status.id)
        return require_one(f"row of {status}", found)

    def rows(self, ids: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Return the rows of several statuses."""
        return self._database.rows(
            "SELECT * FROM processing_status WHERE status_id::text = ANY(:ids) ORDER BY created_at", ids=list(ids)
        )

    def write(self, id: str, values: Mapping[str, Any]) -> None:
        """Set columns of a status past the platform: for data that is old, and for many values at once."""
        columns = [
            row["column_name"]
            for row in self._database.rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'processing_status'"
            )
        ]
        for name in values:
            known = suggest(name, columns)
            require_feature(name in columns, f'"processing_status" has no column "{name}".{known}')
        sets = ", ".join(f'"{name}" = :{name}' for name in values)
        given = {name: json.dumps(value) if name in _JSON else value for name, value in values.items()}
        self._database.write(f"UPDATE processing_status SET {sets} WHERE status_id = :status_id", status_id=id, **given)

    def outcomes(self, receipt_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the items of a receipt in order, with their outcomes."""
        return self._database.rows(
            "SELECT * FROM status_updates WHERE receipt_id = :id ORDER BY position", id=receipt_id
        )

    def applied(self, receipt_id: str) -> int:
        """Return how many items of a receipt are not waiting any more."""
        found = self._database.rows(
            "SELECT count(*) AS number FROM status_updates WHERE receipt_id = :id AND outcome IS NOT NULL",
            id=receipt_id,
        )
        return int(found[0]["number"])
