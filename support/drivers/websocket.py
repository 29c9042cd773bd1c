"""WebSocket connections of one scenario; messages are kept with their times and recorded as evidence."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import websockets  # loads its parts when they are used

from support.checks import strict_json
from support.checks.comparison import fail
from support.drivers.http import NoResponse, Response
from support.evidence.recorder import Command, Recorder
from support.targets.settings import Limits

if TYPE_CHECKING:
    from websockets.http11 import Response as HandshakeResponse
    from websockets.sync.client import ClientConnection

_STORE = "WebSocket"


class HandshakeRejected(Exception):
    """The platform rejected the handshake with `response`."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response} was rejected with {response.status}")
        self.response = response


@dataclass(frozen=True)
class Message:
    """One received message; `at` is on the monotonic clock, in seconds."""

    text: str
    at: float

    @property
    def json(self) -> Any:
        """The message as JSON; fails if it is not valid JSON."""
        try:
            return strict_json.parse(self.text)
        except ValueError as error:
            raise fail(f"WebSocket message: expected JSON, got {self.text[:80]!r} ({error})") from error


@dataclass
class WebSocketDriver:
    """One connection. A thread reads its messages until `close`. `handshake` is the response 101 that opened it."""

    actor: str
    handshake: Response
    _connection: ClientConnection
    _ending: ExitStack
    _evidence: Recorder
    _messages: list[Message] = field(default_factory=list)
    _may_read: threading.Event = field(default_factory=threading.Event)
    _is_flooding: bool = False

    def __post_init__(self) -> None:
        self._may_read.set()
        self._reader = threading.Thread(target=self._read, name=f"messages for {self.actor}", daemon=True)
        self._reader.start()

    @property
    def messages(self) -> list[Message]:
        """All messages so far, oldest first."""
        return list(self._messages)

    def send(self, text: str) -> None:
        """Send a text message. AssertionError when the connection is closed."""
        self._record(f"{self.actor} sends {text}", "")
        try:
            self._connection.send(text)
        except websockets.ConnectionClosed as error:
            raise fail(f"{self.actor}'s WebSocket: expected an open connection, got closed ({error})") from error

    def flood(self, text: str, count: int, within: float) -> None:
        """Send a message `count` times without reading, for up to `within` seconds.

        Messages that come afterwards are not kept.
        """
        self._record(f"{self.actor} sends {count} messages of {len(text)} characters without reading", "")
        self._is_flooding = True
        self._may_read.clear()

        def send() -> None:
            with suppress(websockets.ConnectionClosed):
                for _ in range(count):
                    self._connection.send(text)

        sending = threading.Thread(target=send, name=f"flood of {self.actor}", daemon=True)
        sending.start()
        sending.join(within)  # it is blocked once the platform, too, stops reading
        self._may_read.set()

    def ping(self, within: float) -> bool:
        """Whether a ping of the protocol gets a pong in time (seconds)."""
        try:
            return self._connection.ping().wait(within)
        except websockets.ConnectionClosed:
            return False

    def closed_with(self, within: float) -> int | None:
        """Return the code with which the connection was closed in time (seconds); None while it is open."""
        self._reader.join(within)
        return None if self._reader.is_alive() else self._connection.close_code

    def require_open(self) -> None:
        """Fail if the platform has closed the connection."""
        code = self.closed_with(0)
        if code is not None:
            raise fail(f"{self.actor}'s WebSocket: expected an open connection, got closed with {code}")

    def close(self) -> None:
        """Close the connection, and wait for the reader to end."""
        self._may_read.set()
        with suppress(websockets.WebSocketException):
            self._ending.close()
        self._reader.join()

    def _read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            for content in self._connection:
                self._may_read.wait()
                if self._is_flooding:
                    continue
                text = content if isinstance(content, str) else content.decode(errors="backslashreplace")
                self._messages.append(Message(text, time.monotonic()))
                self._record(f"{self.actor} receives", text)

    def _record(self, text: str, content: str) -> None:
        self._evidence.command(Command(store=_STORE, text=text, answer=content, elapsed=0.0))


def open_websocket(
    url: str,
    path: str,
    *,
    actor: str,
    token: str | None,
    limits: Limits,
    evidence: Recorder,
    headers: Mapping[str, str] | None = None,
    trusted: str | bool = True,
) -> WebSocketDriver:
    """Connect to a path of `url` (of the HTTP API). Raises HandshakeRejected, or NoResponse when there was none.

    `headers` are added to the handshake. `trusted`: see `Target.trusted`.
    """
    from websockets.sync.client import connect  # takes 50 ms, which most runs do not need

    start = time.monotonic()
    address = url.replace("http", "ws", 1) + path
    ending = ExitStack()
    try:
        query = f"{'&' if '?' in path else '?'}token={token}" if token is not None else ""
        # Without a context an address with TLS gets the default one; an address without TLS must not have any.
        context = (
            ssl.create_default_context(cafile=trusted) if isinstance(trusted, str) and address[:3] == "wss" else None
        )
        connection = ending.enter_context(
            connect(
                address + query,
                open_timeout=limits.connect,
                proxy=None,  # proxies of this machine must not change what is tested
                ssl=context,
                additional_headers=headers,
            )
        )
    except websockets.InvalidStatus as error:
        response = _response(actor, path, error.response, start)
        evidence.command(Command(_STORE, f"{response} connects", response.status, response.seconds))
        raise HandshakeRejected(response) from None
    except (OSError, websockets.WebSocketException) as error:
        raise NoResponse(f"{actor}'s WebSocket {path}: expected a response, got a failed handshake: {error}") from None
    if connection.response is None:
        raise RuntimeError("websockets opened a connection without a response")
    handshake = _response(actor, path, connection.response, start)
    evidence.command(Command(_STORE, f"{handshake} connects", "open", handshake.seconds))
    return WebSocketDriver(actor, handshake, connection, ending, evidence)


def _response(actor: str, path: str, response: HandshakeResponse, start: float) -> Response:
    body = bytes(response.body or b"")
    return Response(_STORE, path, response.status_code, response.headers, body, time.monotonic() - start, actor)


Connect = Callable[[str, str, str | None], WebSocketDriver]
"""Opens a WebSocket for an actor at a path with a token."""
