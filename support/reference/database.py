"""PostgreSQL: the engine, the declarative base, and transactions with a time limit."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready
from sqlalchemy import MetaData, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session

from support.reference.errors import DatabaseUnavailable

logger = logging.getLogger(__name__)

TRANSACTION_TIMEOUT_SECONDS = 2.2
"""The limit of one transaction. A response comes within 3 s, even with a frozen server."""

CONNECTION_OPTIONS: dict[str, Any] = {
    "connect_timeout": 2,
    "options": "-c timezone=UTC -c statement_timeout=2000 -c idle_in_transaction_session_timeout=10000",
}
"""Options of every connection of the running platform."""

request_started_at: ContextVar[float] = ContextVar("request_started_at", default=math.inf)
"""The start of the current request (monotonic); infinite outside of a request."""

_TIMEOUT_SECONDS = 0.6
_POLL_SECONDS = 0.05

_Result = TypeVar("_Result")
_deadline = threading.local()


class Base(DeclarativeBase):
    """The base of all tables, with a convention for the names of constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class TimeLimitedConnection(psycopg.Connection[Any]):
    """A connection that gives up at the deadline of its thread's transaction.

    ``statement_timeout`` needs a running server; a server that is stopped (SIGSTOP) or unreachable would block its
    client without end.
    """

    def wait(self, gen: PQGen[_Result], *args: Any, **kwargs: Any) -> _Result:
        """Run a step of the protocol.

        Raises TimeoutError, and closes the connection, at the deadline.
        """
        deadline: float = getattr(_deadline, "at", None) or monotonic() + TRANSACTION_TIMEOUT_SECONDS
        try:
            return super().wait(_until(deadline, gen), *args, **kwargs)
        except TimeoutError:
            self.close()
            raise


def _until(deadline: float, gen: PQGen[_Result]) -> Generator[Any, Any, _Result]:
    """Run a generator; raises TimeoutError if psycopg has nothing to read after the deadline."""
    try:
        waits_for = next(gen)
        while True:
            ready = yield waits_for
            if ready == Ready.NONE and monotonic() > deadline:
                raise TimeoutError("the database did not respond in time")
            waits_for = gen.send(ready)
    except StopIteration as finished:
        result: _Result = finished.value
        return result


class Database:
    """The engine of one process.

    ``url`` is a SQLAlchemy URL (``postgresql+psycopg://...``). Connections are opened on first use and checked before
    each use, so that the first transaction after an outage succeeds.
    """

    def __init__(self, url: str, *, pool_size: int, limit_seconds: float = TRANSACTION_TIMEOUT_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._is_unresponsive = False
        address = libpq_url(url)
        self.engine = create_engine(
            url,
            creator=lambda: TimeLimitedConnection.connect(address, **CONNECTION_OPTIONS),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=limit_seconds,
            pool_pre_ping=True,
        )

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Run one transaction: committed at the end of the block, rolled back if the block raises.

        Raises :class:`DatabaseUnavailable` when the server is away, frozen, or slower than the limit.
        """
        if self._is_unresponsive and monotonic() - request_started_at.get() > _TIMEOUT_SECONDS:
            # It waited for a thread behind requests to an unresponsive server: no time is left.
            raise DatabaseUnavailable
        outer = getattr(_deadline, "at", None)
        _deadline.at = monotonic() + self._limit_seconds
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            self._is_unresponsive = False
        except (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, TimeoutError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            self._is_unresponsive = isinstance(
                cause, (TimeoutError, PoolTimeoutError, psycopg.errors.ConnectionTimeout)
            )
            # Its message may quote SQL and addresses.
            logger.warning(
                "database not available: %s, SQLSTATE %s", type(cause).__name__, getattr(cause, "sqlstate", None)
            )
            raise DatabaseUnavailable from error
        finally:
            _deadline.at = outer

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def wait_for_database(url: str, *, limit_seconds: float = math.inf) -> bool:
    """Wait until the server accepts a connection; returns False after ``limit_seconds``."""
    deadline = monotonic() + limit_seconds
    while True:
        try:
            psycopg.connect(libpq_url(url), **CONNECTION_OPTIONS).close()
        except psycopg.OperationalError:
            if monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


def libpq_url(url: str) -> str:
    """Return the URL in the form of libpq and psycopg: ``postgresql://...``."""
    address, mark, query = (
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False).partition("?")
    )
    # SQLAlchemy writes a blank in the query as "+", which libpq does not decode.
    return address + mark + query.replace("+", "%20")


def with_session_name(url: str, name: str) -> str:
    """Return the same address, whose sessions have an application name."""
    return make_url(url).update_query_dict({"application_name": name}).render_as_string(hide_password=False)


def utc_now() -> datetime:
    """Return the current time, aware, in UTC. Every column of a time is a ``timestamptz``."""
    return datetime.now(UTC)
