"""PostgreSQL: the engine, the declarative base, and transactions that never outwait their limit."""

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

TRANSACTION_LIMIT_SECONDS = 2.2
"""What one transaction may take in all. A caller is promised an answer within 3 s, even by a frozen server."""

CONNECTION_OPTIONS: dict[str, Any] = {
    "connect_timeout": 2,
    "options": "-c timezone=UTC -c statement_timeout=2000 -c idle_in_transaction_session_timeout=10000",
}
"""What every connection of the running platform asks of libpq and of the server."""

request_began: ContextVar[float] = ContextVar("request_began", default=math.inf)
"""When the request being answered came in (monotonic); never, outside of a request."""

_PATIENCE_SECONDS = 0.6
_LOOK_SECONDS = 0.05

_Result = TypeVar("_Result")
_deadline = threading.local()


class Base(DeclarativeBase):
    """What every table derives from; constraint names are derived, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PunctualConnection(psycopg.Connection[Any]):
    """A connection that gives up at the deadline of its thread's transaction.

    ``statement_timeout`` needs a server that lives; a server that was stopped (SIGSTOP) or is unreachable keeps a
    client waiting forever otherwise.
    """

    def wait(self, gen: PQGen[_Result], *args: Any, **kwargs: Any) -> _Result:
        """Run a step of the protocol. Raises TimeoutError, and closes the connection, when the deadline passes."""
        deadline: float = getattr(_deadline, "at", None) or monotonic() + TRANSACTION_LIMIT_SECONDS
        try:
            return super().wait(_until(deadline, gen), *args, **kwargs)
        except TimeoutError:
            self.close()
            raise


def _until(deadline: float, gen: PQGen[_Result]) -> Generator[Any, Any, _Result]:
    """The same generator, ended by TimeoutError once psycopg wakes it with nothing to read after the deadline."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready == Ready.NONE and monotonic() > deadline:
                raise TimeoutError("the database did not answer in time")
            wanted = gen.send(ready)
    except StopIteration as finished:
        result: _Result = finished.value
        return result


class Database:
    """The engine of one process.

    ``url`` is a SQLAlchemy URL (``postgresql+psycopg://...``). Connections are made on first use and checked before
    each use, so that the first transaction after an outage succeeds.
    """

    def __init__(self, url: str, *, pool_size: int, limit_seconds: float = TRANSACTION_LIMIT_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._is_silent = False
        address = libpq_url(url)
        self.engine = create_engine(
            url,
            creator=lambda: PunctualConnection.connect(address, **CONNECTION_OPTIONS),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=limit_seconds,
            pool_pre_ping=True,
        )

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back when the block raises.

        Raises :class:`DatabaseUnavailable` when the server is away, frozen, or slower than the limit.
        """
        if self._is_silent and monotonic() - request_began.get() > _PATIENCE_SECONDS:
            # It waited for a thread behind others who wait for a silent server: no time is left to wait as well.
            raise DatabaseUnavailable
        outer = getattr(_deadline, "at", None)
        _deadline.at = monotonic() + self._limit_seconds
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            self._is_silent = False
        except (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, TimeoutError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            self._is_silent = isinstance(cause, (TimeoutError, PoolTimeoutError, psycopg.errors.ConnectionTimeout))
            # Not what it says: that may quote SQL, and addresses.
            logger.warning("Not available: %s, SQLSTATE %s", type(cause).__name__, getattr(cause, "sqlstate", None))
            raise DatabaseUnavailable from error
        finally:
            _deadline.at = outer

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def wait_until_up(url: str, *, limit_seconds: float = math.inf) -> bool:
    """Wait until the server lets a client in; False when it has not within the limit."""
    deadline = monotonic() + limit_seconds
    while True:
        try:
            psycopg.connect(libpq_url(url), **CONNECTION_OPTIONS).close()
        except psycopg.OperationalError:
            if monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        else:
            return True


def libpq_url(url: str) -> str:
    """The same address in the form libpq and psycopg read: ``postgresql://...``."""
    address, mark, query = (
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False).partition("?")
    )
    # SQLAlchemy writes a blank in the query as "+", which libpq does not decode.
    return address + mark + query.replace("+", "%20")


def utc_now() -> datetime:
    """The present moment, aware, in UTC. Every column of time is a ``timestamptz``."""
    return datetime.now(UTC)
