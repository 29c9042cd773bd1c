"""Any WebSocket of the platform, as a feature writes it: for what nobody has written sentences for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from support.capabilities.access.client import AccessClient
from support.drivers.http import Response
from support.drivers.websocket import Connect, HandshakeRejected, Message, WebSocketDriver
from support.errors import FeatureError
from support.gherkin.personas import UNAUTHENTICATED, Persona
from support.polling import consistently, eventually
from support.scenario.cleanup import Cleanup

NOBODY = UNAUTHENTICATED

# The buffers of the connection take up to some 10 MB before a message waits in the platform.
_FLOOD_CHARACTERS = 60_000
_FLOOD_MESSAGES = 1500
_FLOOD_SECONDS = 15.0


@dataclass
class _Socket:
    """A connection, and how many of its messages have been looked at."""

    connection: WebSocketDriver
    read: int = 0

    @property
    def unread(self) -> list[Message]:
        return self.connection.messages[self.read :]


class SocketClient:
    """The WebSockets of one scenario, one for each caller; all are closed at its end."""

    def __init__(self, connect: Connect, access: AccessClient, cleanup: Cleanup) -> None:
        self._connect = connect
        self._access = access
        self._cleanup = cleanup
        self._sockets: dict[str, _Socket] = {}

    def open(self, path: str, *, by: Persona | None) -> Response:
        """Connect with the caller's token, and return the answer: 101, or how the platform refuses."""
        actor = _name(by)
        try:
            connection = self._connect(actor, path, None if by is None else self._access.token(by))
        except HandshakeRejected as refusal:
            return refusal.response
        self._cleanup.add(f"close the WebSocket of {actor}", connection.close)
        self._sockets[actor] = _Socket(connection)
        return connection.handshake

    def send(self, text: str, *, by: Persona | None) -> None:
        """Send a message."""
        self._of(by).connection.send(text)

    def flood(self, *, by: Persona | None) -> None:
        """Send more pings than the platform and the network can keep answers for, and read none of the answers."""
        ping = json.dumps({"ping": "x" * _FLOOD_CHARACTERS})
        self._of(by).connection.flood(ping, _FLOOD_MESSAGES, _FLOOD_SECONDS)

    def receive(self, differences: Callable[[Any], Iterator[str]], within: float, *, by: Persona | None) -> Any:
        """Wait (seconds) for a message without differences, and return it; those before it count as read."""
        socket = self._of(by)

        def look() -> str:
            wrong = []
            for number, message in enumerate(socket.unread, start=1):
                found = "; ".join(differences(message.json))
                if not found:
                    socket.read += number
                    return ""
                wrong.append(found)
            return " | ".join(wrong) or "nothing"

        what = f"what {_name(by)} receives"
        eventually(what, look, lambda trouble: not trouble, expected="a message that has all of it", within=within)
        return socket.connection.messages[socket.read - 1].json

    def require_silence(self, seconds: float, *, by: Persona | None) -> None:
        """Watch for so long that nothing comes after what was read, over a connection that stays open."""
        socket = self._of(by)
        consistently(
            f"what {_name(by)} receives",
            lambda: ", ".join(message.text for message in socket.unread),
            lambda texts: not texts,
            expected="nothing more",
            during=seconds,
            show=lambda texts: texts or "nothing",
        )
        socket.connection.require_open()

    def closing_code(self, within: float, *, by: Persona | None) -> int | None:
        """Wait (seconds) until the platform closes the connection, and return its code; None where it stays open."""
        return self._of(by).connection.closed_with(within)

    def _of(self, by: Persona | None) -> _Socket:
        if _name(by) not in self._sockets:
            raise FeatureError(
                f"{_name(by)} has no WebSocket yet: write before this, Given {_name(by)} is connected to /ws/live"
            )
        return self._sockets[_name(by)]


def _name(by: Persona | None) -> str:
    return NOBODY if by is None else by.name
