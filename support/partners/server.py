"""A stub of an outside service: a real HTTP server on loopback that answers with `responses` registrations.

`responses` normally patches `requests` for the whole process. That must not happen here, because the same process
makes live calls. So a registration is only asked whether it matches a request that came in over the socket, and for
the answer it would give; nothing is ever patched.
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

from support.partners.listener import LOOPBACK, Listener, Outgoing, sentence
from support.partners.requests import Received

log = logging.getLogger(__name__)

Matcher = Callable[[PreparedRequest], tuple[bool, str]]
"""One of `responses.matchers`: says whether it accepts a request, and why not."""

Route = tuple[str, str]
"""Method and path template, such as `("GET", "/vods/{id}/status")`."""

Reply = tuple[int, Mapping[str, str], str | bytes]
"""Status, headers and body, as `responses` wants them from a callback."""


class How(TypedDict, total=False):
    """How a request is answered, beside the status.

    An exception as `body` drops the connection without an answer, a `Content-Length` header above the length of the
    body cuts the answer off in the middle. `times` is how often it is given, None for good. `delay` and `pace` are in
    seconds: before the answer, and between two bytes of its body, which otherwise comes whole. `match` and `where` are
    what must hold of a request.
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

    `delay` and `pace` are in seconds: before an answer, and between two bytes of its body. `remove` takes the
    registration back, for a scenario that shares the stub with others.
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
        self._listener: Listener | None = None
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
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    def start(self) -> None:
        """Listen. OSError when the port of an earlier start has been taken meanwhile."""
        if self._listener is not None:
            raise RuntimeError(f"The stub of {self.name} is running already.")
        self._listener = Listener(self.name, self._answer, self._port)
        self._port = self._listener.server_address[1]
        self._listener.start()

    def close(self) -> None:
        """Stop listening, drop every connection and wait for the threads. Registrations and what was received stay."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def register(self, method: str, path: str, *, status: int = 200, **how: Unpack[How]) -> Registration:
        """Answer a request so; the latest registration that fits and is not used up wins.

        `path` may hold names in braces: `/vods/{id}`.
        """
        return self.register_any([(method, path)], status=status, **how)

    def register_any(self, routes: Iterable[Route], *, status: int = 200, **how: Unpack[How]) -> Registration:
        """Answer each of several routes so, as `register` does for one; `times` counts them together."""
        routes, matchers = tuple(routes), [*how.get("match", ())]
        if "where" in how:
            matchers.append(_matcher(how["where"]))
        answers = [
            responses.Response(
                method.upper(),
                _url_pattern(path),
                how.get("body", ""),
                json=how.get("json"),
                status=status,
                headers=how.get("headers"),
                match=matchers,
            )
            for method, path in routes
        ]
        return self._add(routes, answers, how.get("times"), how.get("delay", 0.0), how.get("pace", 0.0))

    def register_callback(
        self,
        method: str,
        path: str,
        callback: Callable[..., Reply],
        *,
        times: int | None = None,
        delay: float = 0.0,
    ) -> Registration:
        """Answer with what `callback(received, **values)` returns; `values` are the names in the path, as strings.

        The callback is called at once, also where its answer comes with a `delay`.
        """
        url = _url_pattern(path)

        def answer(request: PreparedRequest) -> Reply:
            incoming = cast(_IncomingRequest, request)
            found = cast(re.Match[str], url.match(str(request.url)))
            return callback(incoming.received, **{name: unquote(value) for name, value in found.groupdict().items()})

        response = responses.CallbackResponse(method.upper(), url, answer)
        return self._add([(method, path)], [response], times, delay)

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
        self,
        routes: Iterable[Route],
        answers: Iterable[responses.BaseResponse],
        times: int | None,
        delay: float,
        pace: float = 0.0,
    ) -> Registration:
        registration = Registration(tuple(routes), times, delay, pace, remove=lambda: self._remove(registration))
        for answer in answers:
            registration.registry.add(answer)
        with self._lock:
            self._registrations.append(registration)
        return registration

    def _remove(self, registration: Registration) -> None:
        with self._lock:
            if registration in self._registrations:
                self._registrations.remove(registration)

    def _answer(self, received: Received, target: str, closing: threading.Event) -> Outgoing | None:
        """Return what to send, or None to drop the connection."""
        request = _IncomingRequest(received, f"http://{LOOPBACK}{target}")
        with self._lock:
            self._received.append(received)
            registration, response, reasons = self._take(request)
        if registration is None or response is None:
            received.status = 501
            return sentence(501, self._nothing_answers(received, reasons))
        outgoing = self._outgoing(response, request)
        if closing.wait(registration.delay) if registration.delay else closing.is_set():
            return None
        received.status = outgoing.status if outgoing else None
        return outgoing and outgoing._replace(pace=registration.pace)

    def _take(self, request: _IncomingRequest) -> tuple[Registration | None, responses.BaseResponse | None, list[str]]:
        reasons: list[str] = []
        for registration in reversed(self._registrations):
            response, refused = registration.find(request)
            if response is not None:
                registration.used += 1
                return registration, response, []
            described = zip(registration.routes, refused, strict=False)
            reasons += [_describe(route, reason) for route, reason in described]
        return None, None, reasons

    def _nothing_answers(self, received: Received, reasons: list[str]) -> str:
        registered = "; ".join(reasons) or "nothing"
        return f"{self.name} has no answer to {received.method} {received.path}. Registered: {registered}."

    def _outgoing(self, response: responses.BaseResponse, request: _IncomingRequest) -> Outgoing | None:
        if isinstance(response.body, Exception):
            return None
        try:
            answer = response.get_response(request)
        except Exception as error:
            log.exception("The stub of %s failed at %s %s", self.name, request.method, request.received.path)
            return sentence(500, f"The stub of {self.name} failed: {error!r}.")
        return Outgoing(answer.status, list(answer.headers.items()), answer.read(decode_content=False))


def _matcher(where: Callable[[Received], bool]) -> Matcher:
    return lambda request: (where(cast(_IncomingRequest, request).received), "not for this request")


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
