"""WebSockets as a scenario uses them: an actor, time limits, evidence, and all messages kept with their time."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import websockets  # loads its parts when they are used

from support.drivers.http import NoResponse, Response
from support.evidence.recorder import Command, Recorder
from support.targets.settings import Limits

if TYPE_CHECKING:
    from websockets.http11 import Response as HandshakeResponse
    from websockets.sync.client import ClientConnection

_STORE = "WebSocket"


class HandshakeRefused(Exception):
    """The platform answered the handshake with something other than a WebSocket; `answer` says what."""

    def __init__(self, answer: Response) -> None:
        super().__init__(f"{answer} was refused with {answer.status}")
        self.answer = answer


@dataclass(frozen=True)
class Message:
    """One message that came in; `at` is on the monotonic clock, in seconds."""

    text: str
    at: float

    @property
    def json(self) -> Any:
        """The message as JSON; fails with a sentence where it is none."""
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise AssertionError(f"a live message should be JSON, but was {self.text[:80]!r}") from error


@dataclass
class WebSocketDriver:
    """One connection. What comes in is read all the time, by a thread of its own, until `close`.

    `handshake` is the answer that opened it, 101.
    """

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
        self._note(f"{self.actor} sends {text}", "")
        try:
            self._connection.send(text)
        except websockets.ConnectionClosed as error:
            raise AssertionError(f"{self.actor}'s live connection should be open, but is closed ({error})") from error

    def flood(self, text: str, count: int, within: float) -> None:
        """Send a message `count` times without reading, for up to `within` seconds.

        Messages that come afterwards are not kept.
        """
        self._note(f"{self.actor} sends {count} messages of {len(text)} characters without reading", "")
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
        """Whether a ping of the protocol itself is answered in time (seconds)."""
        try:
            return self._connection.ping().wait(within)
        except websockets.ConnectionClosed:
            return False

    def closed_with(self, within: float) -> int | None:
        """Return the code with which the connection was closed, in time (seconds); None where it is still open."""
        self._reader.join(within)
        return None if self._reader.is_alive() else self._connection.close_code

    def require_open(self) -> None:
        """Fail where the platform has closed the connection."""
        code = self.closed_with(0)
        if code is not None:
            raise AssertionError(f"{self.actor}'s live connection should be open, but was closed with {code}")

    def close(self) -> None:
        """Leave, and wait for the reader to end."""
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
                text = content if isinstance(content, str) else content.decode(errors="replace")
                self._messages.append(Message(text, time.monotonic()))
                self._note(f"{self.actor} receives", text)

    def _note(self, text: str, answer: str) -> None:
        self._evidence.command(Command(store=_STORE, text=text, answer=answer, elapsed=0.0))


def open_websocket(
    url: str,
    path: str,
    *,
    actor: str,
    token: str | None,
    limits: Limits,
    evidence: Recorder,
    trusted: str | bool = True,
) -> WebSocketDriver:
    """Connect to `url` (of the HTTP API). Raises HandshakeRefused, or NoAnswer when there was none.

    `trusted` says whose word is taken for who the platform is, see `Target.trusted`.
    """
    from websockets.sync.client import connect  # a twentieth of a second, which most runs need not spend

    begin = time.monotonic()
    address = url.replace("http", "ws", 1) + path
    who = f"{actor}'s WebSocket {path}"
    ending = ExitStack()
    try:
        # Proxies of the tester's machine have no say in what is tested.
        query = f"{'&' if '?' in path else '?'}token={token}" if token is not None else ""
        # No context: an address with TLS gets the default one, and one without would refuse any.
        context = (
            ssl.create_default_context(cafile=trusted) if isinstance(trusted, str) and address[:3] == "wss" else None
        )
        connection = ending.enter_context(
            connect(address + query, open_timeout=limits.connect, proxy=None, ssl=context)
        )
    except websockets.InvalidStatus as error:
        evidence.command(Command(_STORE, f"{who} connects", error.response.status_code, time.monotonic() - begin))
        raise HandshakeRefused(_answer(who, error.response, begin)) from None
    except (OSError, websockets.WebSocketException) as error:
        raise NoResponse(f"{who} should be answered, but the handshake failed: {error}") from None
    evidence.command(Command(_STORE, f"{who} connects", "open", time.monotonic() - begin))
    if connection.response is None:
        raise RuntimeError("websockets opened a connection without an answer")
    return WebSocketDriver(actor, _answer(who, connection.response, begin), connection, ending, evidence)


def _answer(who: str, response: HandshakeResponse, begin: float) -> Response:
    content = bytes(response.body or b"")
    seconds = time.monotonic() - begin
    return Response(who, response.status_code, response.headers, content, seconds, lambda: json.loads(content))


Connect = Callable[[str, str, str | None], WebSocketDriver]
"""Opens a WebSocket for an actor at a path with a token."""
