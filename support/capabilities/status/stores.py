"""The tables of status tracking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from support.checks.comparison import require_one
from support.drivers.database import DatabaseDriver
from support.errors import require_feature, suggest
from support.scenario.resources import Resource


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

    def write(self, table: str, key: str, value: str, values: Mapping[str, Any]) -> None:
        """Set columns of the one row of a table with this key, past the platform."""
        columns = [
            row["column_name"]
            for row in self._database.rows(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND table_name = :table",
                table=table,
            )
        ]
        require_feature(columns, f'the database has no table "{table}"')
        for name in (key, *values):
            require_feature(name in columns, f'"{table}" has no column "{name}".{suggest(name, columns)}')
        sets = ", ".join(f'"{name}" = :{name}' for name in values)
        changed = self._database.write(
            f'UPDATE "{table}" SET {sets} WHERE "{key}"::text = :the_key RETURNING 1', the_key=value, **values
        )
        require_one(f'row of "{table}" with {key} "{value}"', changed)

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
