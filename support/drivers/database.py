"""PostgreSQL as a scenario looks into it: fresh, read-only, with a time limit, and recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from support.checks.comparison import field_differences
from support.errors import FeatureError, suggest
from support.evidence.recorder import Query, Recorder
from support.targets.settings import NO_WRITES

STATEMENT_LIMIT = 5000  # milliseconds

CONNECT_LIMIT = 3  # seconds


def open_engine(url: str, name: str) -> Engine:
    """Return an engine whose every look sees what is committed now.

    Autocommit, because a poll inside one transaction may see the same snapshot for ever. Read-only, because the tests
    change things through the API.
    """
    address: URL = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "connect_timeout": CONNECT_LIMIT,
            "application_name": name,
            "options": f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_LIMIT}",
        },
    )


class DatabaseDriver:
    """One scenario's eyes in the database."""

    def __init__(self, engine: Engine, evidence: Recorder, *, writes: bool = False) -> None:
        self._engine = engine
        self._evidence = evidence
        self._writes = writes

    def rows(self, statement: str, **parameters: object) -> list[Mapping[str, Any]]:
        """Run a statement with named parameters (`:id`) and return its rows as mappings, in order."""
        return self._ask(self._engine.connect, statement, parameters)

    def _ask(
        self,
        connect: Callable[[], AbstractContextManager[Connection]],
        statement: str,
        parameters: Mapping[str, object],
    ) -> list[Mapping[str, Any]]:
        """Ask once more where the connection had died since it was last used, because the server was restarted.

        The pool notices then, and opens new ones. To try each connection before its use would take as long as a look.
        """
        try:
            with connect() as connection:
                return self._run(connection, statement, parameters)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with connect() as connection:
            return self._run(connection, statement, parameters)

    def _run(self, connection: Connection, statement: str, parameters: Mapping[str, object]) -> list[Mapping[str, Any]]:
        begin = time.monotonic()
        columns: list[str] = []
        rows: list[Mapping[str, Any]] = []
        trouble: str | None = None
        try:
            result = connection.execute(text(statement), parameters)
            columns = list(result.keys()) if result.returns_rows else []
            rows = [dict(row) for row in result.mappings()] if result.returns_rows else []
        except DBAPIError as error:
            trouble = str(error.orig).strip()
            raise
        finally:
            self._evidence.query(
                Query(
                    statement=statement,
                    parameters=parameters,
                    columns=columns,
                    rows=[list(row.values()) for row in rows[:50]],
                    total=len(rows),
                    elapsed=time.monotonic() - begin,
                    error=trouble,
                )
            )
        return rows

    def write(self, statement: str, **parameters: object) -> list[Mapping[str, Any]]:
        """Run a statement that changes something, and return what it returns; fails where `writes` is not granted.

        For what no client of the platform could do: rows that come from elsewhere.
        """
        if not self._writes:
            raise FeatureError(f"nothing was written to the database: {NO_WRITES}")
        writing = self._engine.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
        return self._ask(writing.begin, statement, parameters)

    def row(self, table: str, **key: object) -> Mapping[str, Any] | None:
        """Return the row of a table with this key, or None; fails where there are several."""
        found = self.rows(f"SELECT * FROM {table} WHERE {_conditions(key)}", **key)
        if len(found) > 1:
            raise AssertionError(f"{table} should hold one row with {dict(key)}, but holds {len(found)}")
        return found[0] if found else None

    def count(self, table: str, **key: object) -> int:
        """Return how many rows of a table have these values."""
        return int(self.rows(f"SELECT count(*) AS number FROM {table} WHERE {_conditions(key)}", **key)[0]["number"])


def _conditions(key: Mapping[str, object]) -> str:
    return " AND ".join(f"{name} = :{name}" for name in key) or "true"


class Records:
    """Tables by name. What a feature writes never becomes SQL: names are looked up, values are parameters."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def find(self, table: str, wanted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the rows of a table that have these values, or values of these kinds."""
        columns = self._columns(table)
        for column in wanted:
            if column not in columns:
                raise FeatureError(f'the table "{table}" has no column "{column}".{suggest(column, columns)}')
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
            raise FeatureError(f'the database has no table "{table}".{suggest(table, tables)}')
        return {row["column_name"]: row["data_type"] for row in found if row["table_name"] == table}


def _narrows(value: Any, type: str) -> bool:
    """Whether the database itself can look for a value: one that has a single written form in this column."""
    if isinstance(value, str):
        return type in ("text", "character varying", "uuid")
    return isinstance(value, int) and not isinstance(value, bool) and type in ("integer", "bigint", "smallint")
