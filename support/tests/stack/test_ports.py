"""A port that is kept for a server."""

import socket
from collections.abc import Iterator

import pytest

from support.stack.ports import ReservedPort


@pytest.fixture
def port() -> Iterator[ReservedPort]:
    port = ReservedPort()
    yield port
    port.release()


def listening(number: int, *, reuse: bool = True) -> socket.socket:
    """Return a socket that listens as a server does, with SO_REUSEADDR, or as a careless program does."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(reuse))
    try:
        listener.bind(("127.0.0.1", number))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def test_nobody_answers_there_before_the_server(port: ReservedPort) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port.number), timeout=1)


def test_a_server_may_listen_there_and_is_reached(port: ReservedPort) -> None:
    with listening(port.number), socket.create_connection(("127.0.0.1", port.number), timeout=1) as connection:
        assert connection.getpeername() == ("127.0.0.1", port.number)


def test_a_server_that_was_ended_finds_its_port_again(port: ReservedPort) -> None:
    for _ in range(2):
        with listening(port.number) as server, socket.create_connection(("127.0.0.1", port.number), timeout=1):
            server.accept()[0].close()


def test_another_program_is_refused(port: ReservedPort) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        listening(port.number, reuse=False)


def test_every_reservation_has_a_port_of_its_own() -> None:
    ports = [ReservedPort() for _ in range(20)]
    assert len({port.number for port in ports}) == 20
    for port in ports:
        port.release()


def test_a_released_port_is_anybodys() -> None:
    port = ReservedPort()
    port.release()
    listening(port.number, reuse=False).close()
