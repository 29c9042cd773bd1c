"""Any operation of the API, as a feature writes it: for what nobody has written sentences for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.capabilities.access.client import AccessClient
from support.checks.json_paths import put
from support.checks.matchers import ABSENT, without_absent
from support.checks.openapi import operations_in
from support.drivers.http import HttpDriver, Response
from support.errors import FeatureError
from support.gherkin.parameter_types import Request
from support.gherkin.personas import ADMINISTRATOR, UNAUTHENTICATED, Persona
from support.load.concurrent import ConcurrentClients
from support.scenario.cleanup import Cleanup

PARTS = ("header", "query", "json", "form", "file")
OPENAPI = "/openapi.json"
GONE = (200, 202, 204, 404, 410)
"""How a request is answered that takes something away, whatever a platform answers, and whether it was there or not."""


@dataclass
class Content:
    """What goes with a request."""

    json: Any = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str | int] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _named: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def put(self, part: str, name: str, value: Any) -> None:
        """Put one part in: a header, a query parameter, a JSON field (its path with dots), a form field, a file.

        What is absent is left out. Fails for a part that is there already.
        """
        if (part, name) in self._named:
            raise FeatureError(f'the table has the {_called(part)} "{name}" twice')
        self._named.add((part, name))
        match part:
            case "json":
                self.json = without_absent(put(self.json, name, value))
            case _ if value is ABSENT and part in PARTS:
                pass
            case "header":
                self.headers[name] = str(value)
            case "query":
                self.query[name] = _as_query(value)
            case "form":
                self.form[name] = str(value)
            case "file":
                file_name, colon, content = str(value).partition(": ")
                if not colon:
                    raise FeatureError(
                        f'"{value}" is no file: write its name and content, as in "notes.txt: the content"'
                    )
                self.files[name] = (file_name, content.encode())
            case _:
                raise FeatureError(f'"{part}" is no part of a request; the parts are {", ".join(PARTS)}')

    def require_one_body(self) -> None:
        """Fail where JSON stands beside a form or files: a request has one body."""
        if self.json is not None and (self.form or self.files):
            raise FeatureError("a request has one body: json, or form and file, not both")


def _called(part: str) -> str:
    return "field" if part == "json" else part


class ApiClient:
    """Sends what a feature says; what was created is deleted at the end of the scenario."""

    def __init__(self, http: HttpDriver, access: AccessClient, cleanup: Cleanup, crowd: ConcurrentClients) -> None:
        self._http = http
        self._access = access
        self._cleanup = cleanup
        self._crowd = crowd
        self._deletions: Mapping[str, Sequence[str]] | None = None

    def send(self, request: Request, content: Content, *, by: Persona | None) -> Response:
        """Send one request without asserting the result."""
        return self._kept(request, self._call(request, content, by)(self._http), by)

    def send_often(
        self, request: Callable[[], tuple[Request, Content]], times: int, at_once: int, *, by: Persona | None
    ) -> list[Response]:
        """Send a request again and again, by several callers at once; each has made-up values of its own."""
        made = [request() for _ in range(times)]
        answers = self._crowd.send([self._call(*one, by) for one in made], concurrency=at_once)
        return [self._kept(one, answer, by) for (one, _), answer in zip(made, answers, strict=True)]

    def _call(self, request: Request, content: Content, by: Persona | None) -> Callable[[HttpDriver], Response]:
        token = None if by is None else self._access.token(by)
        options: dict[str, Any] = {
            "json": content.json,
            "body": content.body,
            "headers": content.headers,
            "params": content.query,
            "form": content.form or None,
            "files": content.files or None,
        }
        actor = by.name if by else UNAUTHENTICATED
        return lambda http: http.send(request.method, request.path, actor=actor, token=token, **options)

    def _kept(self, request: Request, answer: Response, by: Persona | None) -> Response:
        """Register the deletion of what was created, as the platform publishes it; fails where it publishes none.

        What nothing deletes may go with the account of its owner.
        """
        owner = by or ADMINISTRATOR
        if request.method == "POST" and answer.status == 201 and not owner.temporary:
            content = answer.json
            for id in created_ids(content):
                deletion = self._deletion(request, id, owner)
                if deletion is not None:
                    self._cleanup.add(f"send {deletion}", self._access.removal(deletion.path, of=owner, answers=GONE))
        return answer

    def _deletion(self, request: Request, id: str, owner: Persona) -> Request | None:
        deletion = deletion_of(request.path.partition("?")[0], id, self._known_deletions())
        if deletion is None and not self._access.goes_with_account(owner):
            raise FeatureError(
                f"{request} made something that no request deletes, so it would stay: "
                "let it be of somebody who leaves again (Given Nora has just joined; When Nora sends ...)"
            )
        return deletion

    def _known_deletions(self) -> Mapping[str, Sequence[str]]:
        if self._deletions is None:
            self._deletions = deletions(self._http.get(OPENAPI).expect(200).document)
        return self._deletions


def deletions(openapi: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return the paths that can be deleted, with the names of the query parameters, as the platform publishes them."""
    return {
        path: [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"]
        for method, path, operation in operations_in(openapi)
        if method == "DELETE"
    }


def created_ids(content: object) -> list[str]:
    """Return the ids of what a response created: its own, or those of the statuses that it lists."""
    if not isinstance(content, dict):
        return []
    listed = content.get("statuses")
    items = listed if isinstance(listed, list) else [content]
    ids = [item.get("id", item.get("status_id")) for item in items if isinstance(item, dict)]
    return [str(id) for id in ids if id is not None]


def deletion_of(path: str, id: str, known: Mapping[str, Sequence[str]]) -> Request | None:
    """Return the request that deletes what a POST to `path` created; None where the platform has none.

    Either the thing lies below the path that it was posted to, or beside it (`/api/vod/create`).
    """
    for created in (f"{path}/{id}", f"{path.rpartition('/')[0]}/{id}"):
        for template, parameters in known.items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), created):
                return Request("DELETE", created + ("?permanent=true" if "permanent" in parameters else ""))
    return None


def _as_query(value: Any) -> str | int:
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, int) else str(value)


def describe_statuses(seen: Mapping[int, int]) -> str:
    """Return in a few words how often each status was answered."""
    return ", ".join(f"{number} x {status}" for status, number in seen.items())


def statuses(answers: Iterable[Response]) -> Mapping[int, int]:
    """Return how often each status was answered."""
    actual: dict[int, int] = {}
    for answer in answers:
        actual[answer.status] = actual.get(answer.status, 0) + 1
    return dict(sorted(actual.items()))
