"""Calls of outside services: directly, and with one time limit for the whole response.

The timeout of ``requests`` applies to each read, so that a partner that sends a byte now and then would block its
caller without end.
"""

from __future__ import annotations

import io
import socket
from http.client import HTTPResponse
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError


class PartnerSession(requests.Session):
    """A session that gives up after ``timeout`` seconds: to connect, and for the whole response.

    It raises ``requests.Timeout``, also in the middle of a response.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout
        self.trust_env = False  # no proxies, no ~/.netrc
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request and read the whole response."""
        try:
            return super().send(request, **{**options, "timeout": self._timeout})
        except requests.ConnectionError as error:
            if error.args and isinstance(
                error.args[0], ReadTimeoutError
            ):  # requests reports a timeout in the body as this
                raise requests.ReadTimeout(error, request=request) from None
            raise


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class TimedResponse(HTTPResponse):
    """A response that may take no longer as a whole than its connection allows for one read."""

    def __init__(self, connection: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(connection, *arguments, **options)
        self.fp = io.BufferedReader(_TimedReader(connection, self.fp.detach()))


class _TimedReader(io.RawIOBase):
    def __init__(self, connection: socket.socket, stream: io.RawIOBase) -> None:
        self._connection = connection
        self._stream = stream
        self._until = monotonic() + (connection.gettimeout() or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._until - monotonic()
        if remaining <= 0:
            raise TimeoutError("the response was not complete in time")
        self._connection.settimeout(remaining)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Connection(HTTPConnection):
    response_class = TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
