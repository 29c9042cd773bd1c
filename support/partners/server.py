"""A stub of a partner: a real HTTP server that responds with `responses` registrations.

`responses` normally patches `requests` for the whole process. That must not happen here, because the same process
makes live calls. Registrations are therefore only matched with requests received over the socket; nothing is patched.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack, cast
from urllib.parse import unquote

import responses
from requests import PreparedRequest
from responses.registries import FirstMatchRegistry

from support.partners.listener import LOOPBACK, Listener, Outgoing, text_response
from support.partners.requests import Received

log = logging.getLogger(__name__)

EVERY_INTERFACE = ("0.0.0.0", "::", "")

Matcher = Callable[[PreparedRequest], tuple[bool, str]]
"""One of `responses.matchers`: returns whether it accepts a request, and why not."""

Route = tuple[str, str]
"""Method and path template, such as `("GET", "/vods/{id}/status")`."""

Reply = tuple[int, Mapping[str, str], str | bytes]
"""Status, headers and body, as `responses` expects them from a callback."""


class ResponseOptions(TypedDict, total=False):
    """The options of a response, beside its status.

    An exception as `body` closes the connection without a response; a `Content-Length` header above the length of the
    body cuts the response off. `times` limits how often it is sent, None is no limit. `delay` and `pace` are in
    seconds: before the response, and between two bytes of its body. `match` and `where` are conditions of the request.
    """

    json: object
    body: str | bytes | Exception
    headers: Mapping[str, str] | None
    times: int | None
    delay: float
    pace: float
    match: Iterable[Matcher]
    where: Callable[[Received], bool]


_MATCH_FAILED_BEFORE_MATCHERS = ("Method does not match", "URL does not match")


class _IncomingRequest(PreparedRequest):
    """A received request in the form that `responses` and its matchers read."""

    def __init__(self, received: Received, url: str) -> None:
        super().__init__()
        self.received = received
        self.req_kwargs: dict[str, Any] = {}
        self.prepare(method=received.method, url=url, headers=dict(received.headers), data=received.body)
        self.params = {name: values[0] if len(values) == 1 else values for name, values in received.query.items()}


@dataclass(eq=False)
class Registration:
    """Responses with one counter: after `times` uses none of them is sent any more.

    `delay` and `pace` are in seconds: before a response, and between two bytes of its body. `remove` removes the
    registration, for a scenario that shares the stub with others.
    """

    routes: tuple[Route, ...]
    times: int | None
    delay: float
    pace: float
    remove: Callable[[], None]
    used: int = 0
    registry: FirstMatchRegistry = field(default_factory=FirstMatchRegistry, repr=False)

    @property
    def used_up(self) -> bool:
        """Whether its limit is reached."""
        return self.times is not None and self.used >= self.times

    def find(self, request: PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
        """Return the response that matches; else None and why each of them does not match."""
        if self.used_up:
            return None, [f"used up after {self.times}"]
        return self.registry.find(request)


class PartnerServer:
    """A stub of one partner, as a context manager or with `start` and `close`.

    The kernel chooses the port at the first start unless `port` is given; `host` is the interface to listen on. A
    closed stub refuses connections, and one that is started again has the same address, to simulate an outage.
    `public_url` is its address for the platform where that differs, behind a tunnel or in a container network.
    """

    def __init__(self, name: str, *, host: str = LOOPBACK, port: int = 0, public_url: str = "") -> None:
        self.name = name
        self._host = host
        self._public_url = public_url.rstrip("/")
        self._lock = threading.RLock()
        self._registrations: list[Registration] = []
        self._received: list[Received] = []
        self._port = port
        self._listener: Listener | None = None
        self._register_defaults()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The base address without a trailing slash. RuntimeError before the first start."""
        if not self._port:
            raise RuntimeError(f"the stub of {self.name} has no address: start it first")
        return self._public_url or f"http://{LOOPBACK if self._host in EVERY_INTERFACE else self._host}:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    def start(self) -> None:
        """Listen. Raises OSError when the port is used by another program."""
        if self._listener is not None:
            raise RuntimeError(f"the stub of {self.name} is already running")
        self._listener = Listener(self.name, self._respond, self._port, self._host)
        self._port = self._listener.server_address[1]
        self._listener.start()

    def close(self) -> None:
        """Stop listening, close every connection and wait for the threads; registrations and received requests stay."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def register(
        self, method: str, path: str, *, status: int = 200, **options: Unpack[ResponseOptions]
    ) -> Registration:
        """Register a response; the latest registration that matches and is not used up wins.

        `path` may contain names in braces: `/vods/{id}`.
        """
        return self.register_any([(method, path)], status=status, **options)

    def register_any(
        self, routes: Iterable[Route], *, status: int = 200, **options: Unpack[ResponseOptions]
    ) -> Registration:
        """Register a response for several routes; `times` counts them together. See `register`."""
        routes, matchers = tuple(routes), [*options.get("match", ())]
        if "where" in options:
            matchers.append(_matcher(options["where"]))
        registered = [
            responses.Response(
                method.upper(),
                _url_pattern(path),
                options.get("body", ""),
                json=options.get("json"),
                status=status,
                headers=options.get("headers"),
                match=matchers,
            )
            for method, path in routes
        ]
        return self._add(routes, registered, options.get("times"), options.get("delay", 0.0), options.get("pace", 0.0))

    def register_callback(
        self,
        method: str,
        path: str,
        callback: Callable[..., Reply],
        *,
        times: int | None = None,
        delay: float = 0.0,
    ) -> Registration:
        """Respond with the result of `callback(received, **values)`; `values` are the names in the path, as strings.

        The callback is called immediately; `delay` (seconds) is the time between its end and the response.
        """
        url = _url_pattern(path)

        def respond(request: PreparedRequest) -> Reply:
            incoming = cast(_IncomingRequest, request)
            found = cast(re.Match[str], url.match(str(request.url)))
            return callback(incoming.received, **{name: unquote(value) for name, value in found.groupdict().items()})

        response = responses.CallbackResponse(method.upper(), url, respond)
        return self._add([(method, path)], [response], times, delay)

    def received(
        self,
        method: str | None = None,
        path: str | None = None,
        *,
        where: Callable[[Received], bool] = lambda received: True,
    ) -> list[Received]:
        """Return all requests so far, oldest first; `path` may be a template, `where` is a further condition."""
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
        """Remove all registrations and received requests; the address stays."""
        with self._lock:
            self._registrations = []
            self._received = []
            self._register_defaults()

    def _register_defaults(self) -> None:
        """Register the default responses of the partner. A plain stub has none."""

    def _add(
        self,
        routes: Iterable[Route],
        registered: Iterable[responses.BaseResponse],
        times: int | None,
        delay: float,
        pace: float = 0.0,
    ) -> Registration:
        registration = Registration(tuple(routes), times, delay, pace, remove=lambda: self._remove(registration))
        for response in registered:
            registration.registry.add(response)
        with self._lock:
            self._registrations.append(registration)
        return registration

    def _remove(self, registration: Registration) -> None:
        with self._lock:
            if registration in self._registrations:
                self._registrations.remove(registration)

    def _respond(self, received: Received, target: str, closing: threading.Event) -> Outgoing | None:
        """Return the response to send, or None to close the connection."""
        request = _IncomingRequest(received, f"http://{LOOPBACK}{target}")
        with self._lock:
            self._received.append(received)
            registration, response, reasons = self._take(request)
        if registration is None or response is None:
            received.status = 501
            return text_response(501, self._describe_unmatched(received, reasons))
        outgoing = self._outgoing(response, request)
        if closing.wait(registration.delay) if registration.delay else closing.is_set():
            return None
        received.status = outgoing.status if outgoing else None
        return outgoing and outgoing._replace(pace=registration.pace)

    def _take(self, request: _IncomingRequest) -> tuple[Registration | None, responses.BaseResponse | None, list[str]]:
        reasons: list[str] = []
        for registration in reversed(self._registrations):
            response, rejected = registration.find(request)
            if response is not None:
                registration.used += 1
                return registration, response, []
            described = zip(registration.routes, rejected, strict=False)
            reasons += [_describe(route, reason) for route, reason in described]
        return None, None, reasons

    def _describe_unmatched(self, received: Received, reasons: list[str]) -> str:
        registered = "; ".join(reasons) or "nothing"
        return f"{self.name} has no response for {received.method} {received.path}. Registered: {registered}."

    def _outgoing(self, response: responses.BaseResponse, request: _IncomingRequest) -> Outgoing | None:
        if isinstance(response.body, Exception):
            return None
        try:
            raw = response.get_response(request)
        except Exception as error:
            log.exception("the stub of %s failed at %s %s", self.name, request.method, request.received.path)
            return text_response(500, f"the stub of {self.name} failed: {error!r}")
        return Outgoing(raw.status, list(raw.headers.items()), raw.read(decode_content=False))


def _matcher(where: Callable[[Received], bool]) -> Matcher:
    return lambda request: (where(cast(_IncomingRequest, request).received), "another request")


def _describe(route: Route, reason: str) -> str:
    method, path = route
    detail = "" if reason in _MATCH_FAILED_BEFORE_MATCHERS else f" ({reason})"
    return f"{method} {path}{detail}"


def _path_pattern(template: str) -> re.Pattern[str]:
    """Return the pattern of a path template; a name in braces becomes a named group for one path segment."""
    if not template.startswith("/") or "?" in template:
        raise ValueError(
            f'invalid path {template!r}: expected a "/" first and no query (match the query with a matcher)'
        )
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>[^/?#]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))


def _url_pattern(template: str) -> re.Pattern[str]:
    return re.compile(rf"http://[^/]+{_path_pattern(template).pattern}(?:\?.*)?$")
