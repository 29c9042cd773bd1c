"""A hundred and more requests that no platform should take, of every kind that clients send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from support.capabilities.access.client import AccessClient
from support.drivers.http import HttpDriver
from support.gherkin.personas import Persona

_ID = "00000000-0000-4000-8000-000000000000"
_BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "half a document": b'{"title": "x", "file_path": ',
    "no JSON": b"title=x&file_path=y.mp4",
    "not UTF-8": b'{"title": "\xff\xfe", "file_path": "x.mp4"}',
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"7",
    "null": b"null",
    "NaN": b'{"title": "x", "file_path": "x.mp4", "duration": NaN}',
    "a huge number": b'{"title": "x", "file_path": "x.mp4", "duration": 1e999}',
    "a deep document": b'{"title": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "an unknown field": b'{"surprise": true}',
    "a body without end": b'{"title": "' + b"x" * (1024 * 1024 + 1) + b'"}',
}
_WRONG_FIELDS: Mapping[str, Mapping[str, object]] = {
    "a title of NUL": {"title": "\0", "file_path": "x.mp4"},
    "half a surrogate": {"title": "\ud83d", "file_path": "x.mp4"},
    "a blank title": {"title": "  ", "file_path": "x.mp4"},
    "a title that is too long": {"title": "x" * 256, "file_path": "x.mp4"},
    "a title that is a list": {"title": ["x"], "file_path": "x.mp4"},
    "a way out of the storage": {"title": "x", "file_path": "../../etc/passwd.mp4"},
    "an absolute path": {"title": "x", "file_path": "/etc/passwd.mp4"},
    "a shell in the path": {"title": "x", "file_path": "$(reboot).mp4"},
    "SQL in the path": {"title": "x", "file_path": "'; DROP TABLE vods; --.mp4"},
    "another type": {"title": "x", "file_path": "x.exe"},
    "a negative duration": {"title": "x", "file_path": "x.mp4", "duration": -1},
    "a duration in words": {"title": "x", "file_path": "x.mp4", "duration": "long"},
    "a size beyond all": {"title": "x", "file_path": "x.mp4", "file_size": 2**70},
}
_WRITING = (
    ("POST", "/api/vod/create"),
    ("PUT", f"/api/vod/{_ID}"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/research/sessions"),
    ("POST", f"/api/research/sessions/{_ID}/transition"),
)
_WRONG_REQUESTS = (
    ("GET", "/api/vod/not-an-id"),
    ("GET", "/api/vod/%00"),
    ("GET", "/api/vod/..%2f..%2fetc%2fpasswd"),
    ("GET", f"/api/vod/{_ID}0"),
    ("GET", f"/api/vod/{_ID}"),
    ("DELETE", f"/api/vod/{_ID}"),
    ("POST", f"/api/vod/{_ID}/transcribe"),
    ("POST", f"/api/vod/{_ID}/publish"),
    ("GET", f"/api/tasks/{_ID}"),
    ("GET", "/api/tasks/7"),
    ("GET", "/api/vod/list?limit=0"),
    ("GET", "/api/vod/list?limit=101"),
    ("GET", "/api/vod/list?limit=ten"),
    ("GET", "/api/vod/list?offset=-1"),
    ("GET", "/api/vod/list?offset=99999999999999999999"),
    ("GET", "/api/vod/list?status=finished"),
    ("GET", "/api/vod/list?order=random"),
    ("GET", "/api/vod/list?limit=1&limit=2x"),
    ("DELETE", "/api/vod/list"),
    ("PUT", "/api/vod/create"),
    ("PATCH", "/api/health"),
    ("POST", "/api/health"),
    ("GET", "/api"),
    ("GET", "/api/"),
    ("GET", "/api/vod/list/"),
    ("GET", "/nothing/here"),
    ("GET", "/" + "x" * 4000),
    ("POST", "/api/vod/create/"),
    ("GET", "/api/research/sessions/x"),
    ("GET", f"/api/notifications/{_ID}x"),
    ("GET", "/admin/nothing"),
)
_WRONG_HEADERS: tuple[Mapping[str, str], ...] = (
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer x.y.z"},
    {"Authorization": "Bearer " + "x" * 5000},
    {"Authorization": "Basic ZGFuYTpkYW5h"},
    {"Authorization": "Nonsense"},
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
)
_NO_HTTP = (
    b"HELLO\r\n\r\n",
    b"GET /api/health\r\n\r\n",
    b"GET /api/health HTTP/9.9\r\n\r\n",
    b"GET /api/health HTTP/1.1\r\nHost x\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: minus one\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
)


@dataclass(frozen=True)
class Refusal:
    """How one malformed request was answered; `status` is None where the connection was closed instead."""

    what: str
    status: int | None

    def __str__(self) -> str:
        return f"{self.what}: {self.status or 'hung up'}"


class MalformedRequests:
    """Sends them all."""

    def __init__(self, http: HttpDriver, access: AccessClient) -> None:
        self._http = http
        self._access = access

    def send_all(self, *, by: Persona) -> list[Refusal]:
        """Send every malformed request, signed in where the mistake is not the signing in; return the answers."""
        return [*self._with_mistakes(by), *self._without_sense()]

    def _with_mistakes(self, by: Persona) -> Iterator[Refusal]:
        token = self._access.token(by)
        for method, path in _WRITING:
            for what, body in _BODIES.items():
                yield self._send(what, method, path, token=token, actor=by.name, body=body)
        for what, fields in _WRONG_FIELDS.items():
            content = json.dumps(fields).encode()
            yield self._send(what, "POST", "/api/vod/create", token=token, actor=by.name, body=content)
        for method, path in _WRONG_REQUESTS:
            yield self._send("nothing there", method, path, token=token, actor=by.name)
        for headers in _WRONG_HEADERS:
            yield self._send("a wrong token", "GET", "/api/vod/list", headers=headers, actor=by.name)

    def _send(self, what: str, method: str, path: str, **options: object) -> Refusal:
        path, _, query = path.partition("?")
        parameters = {"params": query} if query else {}
        answer = self._http.send(method, path, **parameters, **options)  # type: ignore[arg-type]
        return Refusal(f"{method} {path[:60]} with {what}", answer.status)

    def _without_sense(self) -> Iterator[Refusal]:
        for sent in _NO_HTTP:
            answer = self._http.send_raw(sent)
            parts = answer.split(maxsplit=2)
            status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
            yield Refusal(repr(sent[:40]), status)
