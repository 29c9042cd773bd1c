"""One request to a receiver: to a checked IP address, within one time limit, with certificates verified."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException
from time import monotonic

from support.reference.database import utc_now
from support.reference.partners import TimedResponse
from support.reference.webhooks.addresses import Address, IPAddress

_BODY_LIMIT_BYTES = 1024 * 1024
_CHUNK_BYTES = 16 * 1024


class NoResponse(Exception):
    """There was no connection, or no complete answer in time; the message is one line without values of the request."""


@dataclass(frozen=True)
class ReceiverResponse:
    """What a receiver answered. ``retry_after`` is the text of the header, if there was one."""

    status: int
    retry_after: str | None


class _PinnedConnection(HTTPConnection):
    """A connection to one of the given IP addresses, under the host name of the URL."""

    response_class = TimedResponse

    def __init__(self, address: Address, candidates: Sequence[IPAddress], until: float) -> None:
        super().__init__(address.host, address.port)
        self._address = address
        self._candidates = candidates
        self._until = until

    def remaining(self) -> float:
        """Return the seconds that are left. Raises TimeoutError when there are none."""
        seconds = self._until - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def connect(self) -> None:
        """Connect to the first address that accepts, and make the connection secure for https."""
        self.sock = self._connected()
        if self._address.scheme == "https":
            self.sock.settimeout(self.remaining())
            self.sock = _trust().wrap_socket(self.sock, server_hostname=self._address.host.rstrip("."))
        self.sock.settimeout(self.remaining())

    def _connected(self) -> socket.socket:
        failure: OSError | None = None
        for candidate in self._candidates:
            try:
                return socket.create_connection((str(candidate), self._address.port), self.remaining())
            except TimeoutError:
                raise
            except OSError as error:
                failure = error
        raise failure or OSError("no address")


def post(
    address: Address,
    candidates: Sequence[IPAddress],
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
) -> ReceiverResponse:
    """Post a body to one of the candidates and read the answer to its end, without keeping it.

    ``seconds`` limits connecting, sending and reading together. Redirects are ordinary responses. Raises NoResponse.
    """
    connection = _PinnedConnection(address, candidates, monotonic() + seconds)
    try:
        connection.connect()
        connection.putrequest("POST", address.target, skip_host=True, skip_accept_encoding=True)
        sent = {"Host": address.authority, "Content-Length": str(len(body)), "Connection": "close", **headers}
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        assert connection.sock is not None
        connection.sock.settimeout(connection.remaining())
        answer = connection.getresponse()
        read = 0
        while chunk := answer.read(_CHUNK_BYTES):
            read += len(chunk)
            if read > _BODY_LIMIT_BYTES:
                raise NoResponse("the answer is larger than 1 MiB")
        if answer.length:
            raise NoResponse("the answer is not complete")
        return ReceiverResponse(answer.status, answer.getheader("Retry-After"))
    except TimeoutError:
        raise NoResponse("no complete answer in time") from None
    except ssl.SSLError:
        raise NoResponse("no secure connection") from None
    except OSError:
        raise NoResponse("no connection") from None
    except (HTTPException, ValueError):
        raise NoResponse("the answer is not valid HTTP") from None
    finally:
        connection.close()


def seconds_to_wait(retry_after: str | None) -> float:
    """Return the seconds that a ``Retry-After`` header asks for, given as a number or as a date; 0 for any other."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - utc_now().timestamp()
    except (ValueError, OverflowError):
        return 0.0


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
