"""What tests of several files stand on."""

from collections.abc import Iterator

import pytest

from support.stack.directories import RunDirectory
from support.stack.postgres import PostgresServer


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server with an empty database."""
    run = RunDirectory()
    try:
        server = PostgresServer(run, tmp_path_factory.mktemp("logs"))
        server.create()
        yield server
        server.server.stop()
    finally:
        run.close()
