"""The technical sentences on WebSockets, against a real server that answers what it is told to."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import cast

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from support.capabilities.access.client import AccessClient
from support.capabilities.api.websocket import SocketClient
from support.checks.comparison import differences
from support.drivers.websocket import WebSocketDriver, open_websocket
from support.errors import FeatureError
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.gherkin.personas import PERSONAS, Persona
from support.polling import PollingTimeout
from support.scenario.cleanup import Cleanup
from support.targets.settings import Limits

VERA = PERSONAS["Vera"]
LIMITS = Limits(connect=2.0, response=2.0, job=2.0)


class Tokens:
    def token(self, persona: Persona) -> str:
        return f"token-of-{persona.name}"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    def play(connection: ServerConnection) -> None:
        for message in connection:
            told = json.loads(message)
            if "close" in told:
                connection.close(told["close"])
                return
            for answer in told["answer"]:
                connection.send(json.dumps(answer))

    def door(connection: ServerConnection, request: Request) -> Response | None:
        if request.path in ("/live?token=token-of-Vera", "/live?page=1&token=token-of-Vera"):
            return None
        return Response(HTTPStatus.UNAUTHORIZED, "Unauthorized", Headers(), request.path.encode())

    with serve(play, "127.0.0.1", 0, process_request=door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


@pytest.fixture
def sockets(url: str) -> Iterator[SocketClient]:
    def connect(actor: str, path: str, token: str | None) -> WebSocketDriver:
        return open_websocket(url, path, actor=actor, token=token, limits=LIMITS, evidence=Recorder(Masker()))

    cleanup = Cleanup()
    yield SocketClient(connect, cast(AccessClient, Tokens()), cleanup)
    cleanup.run()


def message_with(**fields: object) -> partial[Iterator[str]]:
    return partial(_differences, fields)


def _differences(fields: object, message: object) -> Iterator[str]:
    return differences("message", message, fields)


class TestConnecting:
    @pytest.mark.parametrize("path", ["/live", "/live?page=1"])
    def test_it_is_answered_101_with_the_token_of_who_connects(self, sockets: SocketClient, path: str) -> None:
        assert sockets.open(path, by=VERA).status == 101

    def test_nobody_has_no_token_and_a_refusal_is_an_answer(self, sockets: SocketClient) -> None:
        answer = sockets.open("/live", by=None)
        assert (answer.status, answer.text, str(answer)) == (
            401,
            "/live",
            "an unauthenticated client's WebSocket /live",
        )

    def test_who_has_not_connected_is_told_to(self, sockets: SocketClient) -> None:
        with pytest.raises(FeatureError, match="Vera has no WebSocket yet: write before this, Given Vera is connected"):
            sockets.send("{}", by=VERA)


class TestMessages:
    @pytest.fixture(autouse=True)
    def connected(self, sockets: SocketClient) -> None:
        sockets.open("/live", by=VERA)

    def answer(self, sockets: SocketClient, *messages: object) -> None:
        sockets.send(json.dumps({"answer": messages}), by=VERA)

    def test_one_that_fits_is_waited_for_and_those_before_it_are_passed_over(self, sockets: SocketClient) -> None:
        self.answer(sockets, {"a": 1}, {"a": 2}, {"a": 3})
        assert sockets.receive(message_with(a=2), 2.0, by=VERA) == {"a": 2}
        assert sockets.receive(message_with(a=3), 2.0, by=VERA) == {"a": 3}

    def test_one_that_was_passed_over_does_not_come_again(self, sockets: SocketClient) -> None:
        self.answer(sockets, {"a": 1}, {"a": 2})
        sockets.receive(message_with(a=2), 2.0, by=VERA)
        with pytest.raises(PollingTimeout, match=r"what Vera receives: nothing \(0\.0 s\); .* got nothing$"):
            sockets.receive(message_with(a=1), 0.1, by=VERA)

    def test_every_difference_of_every_message_is_told(self, sockets: SocketClient) -> None:
        self.answer(sockets, {"a": 1}, {"a": 2})
        sockets.receive(message_with(a=1), 2.0, by=VERA)
        message = r"message\.a: expected 7, got 2 \(0\.\d s\); after 0\.3 s expected a message that has all of it, got "
        with pytest.raises(PollingTimeout, match=message):
            sockets.receive(message_with(a=7), 0.3, by=VERA)

    def test_silence_is_after_what_was_read(self, sockets: SocketClient) -> None:
        self.answer(sockets, {"a": 1}, {"a": 2})
        sockets.receive(message_with(a=2), 2.0, by=VERA)
        sockets.require_silence(0.1, by=VERA)

    def test_silence_that_is_broken_tells_the_message(self, sockets: SocketClient) -> None:
        self.answer(sockets, {"a": 1}, {"a": 2})
        sockets.receive(message_with(a=1), 2.0, by=VERA)
        with pytest.raises(
            PollingTimeout, match=r'what Vera receives: \{"a": 2\} .*; expected nothing more for 2 s, got \{"a": 2\}$'
        ):
            sockets.require_silence(2.0, by=VERA)

    def test_silence_of_a_closed_connection_is_none(self, sockets: SocketClient) -> None:
        sockets.send(json.dumps({"close": 4001}), by=VERA)
        assert sockets.closing_code(2.0, by=VERA) == 4001
        with pytest.raises(AssertionError, match="Vera's WebSocket: expected an open connection, got closed with 4001"):
            sockets.require_silence(0.1, by=VERA)

    def test_the_code_of_the_end_is_told(self, sockets: SocketClient) -> None:
        sockets.send(json.dumps({"close": 4001}), by=VERA)
        assert sockets.closing_code(2.0, by=VERA) == 4001

    def test_a_connection_that_stays_open_has_none(self, sockets: SocketClient) -> None:
        assert sockets.closing_code(0.05, by=VERA) is None
