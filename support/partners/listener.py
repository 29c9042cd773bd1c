"""The socket of a stub: reads requests from keep-alive connections and sends the responses."""

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
    """A response as it is sent; `pace` is the time between two bytes of the body in seconds, 0 for none."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    pace: float = 0.0


def text_response(status: int, text: str) -> Outgoing:
    """Return a response of plain text."""
    return Outgoing(status, [("Content-Type", "text/plain; charset=utf-8")], text.encode())


RequestHandler = Callable[[Received, str, threading.Event], Outgoing | None]


class Listener(ThreadingMixIn, TCPServer):
    """The socket of the stub `name`: one thread accepts connections, and each connection has one.

    `respond(received, target, closing)` returns the response, or None to close the connection; `target` is path and
    query as received, and `closing` is set when the stub is closed. The kernel chooses a free port for port 0.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str, respond: RequestHandler, port: int, host: str = LOOPBACK) -> None:
        self.name = name
        self.respond = respond
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor = threading.Thread(target=self.serve_forever, args=(_STOP_POLL_SECONDS,), name=name, daemon=True)
        super().__init__((host, port), _Connection)

    def start(self) -> None:
        """Accept connections."""
        self._acceptor.start()

    def close(self) -> None:
        """Stop listening, close every connection and wait for the threads."""
        self.closing.set()
        self.shutdown()
        self._acceptor.join()
        self.server_close()
        with self._lock:
            connections = list(self._connections.items())
        for connection, thread in connections:
            _shut_down(connection)
            thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in a thread of its own."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name=self.name, daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Remove a connection that has ended."""
        with self._lock:
            self._connections.pop(request, None)
        super().shutdown_request(request)


def _shut_down(connection: socket.socket) -> None:
    """Wake the thread that waits for the next request of a connection."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("the connection was already closed")


class _Connection(BaseHTTPRequestHandler):
    """One keep-alive connection: reads requests and sends the responses of the stub."""

    protocol_version = "HTTP/1.1"
    # Head and body are written one after the other; the body must not wait until the head is acknowledged.
    disable_nagle_algorithm = True
    server: Listener

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            log.debug("the client of %s closed the connection before the response", self.server.name)

    def version_string(self) -> str:
        return self.server.name

    def log_message(self, format: str, *arguments: object) -> None:
        log.debug(format, *arguments)

    def _handle(self) -> None:
        body = self._read_body()
        if body is None:
            return
        outgoing = self.server.respond(self._received(body), self.path, self.server.closing)
        if outgoing is None:
            self.close_connection = True
        else:
            self._send(outgoing)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle

    def _read_body(self) -> bytes | None:
        """Return the complete body; None for an incomplete one, after which the connection cannot be used again."""
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(text_response(411, f"the stub of {self.server.name} requires a Content-Length"))
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
        declared = None
        for name, value in outgoing.headers:
            self.send_header(name, value)
            if name.lower() == "content-length":
                declared = int(value)
        if declared is None:
            self.send_header("Content-Length", str(len(outgoing.body)))
        elif declared != len(outgoing.body):
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
