"""The socket of a stub: reads requests from connections that are kept alive, and sends what is answered."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from requests.structures import CaseInsensitiveDict

from support.partners.requests import Received

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_STOP_POLL_SECONDS = 0.05


class Outgoing(NamedTuple):
    """An answer as it is sent; `pace` is how many seconds lie between two bytes of the body, 0 to send it whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    pace: float = 0.0


def sentence(status: int, text: str) -> Outgoing:
    """Return an answer of plain text."""
    return Outgoing(status, [("Content-Type", "text/plain; charset=utf-8")], text.encode())


Answering = Callable[[Received, str, threading.Event], Outgoing | None]


class Listener(ThreadingMixIn, TCPServer):
    """The socket of the stub called `name`: a thread that accepts, and one for each open connection.

    `answer(received, target, closing)` returns what to send, or None to drop the connection; `target` is path and query
    as they came, and `closing` is set when the stub is being closed. Port 0 leaves the choice to the kernel.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str, answer: Answering, port: int) -> None:
        self.name = name
        self.answer = answer
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor = threading.Thread(target=self.serve_forever, args=(_STOP_POLL_SECONDS,), name=name, daemon=True)
        super().__init__((LOOPBACK, port), _Connection)

    def start(self) -> None:
        """Accept connections."""
        self._acceptor.start()

    def close(self) -> None:
        """Stop listening, drop every connection and wait for the threads."""
        self.closing.set()
        self.shutdown()
        self._acceptor.join()
        self.server_close()
        with self._lock:
            connections = list(self._connections.items())
        for connection, thread in connections:
            _hang_up(connection)
            thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection on a thread of its own."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name=self.name, daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Note that a connection is at its end."""
        with self._lock:
            self._connections.pop(request, None)
        super().shutdown_request(request)


def _hang_up(connection: socket.socket) -> None:
    """Wake the thread that waits for this connection's next request."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("The connection was gone already.")


class _Connection(BaseHTTPRequestHandler):
    """One keep-alive connection: reads requests and sends what the partner answers."""

    protocol_version = "HTTP/1.1"
    # Head and body are written one after the other; the body must not wait until the head is acknowledged.
    disable_nagle_algorithm = True
    server: Listener

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            log.debug("The client of %s left without its answer.", self.server.name)

    def version_string(self) -> str:
        return self.server.name

    def log_message(self, format: str, *arguments: object) -> None:
        log.debug(format, *arguments)

    def _handle(self) -> None:
        body = self._read_body()
        if body is None:
            return
        outgoing = self.server.answer(self._received(body), self.path, self.server.closing)
        if outgoing is None:
            self.close_connection = True
        else:
            self._send(outgoing)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle

    def _read_body(self) -> bytes | None:
        """Return the whole body; None when it did not come whole (the connection is then of no more use)."""
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(sentence(411, f"The stub of {self.server.name} reads bodies with a Content-Length only."))
            return None
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) == length:
            return body
        self.close_connection = True
        return None

    def _received(self, body: bytes) -> Received:
        parts = urlsplit(self.path)
        return Received(
            method=self.command,
            path=unquote(parts.path),
            query=parse_qs(parts.query, keep_blank_values=True),
            headers=CaseInsensitiveDict(self.headers.items()),
            body=body,
            at=time.monotonic(),
        )

    def _send(self, outgoing: Outgoing) -> None:
        self.send_response(outgoing.status)
        promised = None
        for name, value in outgoing.headers:
            self.send_header(name, value)
            if name.lower() == "content-length":
                promised = int(value)
        if promised is None:
            self.send_header("Content-Length", str(len(outgoing.body)))
        elif promised != len(outgoing.body):
            self.close_connection = True
        self.end_headers()
        if self.command == "HEAD":
            return
        if not outgoing.pace:
            self.wfile.write(outgoing.body)
            return
        for byte in outgoing.body:
            self.wfile.write(bytes([byte]))
            if self.server.closing.wait(outgoing.pace):
                break
