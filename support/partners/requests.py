"""One request that a stub received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

from support.checks import strict_json


class UploadedFile(NamedTuple):
    """One file of a multipart body."""

    file_name: str
    content: bytes


@dataclass(eq=False)
class Received:
    """One received request.

    `path` is without the query and percent-decoded; `at` is on the monotonic clock, in seconds. `status` is that of the
    response: None before the response, and when the connection was closed instead.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    at: float
    status: int | None = None

    def json(self) -> Any:
        """Return the body as JSON. ValueError for invalid JSON."""
        return strict_json.parse(self.body)

    def form(self) -> dict[str, str]:
        """Return the fields of a URL-encoded or multipart body, without its files."""
        if self._media_type() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        return {name: _content(part).decode() for name, part in self._parts() if part.get_filename() is None}

    def files(self) -> dict[str, UploadedFile]:
        """Return the files of a multipart body by field name."""
        return {
            name: UploadedFile(file_name, _content(part))
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
