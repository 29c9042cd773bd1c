"""The driver that looks into PostgreSQL: only as a reader, and also after the server was killed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from support.drivers.database import DatabaseDriver, open_engine
from support.errors import FeatureError
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.stack.postgres import PostgresServer


@pytest.fixture
def engine(postgres: PostgresServer) -> Iterator[Engine]:
    engine = open_engine(postgres.url, "a test")
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine: Engine) -> DatabaseDriver:
    database = DatabaseDriver(engine, Recorder(Masker()), writes=True)
    database.write("DROP TABLE IF EXISTS things")
    database.write("CREATE TABLE things (id int)")
    return database


def test_what_is_written_is_there_and_a_look_that_writes_is_refused(database: DatabaseDriver) -> None:
    assert database.write("INSERT INTO things VALUES (1) RETURNING id") == [{"id": 1}]
    assert database.count("things", id=1) == 1
    with pytest.raises(DBAPIError, match="read-only transaction"):
        database.rows("DELETE FROM things RETURNING id")
    assert database.count("things") == 1


def test_without_leave_nothing_is_written(engine: Engine, database: DatabaseDriver) -> None:
    with pytest.raises(FeatureError, match="does not grant `writes`"):
        DatabaseDriver(engine, Recorder(Masker())).write("DELETE FROM things")


def test_a_server_that_was_killed_and_started_again_is_asked_and_written_to_as_before(
    postgres: PostgresServer, database: DatabaseDriver
) -> None:
    database.write("INSERT INTO things VALUES (1)")
    postgres.server.kill()
    postgres.start()
    assert database.count("things") == 1
    postgres.server.kill()
    postgres.start()
    database.write("INSERT INTO things VALUES (2)")
    assert database.count("things") == 2


def test_a_server_that_is_gone_is_told_at_once(postgres: PostgresServer, database: DatabaseDriver) -> None:
    postgres.server.kill()
    try:
        with pytest.raises(DBAPIError, match="connection"):
            database.count("things")
    finally:
        postgres.start()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_address_is_opened_by_the_driver_that_we_have_however_it_begins(scheme: str) -> None:
    assert open_engine(f"{scheme}://db.example.org/platform", "a test").driver == "psycopg"
