"""HTTP as a scenario uses it: an actor, time limits, evidence, and answers that can be questioned."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import default_headers
from urllib3.exceptions import ReadTimeoutError

from support.checks.envelope import shows_of_the_inside
from support.checks.matching import fail
from support.checks.openapi import ApiDocument
from support.drivers.trust import distrust
from support.evidence.recorder import Exchange, Recorder
from support.mistakes import FeatureMistake
from support.settings import NO_WRITES, Limits

READING = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNING_IN = frozenset({"/api/auth/login", "/api/auth/refresh", "/api/auth/logout"})
REJECTIONS: Mapping[str, tuple[int, str]] = {
    "unauthenticated": (401, "AuthenticationError"),
    "forbidden": (403, "PermissionError"),
    "not found": (404, "NotFoundError"),
    "conflicting": (409, "ConflictError"),
}
"""Reasons of a rejection, with the status and the type of the error."""
_HEADERS = {**default_headers(), "Accept": "application/json"}
# `responses` patches this method in the whole process; a patched one would make every check a false green.
_SEND = HTTPAdapter.send


class NoAnswer(AssertionError):
    """The platform gave no HTTP answer: refused, hung up, or took longer than the target's limit (`too_late`)."""

    def __init__(self, sentence: str, *, too_late: bool = False) -> None:
        super().__init__(sentence)
        self.too_late = too_late


class WriteRefused(FeatureMistake):
    """Nothing may be written in this scenario, so the driver did not send the request."""


@dataclass(frozen=True)
class Answer:
    """What the platform answered. `seconds` is the time from sending the request to the last byte."""

    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    parse: Callable[[], Any]
    actor: str | None = None
    mask: Callable[[str], str] = str

    @property
    def json(self) -> Any:
        """The body as JSON; fails with a sentence where it is none."""
        try:
            return self.parse()
        except ValueError as error:
            raise fail(f"{self} should be answered with JSON, but was {self._beginning}") from error

    @property
    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object; fails with a sentence where it is none."""
        content = self.json
        if not isinstance(content, dict):
            raise fail(f"{self} should be answered with a JSON object, but was {content!r}")
        return content

    @property
    def text(self) -> str:
        """The body as UTF-8 text; fails with a sentence where it is none."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise fail(f"{self} should be answered with UTF-8 text, but was {self._beginning}") from error

    @property
    def error(self) -> Mapping[str, Any]:
        """The content of the error envelope; fails with a sentence where the answer carries none."""
        envelope = self.document.get("error")
        if not isinstance(envelope, dict) or not {"type", "message", "details", "request_id"} <= envelope.keys():
            raise fail(f"{self} should carry the error envelope, but was {self.told}")
        return envelope

    def expect(self, *statuses: int) -> Answer:
        """Return this answer if its status is one of these; fail with what the platform said otherwise."""
        if self.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise fail(f"{self} should be answered {wanted}, but was answered {self.status} {self.told}")
        return self

    @property
    def told(self) -> str:
        """What the platform said in its error envelope, or the begin of the body."""
        try:
            error = self.parse()["error"]
            details = "; ".join(f"{detail['field']}: {detail['issue']}" for detail in error["details"])
            return f'{error["type"]}: "{error["message"]}"' + (f" ({details})" if details else "")
        except (ValueError, KeyError, TypeError):
            return f"with {self._beginning}"

    @property
    def _beginning(self) -> str:
        # Masked before it is cut: nothing finds the first half of a secret.
        text = self.mask(self.body.decode("utf-8", "backslashreplace"))
        return f'"{text[:80]}..."' if len(text) > 80 else f'"{text}"'

    def __str__(self) -> str:
        return self.request


class HttpDriver:
    """One scenario's way to the API. Without `writes` it sends nothing but reading requests and sign-ins.

    `connections` are those of the run, which scenarios use one after the other; the driver makes its own without.
    `created` is told of every POST that was answered 201, with its path and answer. `document` is what every answer is
    compared with. `trusted` says whose word is taken for who the platform is, see `Target.trusted`.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        evidence: Recorder,
        *,
        writes: bool,
        connections: HTTPAdapter | None = None,
        created: Callable[[str, Answer], None] = lambda path, answer: None,
        document: ApiDocument | None = None,
        trusted: str | bool = True,
    ) -> None:
        self._trusted = trusted
        self._created = created
        self._url = url.rstrip("/")
        self._document = document
        self._limits = limits
        self._evidence = evidence
        self._writes = writes
        # No `requests.Session`: proxies and .netrc of the tester's machine have no say in what is tested, and a cookie
        # given to one persona must not speak for the next.
        self._connections = connections or HTTPAdapter()
        self._own_connections = connections is None

    def get(self, path: str, **options: Any) -> Answer:
        """Send a GET; see `send` for the options."""
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """Send a POST; see `send` for the options."""
        return self.send("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answer:
        """Send a PUT; see `send` for the options."""
        return self.send("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """Send a DELETE; see `send` for the options."""
        return self.send("DELETE", path, **options)

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        actor: str | None = None,
        json: object = None,
        body: bytes | None = None,
        params: Mapping[str, str | int] | str | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Answer:
        """Send one request, as the owner of `token` or as nobody, and record the exchange.

        `json` is written as JSON; `body` is sent as it is, and said to be JSON where `headers` name no other type.
        `form` is URL-encoded, or multipart together with `files`: name and content by field.

        Redirects are not followed: an API that redirects is worth noticing, and would lose the token on the way.
        Raises NoAnswer when no answer came within the target's limits, WriteRefused when the target is read-only, and
        AssertionError for an answer that is not as the platform's own OpenAPI document says, or whose error envelope
        shows SQL, a stack or a path of the server.
        """
        self._guard(method, path)
        request = requests.Request(
            method,
            self._url + path,
            params=params,
            json=json,
            data=form if body is None else body,
            files=files,
            headers={
                **_HEADERS,
                **({"Authorization": f"Bearer {token}"} if token else {}),
                **({"Content-Type": "application/json"} if body is not None else {}),
                **(headers or {}),
            },
        ).prepare()
        started, begin = time.time(), time.monotonic()
        answer: requests.Response | None = None
        trouble: str | None = None
        too_late = False
        try:
            patience = (self._limits.connect, self._limits.answer)
            answered = self._connections.send(request, timeout=patience, verify=self._trusted)
            answered.content  # noqa: B018 - reads the body: an answer that breaks off is none
            answer = answered
        except requests.RequestException as error:
            trouble, too_late = _reason(error, self._limits), _took_too_long(error)
        seconds = time.monotonic() - begin
        self._evidence.exchange(
            Exchange(
                method=method,
                url=request.url or self._url + path,
                actor=actor,
                request_headers=dict(request.headers),
                request_body=request.body.encode() if isinstance(request.body, str) else request.body,
                status=None if answer is None else answer.status_code,
                reason=None if answer is None else answer.reason,
                response_headers={} if answer is None else dict(answer.headers),
                response_body=None if answer is None else answer.content,
                started=started,
                elapsed=seconds,
                error=trouble,
            )
        )
        who = f"{actor}'s {method} {path}" if actor else f"{method} {path}"
        if answer is None:
            raise NoAnswer(f"{who} should be answered, but {trouble}", too_late=too_late)
        mask = self._evidence.mask
        told = Answer(who, answer.status_code, answer.headers, answer.content, seconds, answer.json, actor, mask)
        if method == "POST" and told.status == 201:
            self._created(path, told)
        self._compare(who, method, path, answer)
        if told.status >= 400 and (inside := shows_of_the_inside(told.body)):
            raise fail(
                f"{who} was answered {told.status}, and should show nothing of the inside, but shows {mask(inside)}"
            )
        return told

    def send_raw(self, request: bytes) -> bytes:
        """Send bytes that need not be HTTP, and return what comes back; nothing where the platform just hangs up.

        Raises NoAnswer when neither happens within the target's limits, or no connection is made.
        """
        address = urlsplit(self._url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        begin, started, answer = time.monotonic(), time.time(), b""
        try:
            made = socket.create_connection((address.hostname or "", port), self._limits.connect)
        except OSError as error:
            raise NoAnswer(f"{request[:40]!r} should be answered, but no connection was made: {error}") from error
        with closing(made) as connection:
            connection.settimeout(self._limits.answer)
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while part := connection.recv(65536):
                    answer += part
            except TimeoutError:
                raise NoAnswer(
                    f"{request[:40]!r} should be answered, or hung up on, but is not", too_late=True
                ) from None
            except OSError as error:
                # It hung up on us, maybe before we had told that we have said everything.
                if not isinstance(error, ConnectionError) and error.errno != errno.ENOTCONN:
                    raise
        self._evidence.attach(
            f"bytes, sent {started:.0f}, after {time.monotonic() - begin:.3f} s",
            f"{request[:200]!r}\n\n{answer[:2000].decode('latin-1')}",
            "text/plain",
        )
        return answer

    def _compare(self, who: str, method: str, path: str, answer: requests.Response) -> None:
        if self._document is None:
            return
        status, content = answer.status_code, answer.content if method != "HEAD" else b""
        difference = self._document.differences(method, path.partition("?")[0], status, answer.headers, content)
        if difference:
            raise fail(f"{who} was answered {status}, not as the platform's OpenAPI document says: {difference}")

    def _guard(self, method: str, path: str) -> None:
        if HTTPAdapter.send is not _SEND:
            raise RuntimeError("`responses` is active in this process: no request would reach the platform")
        if not (self._writes or method in READING or (method == "POST" and path in SIGNING_IN)):
            raise WriteRefused(f"{method} {path} was not sent: {NO_WRITES}")

    def close(self) -> None:
        """Close the connections, if they are the driver's own."""
        if self._own_connections:
            self._connections.close()


def _reason(error: requests.RequestException, limits: Limits) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection was made within {limits.connect:g} s"
    if _took_too_long(error):
        return f"no answer came within {limits.answer:g} s"
    if isinstance(error, requests.exceptions.SSLError):  # a ConnectionError too
        return distrust(error)
    if isinstance(error, requests.ConnectionError):
        return "the connection was refused or closed"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer broke off"
    return f"the exchange failed: {error}"


def _took_too_long(error: requests.RequestException) -> bool:
    # A body that stops coming is reported as a connection error that carries the time-out.
    return isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args)
