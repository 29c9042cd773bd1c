"""A WebSocket as a scenario uses it, against a real server."""

import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from support.drivers.http import NoResponse
from support.drivers.websocket import HandshakeRejected, WebSocketDriver, open_websocket
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.polling import eventually
from support.targets.settings import Limits

LIMITS = Limits(connect=2.0, response=2.0, job=2.0)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    def echo(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(message)

    def door(connection: ServerConnection, request: Request) -> Response | None:
        if "token=good" in request.path:
            return None
        return Response(HTTPStatus.UNAUTHORIZED, "Unauthorized", Headers(), b'{"error": "who are you"}')

    with serve(echo, "127.0.0.1", 0, process_request=door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


def connect(url: str, token: str | None = "good") -> WebSocketDriver:
    return open_websocket(url, "/live", actor="Vera", token=token, limits=LIMITS, evidence=Recorder(Masker()))


@pytest.fixture
def connection(url: str) -> Iterator[WebSocketDriver]:
    opened = connect(url)
    yield opened
    opened.close()


def test_messages_are_kept_in_their_order_without_being_asked_for(connection: WebSocketDriver) -> None:
    for text in ("1", "2", "3"):
        connection.send(text)
    eventually("messages", lambda: connection.messages, lambda seen: len(seen) == 3, expected="three", within=2.0)
    assert [message.json for message in connection.messages] == [1, 2, 3]


def test_a_ping_of_the_protocol_is_answered(connection: WebSocketDriver) -> None:
    assert connection.ping(2.0)


@pytest.mark.parametrize("token", [None, "", "bad"])
def test_a_refused_handshake_is_an_answer_that_can_be_questioned(url: str, token: str | None) -> None:
    with pytest.raises(HandshakeRejected) as refused:
        connect(url, token)
    assert refused.value.response.status == 401
    assert refused.value.response.document == {"error": "who are you"}


def test_no_server_is_no_answer() -> None:
    with pytest.raises(NoResponse, match="Vera's WebSocket /live: expected a response, got a failed handshake"):
        connect("http://127.0.0.1:9")


def test_sending_over_a_closed_connection_is_a_failure_of_the_scenario(connection: WebSocketDriver) -> None:
    connection.close()
    with pytest.raises(AssertionError, match="Vera's WebSocket: expected an open connection, got closed"):
        connection.send("hello")


def test_a_message_that_is_no_json_is_told(connection: WebSocketDriver) -> None:
    connection.send("hello")
    eventually("messages", lambda: connection.messages, bool, expected="one", within=2.0)
    with pytest.raises(AssertionError, match="WebSocket message: expected JSON, got 'hello'"):
        _ = connection.messages[0].json
