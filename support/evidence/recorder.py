"""What one scenario asked of the target, kept as evidence and attached to its steps in the Allure report."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import allure
from allure_commons.types import AttachmentType

from support.evidence.items import ROWS_KEPT, Command, Exchange, Item, Query
from support.evidence.lines import Line, tell_line
from support.evidence.masking import MASK, Masker, is_secret_name
from support.evidence.transcript import Chapter, transcript
from support.evidence.wording import (
    BODY_LIMIT,
    body_of,
    cell,
    digest,
    exchange_title,
    is_text,
    media_type,
    parameters_of,
    rows_of,
    times_of,
)

__all__ = ["BODY_LIMIT", "ROWS_KEPT", "TRANSCRIPT", "Command", "Exchange", "Query", "Recorder", "curl"]

TRANSCRIPT = "Everything that was exchanged"

_HTTP_EXCHANGE = "application/vnd.allure.http+json"
_ALLURE_TYPES = {known.mime_type: known for known in AttachmentType}
_BEARER = re.compile(rf"[A-Za-z]+ {re.escape(MASK)}")
# Headers that curl sends by itself, or that are wrong once the body has been masked.
_NOT_REPLAYED = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})


@dataclass(frozen=True)
class _Attachment:
    name: str
    body: str | bytes
    media_type: str


class Recorder:
    """Keeps what one scenario did, and attaches it to the step under way when that step ends.

    Nothing is rendered before `step_ended`; whatever is written then goes through the masker.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._exchanges: list[Exchange] = []
        self._last_failure: Item | None = None
        self._step: list[Item | _Attachment] = []
        self._chapters: list[Chapter] = []

    def mask(self, text: str) -> str:
        """The text as it may be shown."""
        return self._masker.text(text)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every HTTP exchange of the scenario so far, unmasked, oldest first."""
        return tuple(self._exchanges)

    @property
    def last_failure(self) -> str | None:
        """The last thing that went wrong (an error, or an answer of 400 and up), masked, in one line."""
        return digest(self._last_failure, self._masker) if self._last_failure else None

    def exchange(self, exchange: Exchange) -> None:
        """Record an HTTP exchange."""
        self._exchanges.append(exchange)
        self._keep(exchange, failed=bool(exchange.error) or (exchange.status or 0) >= 400)

    def query(self, query: Query) -> None:
        """Record an SQL statement."""
        self._keep(query, failed=bool(query.error))

    def command(self, command: Command) -> None:
        """Record a command of a key-value store."""
        self._keep(command, failed=bool(command.error))

    def attach(self, name: str, body: str | bytes, media_type: str) -> None:
        """Keep a file for the report, for instance a caption file; it is attached when the step ends."""
        self._step.append(_Attachment(name, body, media_type))

    def step_ended(self, failed: bool, title: str = "") -> None:
        """Tell in the report what was recorded since the last call, in the Allure step (or fixture) under way.

        A step that passed gets a line for each; making a file for each would take longer than most steps do. The
        whole is in the transcript. A step that failed gets every exchange as Allure draws it, tables of rows, a
        digest, and a `curl` line that replays its last HTTP request.
        """
        recorded, self._step = list(_collapsed(self._step)), []
        items = [(item, times) for item, times in recorded if not isinstance(item, _Attachment)]
        self._chapters.append(Chapter(title, items))
        if failed:
            self._attach_all(items)
        else:
            for item, times in items:
                tell_line(Line(digest(item, self._masker, times), item.elapsed))
        for attachment, _ in recorded:
            if isinstance(attachment, _Attachment):
                body = attachment.body
                shown = self._masker.text(body) if isinstance(body, str) else body
                _attach(attachment.name, shown, attachment.media_type)

    def scenario_ended(self, failed: bool) -> None:
        """Tell what was recorded after the last step (the tear-down), attach the transcript, forget the scenario."""
        self.step_ended(failed, "Afterwards")
        chapters, self._chapters = self._chapters, []
        if any(chapter.items for chapter in chapters):
            _attach(TRANSCRIPT, partial(transcript, chapters, self._masker), "text/markdown")
        self._exchanges.clear()
        self._last_failure = None

    def _attach_all(self, items: Sequence[tuple[Item, int]]) -> None:
        self._attach_summary(items)
        for item, times in items:
            match item:
                case Exchange():
                    title = exchange_title(item, self._masker) + times_of(times)
                    _attach(title, partial(_http_document, item, self._masker), _HTTP_EXCHANGE)
                case Query():
                    self._attach_query(item, times)
                case Command():
                    pass  # in the summary
        self._attach_commands([(item, times) for item, times in items if isinstance(item, Command)])

    def _keep(self, item: Item, *, failed: bool) -> None:
        self._step.append(item)
        if failed:
            self._last_failure = item

    def _attach_summary(self, items: Sequence[tuple[Item, int]]) -> None:
        if items:
            lines = [digest(item, self._masker, times) for item, times in items]
            _attach("What this step did", "\n".join(lines), "text/plain")
        exchanges = [item for item, _ in items if isinstance(item, Exchange)]
        if exchanges:
            _attach("Ask again with curl", curl(exchanges[-1], self._masker), "text/plain")

    def _attach_query(self, query: Query, times: int) -> None:
        title = digest(query, self._masker, times)
        if query.columns:
            _attach(title, partial(_csv, query, self._masker), "text/csv")
        if not query.columns or "…" in title or query.total > len(query.rows):
            _attach(title, partial(_described, query, self._masker), "text/plain")

    def _attach_commands(self, commands: Sequence[tuple[Command, int]]) -> None:
        for store in dict.fromkeys(command.store for command, _ in commands):
            lines = [digest(command, self._masker, times) for command, times in commands if command.store == store]
            _attach(f"{store} commands", "\n".join(lines), "text/plain")


def curl(exchange: Exchange, masker: Masker) -> str:
    """A shell line that sends the request again; the reader puts the bearer token in `$TOKEN`.

    Secrets are masked. A body that is not text is named instead, as the file to send.
    """
    # With -X HEAD curl would wait for a body.
    method = {"GET": "-i", "HEAD": "-I"}.get(exchange.method, f"-i -X {shlex.quote(exchange.method)}")
    parts = ["curl", method, shlex.quote(masker.url(exchange.url))]
    for name, value in masker.headers(exchange.request_headers).items():
        if _BEARER.fullmatch(value):
            # In double quotes, so that the shell puts the reader's token in.
            parts += ["-H", f'"{name}: {value.replace(MASK, "$TOKEN")}"']
        elif name.lower() not in _NOT_REPLAYED:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if exchange.request_body:
        parts += ["--data-binary", _curl_body(exchange, masker)]
    return " ".join(parts)


def _curl_body(exchange: Exchange, masker: Masker) -> str:
    body = exchange.request_body or b""
    if len(body) > BODY_LIMIT or not is_text(body):
        return f"@body  # a file of {len(body)} bytes"
    return shlex.quote(masker.body(body.decode(), media_type(exchange.request_headers), indent=None))


def _attach(name: str, body: str | bytes | Callable[[], str], media_type: str) -> None:
    """Attach to the step or fixture under way; our formatter keeps what belongs to no scenario with the run.

    A body that is yet to be made is made by the thread that writes it, while the scenario goes on.
    """
    known = _ALLURE_TYPES.get(media_type)
    extension = None if known else media_type.rpartition("/")[2].rpartition("+")[2]
    allure.attach(body, name=name, attachment_type=known or media_type, extension=extension)


def _collapsed(recorded: Iterable[Item | _Attachment]) -> Iterator[tuple[Item | _Attachment, int]]:
    """What was recorded, with equal neighbours (a poll that saw no change) made one, the last, and counted."""
    for _, equal in groupby(recorded, key=_sameness):
        run = list(equal)
        yield run[-1], len(run)


def _sameness(item: Item | _Attachment) -> object:
    match item:
        case Exchange():
            return item.method, item.url, item.request_body, item.status, item.response_body, item.error
        case Query():
            return item.statement, repr(item.parameters), item.rows, item.error
        case Command():
            return item.text, item.answer, item.error
        case _Attachment():
            return id(item)


def _described(query: Query, masker: Masker) -> str:
    lines = [masker.text(query.statement.strip())]
    if query.parameters:
        lines.append(f"-- parameters: {parameters_of(query, masker)}")
    lines.append(f"-- {masker.text(query.error or rows_of(query.total))} in {query.elapsed:.3f} s")
    if query.columns and query.total > len(query.rows):
        lines.append(f"-- the first {len(query.rows)} rows are shown")
    return "\n".join(lines)


def _csv(query: Query, masker: Masker) -> str:
    with io.StringIO() as text:
        writer = csv.writer(text)
        writer.writerow(query.columns)
        for row in query.rows[:ROWS_KEPT]:
            writer.writerow([cell(column, value, masker) for column, value in zip(query.columns, row, strict=True)])
        return text.getvalue()


def _http_document(exchange: Exchange, masker: Masker) -> str:
    """The exchange in the form that Allure draws."""
    query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
    document: dict[str, Any] = {
        "schemaVersion": 1,
        "start": round(exchange.started * 1000),
        "stop": round((exchange.started + exchange.elapsed) * 1000),
        "request": {
            "method": exchange.method,
            "url": masker.url(exchange.url),
            "headers": _pairs(masker.headers(exchange.request_headers).items()),
            "query": _pairs((name, MASK if is_secret_name(name) else masker.text(value)) for name, value in query),
            "body": _http_body(exchange.request_body, exchange.request_headers, masker),
        },
    }
    if exchange.status is not None:
        document["response"] = {
            "status": exchange.status,
            "statusText": exchange.reason,
            "headers": _pairs(masker.headers(exchange.response_headers).items()),
            "body": _http_body(exchange.response_body, exchange.response_headers, masker),
        }
    if exchange.error:
        document["error"] = {"name": "No answer", "message": masker.text(exchange.error)}
    return json.dumps(document, ensure_ascii=False)


def _http_body(body: bytes | None, headers: Mapping[str, str], masker: Masker) -> dict[str, object] | None:
    if not body:
        return None
    kind = media_type(headers)
    return {
        "contentType": kind,
        "encoding": "utf8",
        "value": body_of(body, kind, masker),
        "size": len(body),
        "truncated": len(body) > BODY_LIMIT,
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
