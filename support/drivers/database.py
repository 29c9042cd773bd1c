"""PostgreSQL for one scenario: read-only, with time limits, and recorded."""

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

STATEMENT_TIMEOUT = 5000  # milliseconds

CONNECT_TIMEOUT = 3  # seconds


def open_engine(url: str, name: str) -> Engine:
    """Return a read-only engine in autocommit mode.

    A poll inside one transaction could see the same snapshot for ever. `name` is the name of the application.
    """
    address: URL = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "application_name": name,
            "options": f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_TIMEOUT}",
        },
    )


class DatabaseDriver:
    """Run statements of one scenario."""

    def __init__(
        self,
        engine: Engine,
        evidence: Recorder,
        *,
        writes: bool = False,
        explain: Callable[[], str] = lambda: "",
    ) -> None:
        """`explain` returns why the database may be unavailable; an error is then reported with this message alone."""
        self._explain = explain
        self._engine = engine
        self._evidence = evidence
        self._writes = writes

    def rows(self, statement: str, **parameters: object) -> list[Mapping[str, Any]]:
        """Run a statement with named parameters (`:id`) and return its rows as mappings, in order."""
        return self._execute(self._engine.connect, statement, parameters)

    def _execute(
        self,
        connect: Callable[[], AbstractContextManager[Connection]],
        statement: str,
        parameters: Mapping[str, object],
    ) -> list[Mapping[str, Any]]:
        """Run a statement; retry once if the connection was lost since its last use, because the server restarted.

        The pool then opens new connections. A ping before each use would double the time of every statement.
        """
        for attempt in (1, 2):
            try:
                with connect() as connection:
                    return self._run(connection, statement, parameters)
            except DBAPIError as error:
                if attempt == 2 or not error.connection_invalidated:
                    if reason := self._explain():
                        raise FeatureError(reason) from None
                    raise
        raise RuntimeError("unreachable")

    def _run(self, connection: Connection, statement: str, parameters: Mapping[str, object]) -> list[Mapping[str, Any]]:
        start = time.monotonic()
        columns: list[str] = []
        rows: list[Mapping[str, Any]] = []
        message: str | None = None
        try:
            result = connection.execute(text(statement), parameters)
            columns = list(result.keys()) if result.returns_rows else []
            rows = [dict(row) for row in result.mappings()] if result.returns_rows else []
        except DBAPIError as error:
            message = str(error.orig).strip()
            raise
        finally:
            self._evidence.query(
                Query(
                    statement=statement,
                    parameters=parameters,
                    columns=columns,
                    rows=[list(row.values()) for row in rows[:50]],
                    total=len(rows),
                    elapsed=time.monotonic() - start,
                    error=message,
                )
            )
        return rows

    def write(self, statement: str, **parameters: object) -> list[Mapping[str, Any]]:
        """Run a statement that writes, and return its rows; FeatureError where the scenario must not write.

        For rows that no client of the platform can create.
        """
        if not self._writes:
            raise FeatureError(f"the statement was not sent to the database: {NO_WRITES}")
        writing = self._engine.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
        return self._execute(writing.begin, statement, parameters)

    def row(self, table: str, **key: object) -> Mapping[str, Any] | None:
        """Return the row of a table with this key, or None; fails if there are several."""
        found = self.rows(f"SELECT * FROM {table} WHERE {_conditions(key)}", **key)
        if len(found) > 1:
            raise AssertionError(f"rows of {table} with {dict(key)}: expected 1, got {len(found)}")
        return found[0] if found else None

    def count(self, table: str, **key: object) -> int:
        """Return the number of rows of a table with these values."""
        return int(self.rows(f"SELECT count(*) AS number FROM {table} WHERE {_conditions(key)}", **key)[0]["number"])


def _conditions(key: Mapping[str, object]) -> str:
    return " AND ".join(f"{name} = :{name}" for name in key) or "true"


class Records:
    """Find rows by names of tables and columns; names are checked and values are parameters, never SQL."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def find(self, table: str, expected: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the rows of a table whose columns have these values or match these matchers."""
        columns = self._columns(table)
        for column in expected:
            if column not in columns:
                raise FeatureError(f'the table "{table}" has no column "{column}".{suggest(column, columns)}')
        comparable = {
            column: str(value) for column, value in expected.items() if _is_comparable(value, columns[column])
        }
        conditions = (
            " AND ".join(f'"{column}"::text = :v{number}' for number, column in enumerate(comparable)) or "true"
        )
        rows = self._database.rows(
            f'SELECT * FROM "{table}" WHERE {conditions}',
            **{f"v{number}": value for number, value in enumerate(comparable.values())},
        )
        # Values with several written forms, such as times, cannot be compared by the database.
        return [row for row in rows if not any(field_differences(row, expected))]

    def connections(self) -> int:
        """Return the number of other connections to the database."""
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


def _is_comparable(value: Any, type: str) -> bool:
    """Whether a value has a single written form in a column of this type, so that the database can compare it."""
    if isinstance(value, str):
        return type in ("text", "character varying", "uuid")
    return isinstance(value, int) and not isinstance(value, bool) and type in ("integer", "bigint", "smallint")
