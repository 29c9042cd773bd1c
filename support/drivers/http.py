"""HTTP requests of one scenario, with time limits; every exchange is recorded as evidence."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import default_headers
from urllib3.exceptions import ReadTimeoutError

from support.checks import strict_json
from support.checks.comparison import fail, format_value
from support.drivers.tls import describe_scheme, describe_tls_error
from support.errors import FeatureError
from support.evidence.recorder import Exchange, Recorder
from support.targets.settings import NO_WRITES, Limits

READING = frozenset({"GET", "HEAD", "OPTIONS"})
SUMMARY_LIMIT = 80  # characters of a body in a message
_HEADERS = {**default_headers(), "Accept": "application/json"}
# `responses` patches this method in the whole process; a patched one would make every check a false green.
_SEND = HTTPAdapter.send


class NoResponse(AssertionError):
    """A request without a response: refused, cut off, or later than the target's limit (`timed_out`)."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class WriteRejected(FeatureError):
    """The scenario must not write, so the driver did not send the request."""


@dataclass(frozen=True)
class Response:
    """A response. As a text it is its request: "Dana's GET /api/vod/list".

    `seconds` is the time from sending the request to the last byte. `summarize` may return the body in a few words.
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0
    actor: str | None = None
    mask: Callable[[str], str] = str
    summarize: Callable[[bytes], str | None] = lambda body: None

    @property
    def json(self) -> Any:
        """The body as JSON; fails if it is not valid JSON."""
        try:
            return strict_json.parse(self.body)
        except ValueError as error:
            raise fail(f"body of {self}: expected JSON, got {self._excerpt} ({error})") from error

    @property
    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object; fails if it is something else."""
        content = self.json
        if not isinstance(content, dict):
            raise fail(f"body of {self}: expected a JSON object, got {format_value(content)[:SUMMARY_LIMIT]}")
        return content

    @property
    def text(self) -> str:
        """The body as UTF-8 text; fails if it is not valid UTF-8."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise fail(f"body of {self}: expected UTF-8 text, got {self._excerpt}") from error

    def expect(self, *statuses: int) -> Response:
        """Return this response if it has one of the statuses; fail with a summary of the body otherwise."""
        if self.status not in statuses:
            expected = " or ".join(map(str, statuses))
            raise fail(f"status of {self}: expected {expected}, got {self.status} {self.summary}")
        return self

    @property
    def summary(self) -> str:
        """The body in a few words, for a message."""
        return self.mask(self.summarize(self.body) or "") or self._excerpt

    @property
    def _excerpt(self) -> str:
        # Masked before it is cut: no masker recognises the first half of a secret.
        text = self.mask(self.body.decode("utf-8", "backslashreplace"))
        return f'"{text[:SUMMARY_LIMIT]}..."' if len(text) > SUMMARY_LIMIT else f'"{text}"'

    def __str__(self) -> str:
        return f"{self.actor}'s {self.method} {self.path}" if self.actor else f"{self.method} {self.path}"


ResponseHook = Callable[[Response], object]
"""Called with every response, in the given order; it may raise AssertionError."""


class HttpDriver:
    """Send the requests of one scenario to one server.

    Without `writes` only reading requests are sent, and POSTs to the paths of `exempt`. `connections` are shared by
    the scenarios of a run; without them the driver opens its own. `headers` are added to every request. `trusted` is
    the file of the trusted certificate authorities, or True for those of the system.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        evidence: Recorder,
        *,
        writes: bool,
        exempt: Collection[str] = (),
        connections: HTTPAdapter | None = None,
        hooks: Sequence[ResponseHook] = (),
        summarize: Callable[[bytes], str | None] = lambda body: None,
        headers: Mapping[str, str] | None = None,
        trusted: str | bool = True,
    ) -> None:
        self._url = url.rstrip("/")
        self._limits = limits
        self._evidence = evidence
        self._writes = writes
        self._exempt = exempt
        self._hooks = hooks
        self._summarize = summarize
        self._headers = {**_HEADERS, **(headers or {})}
        self._trusted = trusted
        # No `requests.Session`: proxies and .netrc of this machine must not change what is tested, and a cookie of
        # one persona must not be sent for the next.
        self._connections = connections or HTTPAdapter()
        self._own_connections = connections is None

    def get(self, path: str, **options: Any) -> Response:
        """Send a GET; see `send` for the options."""
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        """Send a POST; see `send` for the options."""
        return self.send("POST", path, **options)

    def put(self, path: str, **options: Any) -> Response:
        """Send a PUT; see `send` for the options."""
        return self.send("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Response:
        """Send a DELETE; see `send` for the options."""
        return self.send("DELETE", path, **options)

    def send(self, method: str, path: str, *, actor: str | None = None, **options: Any) -> Response:
        """Send one request, record the exchange and return the response; see `_prepare` for the options.

        Redirects are not followed: an API that redirects is worth noticing, and would lose the token on the way.
        Raises NoResponse when no response came within the target's limits, WriteRejected when the scenario must not
        write, and AssertionError from a response hook.
        """
        self._require_allowed(method, path)
        request = self._prepare(method, path, **options)
        started, start = time.time(), time.monotonic()
        received: requests.Response | None = None
        error: requests.RequestException | None = None
        try:
            timeout = (self._limits.connect, self._limits.response)
            received = self._connections.send(request, timeout=timeout, verify=self._trusted)
            received.content  # noqa: B018 - reads the body: a response that is cut off is none
        except requests.RequestException as failure:
            received, error = None, failure
        seconds = time.monotonic() - start
        reason = None if error is None else _describe(error, self._limits, self._url)
        self._record(request, received, actor, started, seconds, reason)
        if received is None or error is not None:
            subject = f"{actor}'s {method} {path}" if actor else f"{method} {path}"
            raise NoResponse(f"{subject}: expected a response, got none: {reason}", timed_out=_timed_out(error))
        response = Response(
            *(method, path, received.status_code, received.headers, received.content, seconds, actor),
            *(self._evidence.mask, self._summarize),
        )
        for hook in self._hooks:
            hook(response)
        return response

    def _prepare(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: object = None,
        body: bytes | None = None,
        params: Mapping[str, str | int] | str | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> requests.PreparedRequest:
        """Return a request, signed with `token` or unauthenticated.

        `json` is encoded; `body` is sent unchanged, as JSON unless `headers` name another type. `form` is URL-encoded,
        or multipart together with `files`: name and content by field.
        """
        return requests.Request(
            method,
            self._url + path,
            params=params,
            json=json,
            data=form if body is None else body,
            files=files,
            headers={
                **self._headers,
                **({"Authorization": f"Bearer {token}"} if token else {}),
                **({"Content-Type": "application/json"} if body is not None else {}),
                **(headers or {}),
            },
        ).prepare()

    def _record(
        self,
        request: requests.PreparedRequest,
        received: requests.Response | None,
        actor: str | None,
        started: float,
        seconds: float,
        error: str | None,
    ) -> None:
        self._evidence.exchange(
            Exchange(
                method=str(request.method),
                url=str(request.url),
                actor=actor,
                request_headers=dict(request.headers),
                request_body=request.body.encode() if isinstance(request.body, str) else request.body,
                status=None if received is None else received.status_code,
                reason=None if received is None else received.reason,
                response_headers={} if received is None else dict(received.headers),
                response_body=None if received is None else received.content,
                started=started,
                elapsed=seconds,
                error=error,
            )
        )

    def send_raw(self, request: bytes) -> bytes:
        """Send bytes that may be invalid HTTP; return the response, empty where the server closes the connection.

        Raises NoResponse when neither happens within the target's limits, or no connection is made.
        """
        address = urlsplit(self._url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        start, started, response = time.monotonic(), time.time(), b""
        subject = f"{request[:40]!r}"
        try:
            opened = socket.create_connection((address.hostname or "", port), self._limits.connect)
        except OSError as error:
            raise NoResponse(f"{subject}: expected a response, got no connection: {error}") from error
        with closing(opened) as connection:
            connection.settimeout(self._limits.response)
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while part := connection.recv(65536):
                    response += part
            except TimeoutError:
                raise NoResponse(
                    f"{subject}: expected a response or a closed connection, got neither", timed_out=True
                ) from None
            except OSError as error:
                # The server closed the connection, maybe before the request was complete.
                if not isinstance(error, ConnectionError) and error.errno != errno.ENOTCONN:
                    raise
        self._evidence.attach(
            f"bytes, sent {started:.0f}, after {time.monotonic() - start:.3f} s",
            f"{request[:200]!r}\n\n{response[:2000].decode('latin-1')}",
            "text/plain",
        )
        return response

    def _require_allowed(self, method: str, path: str) -> None:
        if HTTPAdapter.send is not _SEND:
            raise RuntimeError("`responses` is active in this process: no request would reach the platform")
        if not (self._writes or method in READING or (method == "POST" and path in self._exempt)):
            raise WriteRejected(f"{method} {path} was not sent: {NO_WRITES}")

    def close(self) -> None:
        """Close the connections, if they are the driver's own."""
        if self._own_connections:
            self._connections.close()


def _describe(error: requests.RequestException, limits: Limits, url: str) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection was made within {limits.connect:g} s"
    if _timed_out(error):
        return f"no response came within {limits.response:g} s"
    if isinstance(error, requests.exceptions.SSLError):  # a ConnectionError too
        return describe_tls_error(error)
    if isinstance(error, requests.ConnectionError):
        return "the connection was refused or closed" + describe_scheme(url, limits.connect)
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the response was cut off"
    return f"the exchange failed: {error}"


def _timed_out(error: requests.RequestException | None) -> bool:
    # A body that stops coming is reported as a connection error that carries the time-out.
    return isinstance(error, requests.Timeout) or any(
        isinstance(cause, ReadTimeoutError) for cause in (error.args if error else ())
    )
