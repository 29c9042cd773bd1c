"""A stub of an outside service: a real HTTP server on loopback that answers with `responses` registrations.

`responses` normally patches `requests` for the whole process. That must not happen here, because the same process
makes live calls. So a registration is only asked whether it matches a request that came in over the socket, and for
the answer it would give; nothing is ever patched.
"""

from __future__ import annotations

import json as json_module
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, NamedTuple, Self, cast
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import responses
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from responses.registries import FirstMatchRegistry

log = logging.getLogger(__name__)

Matcher = Callable[[PreparedRequest], tuple[bool, str]]
"""One of `responses.matchers`: says whether it accepts a request, and why not."""

Route = tuple[str, str]
"""Method and path template, such as `("GET", "/vods/{id}/status")`."""

_LOOPBACK = "127.0.0.1"
_STOP_POLL_SECONDS = 0.05
_MATCH_FAILED_BEFORE_MATCHERS = ("Method does not match", "URL does not match")


class UploadedFile(NamedTuple):
    """One file of a multipart body."""

    file_name: str
    content_type: str
    content: bytes


@dataclass(eq=False)
class Received:
    """One request as it came in.

    `path` is without the query and percent-decoded; `at` is on the monotonic clock, in seconds. `status` is what was
    answered: None while the answer is outstanding, and for good when the connection was dropped instead.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    at: float
    status: int | None = None
    matched: bool = False

    def json(self) -> Any:
        """Return the body read as JSON; ValueError when it is not."""
        return json_module.loads(self.body)

    def form(self) -> dict[str, str]:
        """Return the fields of a URL-encoded or multipart body, without its files."""
        if self._media_type() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        return {name: _content(part).decode() for name, part in self._parts() if part.get_filename() is None}

    def files(self) -> dict[str, UploadedFile]:
        """Return the files of a multipart body by field name."""
        return {
            name: UploadedFile(file_name, part.get_content_type(), _content(part))
            for name, part in self._parts()
            if (file_name := part.get_filename()) is not None
        }

    def _media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def _parts(self) -> list[tuple[str, EmailMessage]]:
        if self._media_type() != "multipart/form-data":
            return []
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = message_from_bytes(head + self.body, policy=policy.HTTP)
        return [
            (str(part.get_param("name", "", "Content-Disposition")), cast(EmailMessage, part))
            for part in message.iter_parts()
        ]


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


Answer = tuple[int, Mapping[str, str], str | bytes]
"""Status, headers and body, as `responses` wants them from a callback."""


class _IncomingRequest(PreparedRequest):
    """What came in, in the shape that `responses` and its matchers look at."""

    def __init__(self, received: Received, url: str) -> None:
        super().__init__()
        self.received = received
        self.req_kwargs: dict[str, Any] = {}
        self.prepare(method=received.method, url=url, headers=dict(received.headers), data=received.body)
        self.params = {name: values[0] if len(values) == 1 else values for name, values in received.query.items()}


@dataclass(eq=False)
class Registration:
    """Answers that count together: after `times` uses none of them is given any more.

    `delay` is in seconds. `remove` takes the registration back, for a scenario that shares the stub with others.
    """

    routes: tuple[Route, ...]
    times: int | None
    delay: float
    remove: Callable[[], None]
    used: int = 0
    registry: FirstMatchRegistry = field(default_factory=FirstMatchRegistry, repr=False)

    @property
    def used_up(self) -> bool:
        """Whether it has been given as often as it may."""
        return self.times is not None and self.used >= self.times

    def find(self, request: PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
        """Return the answer that fits, else None and why each of them does not."""
        if self.used_up:
            return None, [f"used up after {self.times}"]
        return self.registry.find(request)


class PartnerServer:
    """A stub of one outside service. A context manager; `start` and `close` do the same by hand.

    The kernel chooses the port at the first start. A closed stub refuses connections, and one that is started again
    listens where it was before, so that an outage of the partner can be played.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.RLock()
        self._registrations: list[Registration] = []
        self._received: list[Received] = []
        self._port = 0
        self._listener: _Listener | None = None
        self._register_defaults()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The base address, without a slash at the end. RuntimeError before the first start."""
        if not self._port:
            raise RuntimeError(f"The stub of {self.name} has no address yet: start it first.")
        return f"http://{_LOOPBACK}:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    def start(self) -> None:
        """Listen. OSError when the port of an earlier start has been taken meanwhile."""
        if self._listener is not None:
            raise RuntimeError(f"The stub of {self.name} is running already.")
        self._listener = _Listener(self, self._port)
        self._port = self._listener.server_address[1]
        self._listener.start()

    def close(self) -> None:
        """Stop listening, drop every connection and wait for the threads. Registrations and what was received stay."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def register(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        json: object = None,
        body: str | bytes | Exception = "",
        headers: Mapping[str, str] | None = None,
        match: Iterable[Matcher] = (),
        times: int | None = None,
        delay: float = 0.0,
    ) -> Registration:
        """Answer a request so; the latest registration that fits and is not used up wins.

        `path` may hold names in braces: `/vods/{id}`. An exception as `body` drops the connection without an answer. A
        `Content-Length` header above the length of the body cuts the answer off in the middle. `delay` is in seconds.
        """
        return self.register_any(
            [(method, path)],
            status=status,
            json=json,
            body=body,
            headers=headers,
            match=match,
            times=times,
            delay=delay,
        )

    def register_any(
        self,
        routes: Iterable[Route],
        *,
        status: int = 200,
        json: object = None,
        body: str | bytes | Exception = "",
        headers: Mapping[str, str] | None = None,
        match: Iterable[Matcher] = (),
        times: int | None = None,
        delay: float = 0.0,
    ) -> Registration:
        """Answer each of several routes so, as `register` does for one; `times` counts them together."""
        routes, matchers = tuple(routes), tuple(match)
        answers = [
            responses.Response(
                method.upper(), _url_pattern(path), body, json=json, status=status, headers=headers, match=matchers
            )
            for method, path in routes
        ]
        return self._add(routes, answers, times=times, delay=delay)

    def register_callback(
        self,
        method: str,
        path: str,
        callback: Callable[..., Answer],
        *,
        match: Iterable[Matcher] = (),
        times: int | None = None,
        delay: float = 0.0,
    ) -> Registration:
        """Answer with what `callback(received, **values)` returns; `values` are the names in the path, as strings."""
        url = _url_pattern(path)

        def answer(request: PreparedRequest) -> Answer:
            incoming = cast(_IncomingRequest, request)
            found = cast(re.Match[str], url.match(str(request.url)))
            return callback(incoming.received, **{name: unquote(value) for name, value in found.groupdict().items()})

        response = responses.CallbackResponse(method.upper(), url, answer, match=tuple(match))
        return self._add([(method, path)], [response], times=times, delay=delay)

    def received(
        self,
        method: str | None = None,
        path: str | None = None,
        *,
        where: Callable[[Received], bool] = lambda received: True,
    ) -> list[Received]:
        """Return the requests so far, oldest first, unmatched ones too; `path` may be a template, `where` anything."""
        pattern = _path_pattern(path) if path is not None else None
        with self._lock:
            so_far = list(self._received)
        return [
            received
            for received in so_far
            if (method is None or received.method == method.upper())
            and (pattern is None or pattern.fullmatch(received.path))
            and where(received)
        ]

    def since(self, number: int) -> list[Received]:
        """Return the requests after the first `number`, oldest first."""
        with self._lock:
            return self._received[number:]

    def reset(self) -> None:
        """Forget what was registered and received; the stub is as new, at the same address."""
        with self._lock:
            self._registrations = []
            self._received = []
            self._register_defaults()

    def _register_defaults(self) -> None:
        """Begin afresh and register what the service answers by nature. A bare stub answers nothing."""

    def _add(
        self, routes: Iterable[Route], answers: Iterable[responses.BaseResponse], *, times: int | None, delay: float
    ) -> Registration:
        registration = Registration(tuple(routes), times, delay, remove=lambda: self._remove(registration))
        for answer in answers:
            registration.registry.add(answer)
        with self._lock:
            self._registrations.append(registration)
        return registration

    def _remove(self, registration: Registration) -> None:
        with self._lock:
            if registration in self._registrations:
                self._registrations.remove(registration)

    def _answer(self, received: Received, target: str, closing: threading.Event) -> _Outgoing | None:
        """Return what to send, or None to drop the connection."""
        request = _IncomingRequest(received, f"http://{_LOOPBACK}{target}")
        with self._lock:
            self._received.append(received)
            registration, response, reasons = self._take(request)
        if registration is None or response is None:
            received.status = 501
            return _sentence(501, self._nothing_answers(received, reasons))
        if closing.wait(registration.delay) if registration.delay else closing.is_set():
            return None
        outgoing = self._outgoing(response, request)
        received.status = outgoing.status if outgoing else None
        return outgoing

    def _take(self, request: _IncomingRequest) -> tuple[Registration | None, responses.BaseResponse | None, list[str]]:
        reasons: list[str] = []
        for registration in reversed(self._registrations):
            response, refused = registration.find(request)
            if response is not None:
                registration.used += 1
                request.received.matched = True
                return registration, response, []
            described = zip(registration.routes, refused, strict=False)
            reasons += [_describe(route, reason) for route, reason in described]
        return None, None, reasons

    def _nothing_answers(self, received: Received, reasons: list[str]) -> str:
        registered = "; ".join(reasons) or "nothing"
        return f"{self.name} has no answer to {received.method} {received.path}. Registered: {registered}."

    def _outgoing(self, response: responses.BaseResponse, request: _IncomingRequest) -> _Outgoing | None:
        if isinstance(response.body, Exception):
            return None
        try:
            answer = response.get_response(request)
        except Exception as error:
            log.exception("The stub of %s failed at %s %s", self.name, request.method, request.received.path)
            return _sentence(500, f"The stub of {self.name} failed: {error!r}.")
        return _Outgoing(answer.status, list(answer.headers.items()), answer.read(decode_content=False))


def _describe(route: Route, reason: str) -> str:
    method, path = route
    told = "" if reason in _MATCH_FAILED_BEFORE_MATCHERS else f" ({reason})"
    return f"{method} {path}{told}"


def _path_pattern(template: str) -> re.Pattern[str]:
    """Make a pattern of a path template; what stands in braces becomes a named group for one path segment."""
    if not template.startswith("/") or "?" in template:
        raise ValueError(f'A path begins with "/" and holds no query (match the query with a matcher): {template!r}.')
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>[^/?#]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))


def _url_pattern(template: str) -> re.Pattern[str]:
    return re.compile(rf"http://[^/]+{_path_pattern(template).pattern}(?:\?.*)?$")


class _Outgoing(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def _sentence(status: int, text: str) -> _Outgoing:
    return _Outgoing(status, [("Content-Type", "text/plain; charset=utf-8")], text.encode())


class _Listener(ThreadingMixIn, TCPServer):
    """The socket of a partner: a thread that accepts, and one for each open connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, partner: PartnerServer, port: int) -> None:
        self.partner = partner
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor = threading.Thread(
            target=self.serve_forever, args=(_STOP_POLL_SECONDS,), name=partner.name, daemon=True
        )
        super().__init__((_LOOPBACK, port), _Connection)

    def start(self) -> None:
        self._acceptor.start()

    def close(self) -> None:
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
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name=self.partner.name, daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
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
    server: _Listener

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            log.debug("The client of %s left without its answer.", self.server.partner.name)

    def version_string(self) -> str:
        return self.server.partner.name

    def log_message(self, format: str, *arguments: object) -> None:
        log.debug(format, *arguments)

    def _handle(self) -> None:
        body = self._read_body()
        if body is None:
            return
        outgoing = self.server.partner._answer(self._received(body), self.path, self.server.closing)
        if outgoing is None:
            self.close_connection = True
        else:
            self._send(outgoing)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle

    def _read_body(self) -> bytes | None:
        """Return the whole body; None when it did not come whole (the connection is then of no more use)."""
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(
                _sentence(411, f"The stub of {self.server.partner.name} reads bodies with a Content-Length only.")
            )
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

    def _send(self, outgoing: _Outgoing) -> None:
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
        if self.command != "HEAD":
            self.wfile.write(outgoing.body)
