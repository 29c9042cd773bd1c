"""What one scenario asked of the target, kept as evidence and attached to its steps in the Allure report."""

import csv
import io
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import allure
from allure_commons.types import AttachmentType

from support.evidence.masking import MASK, Masker, is_secret_name

ROWS_KEPT = 50
BODY_LIMIT = 64 * 1024  # bytes of a body shown in the report

_HTTP_EXCHANGE = "application/vnd.allure.http+json"
_LINE_LIMIT = 300  # characters of a one-line digest
_ALLURE_TYPES = {known.mime_type: known for known in AttachmentType}
_BEARER = re.compile(rf"[A-Za-z]+ {re.escape(MASK)}")
# Headers that curl sends by itself, or that are wrong once the body has been masked.
_NOT_REPLAYED = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its answer; `status` is None and `error` a sentence when no answer came."""

    method: str
    url: str
    actor: str | None
    request_headers: Mapping[str, str]
    request_body: bytes | None
    status: int | None
    reason: str | None
    response_headers: Mapping[str, str]
    response_body: bytes | None
    started: float  # seconds since the epoch
    elapsed: float  # seconds
    error: str | None = None


@dataclass(frozen=True)
class Query:
    """One SQL statement and at most `ROWS_KEPT` of its rows; `total` is how many there were."""

    statement: str
    parameters: Mapping[str, object] | Sequence[object] | None
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    total: int
    elapsed: float  # seconds
    error: str | None = None


@dataclass(frozen=True)
class Command:
    """One command given to a key-value store, as text, and its answer."""

    store: str
    text: str
    answer: object
    elapsed: float  # seconds
    error: str | None = None


@dataclass(frozen=True)
class _Attachment:
    name: str
    body: str | bytes
    media_type: str


Item: TypeAlias = Exchange | Query | Command


class Recorder:
    """Keeps what one scenario did, and attaches it to the step under way when that step ends.

    Nothing is rendered before `step_ended`; whatever is written then goes through the masker.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._exchanges: list[Exchange] = []
        self._last_failure: Item | None = None
        self._step: list[Item | _Attachment] = []

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
        return self._digest(self._last_failure) if self._last_failure else None

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

    def step_ended(self, failed: bool) -> None:
        """Attach what was recorded since the last call to the Allure step (or fixture) under way.

        A failed step also gets a digest of everything it did, one line each, and a `curl` line
        that replays its last HTTP request.
        """
        recorded, self._step = list(_collapsed(self._step)), []
        if failed:
            self._attach_summary(recorded)
        for item, times in recorded:
            match item:
                case Exchange():
                    title = _exchange_title(item, self._masker) + _times(times)
                    _attach(title, _http_document(item, self._masker), _HTTP_EXCHANGE)
                case Query():
                    self._attach_query(item, times)
                case _Attachment(name, body, media_type):
                    _attach(name, self._masker.text(body) if isinstance(body, str) else body, media_type)
        self._attach_commands([(item, times) for item, times in recorded if isinstance(item, Command)])

    def scenario_ended(self, failed: bool) -> None:
        """Attach what was recorded after the last step (the tear-down) and forget the scenario."""
        self.step_ended(failed)
        self._exchanges.clear()
        self._last_failure = None

    def _keep(self, item: Item, *, failed: bool) -> None:
        self._step.append(item)
        if failed:
            self._last_failure = item

    def _attach_summary(self, recorded: Sequence[tuple[Item | _Attachment, int]]) -> None:
        lines = [self._digest(item, times) for item, times in recorded if not isinstance(item, _Attachment)]
        if lines:
            _attach("What this step did", "\n".join(lines), "text/plain")
        exchanges = [item for item, _ in recorded if isinstance(item, Exchange)]
        if exchanges:
            _attach("Ask again with curl", curl(exchanges[-1], self._masker), "text/plain")

    def _attach_query(self, query: Query, times: int) -> None:
        title = self._digest(query, times)
        if query.columns:
            _attach(title, _csv(query, self._masker), "text/csv")
        if not query.columns or "…" in title or query.total > len(query.rows):
            _attach(title, _described(query, self._masker), "text/plain")

    def _attach_commands(self, commands: Sequence[tuple[Command, int]]) -> None:
        if commands:
            lines = [self._digest(command, times) for command, times in commands]
            _attach(f"{commands[0][0].store} commands", "\n".join(lines), "text/plain")

    def _digest(self, item: Item, times: int = 1) -> str:
        match item:
            case Exchange():
                text = _exchange_title(item, self._masker) + (f", as {item.actor}" if item.actor else "")
            case Query():
                text = _query_title(item, self._masker)
            case Command():
                text = f"{item.text} → {item.error or _readable(item.answer)}"
        line = " ".join(self._masker.text(text).split())
        shown = line if len(line) <= _LINE_LIMIT else line[:_LINE_LIMIT] + "…"
        return shown + _times(times)


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
    if len(body) > BODY_LIMIT or not _is_text(body):
        return f"@body  # a file of {len(body)} bytes"
    return shlex.quote(masker.body(body.decode(), _media_type(exchange.request_headers), indent=None))


def _shown_body(body: bytes, media_type: str, masker: Masker) -> str:
    """The body as the report shows it: masked, JSON indented, and when larger than `BODY_LIMIT` cut, which it says."""
    if not _is_text(body):
        return f"[{len(body)} bytes that are not text]"
    # Masked before it is cut: half a JSON document has no fields to go by.
    text = masker.body(body.decode(), media_type)
    if len(body) <= BODY_LIMIT:
        return text
    return f"{text[:BODY_LIMIT]}\n[cut: the first {BODY_LIMIT} characters of {len(body)} bytes]"


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


def _attach(name: str, body: str | bytes, media_type: str) -> None:
    """Attach to the step or fixture under way; our formatter keeps what belongs to no scenario with the run."""
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


def _times(times: int) -> str:
    return "" if times == 1 else f" ({times} times)"


def _exchange_title(exchange: Exchange, masker: Masker) -> str:
    parts = urlsplit(masker.url(exchange.url))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    answer = f"got no answer: {exchange.error}" if exchange.status is None else f"answered {exchange.status}"
    return f"{exchange.method} {path} {masker.text(answer)}"


def _query_title(query: Query, masker: Masker) -> str:
    parameters = f" {_parameters(query, masker)}" if query.parameters else ""
    return f"{query.statement}{parameters} – {query.error or _rows(query.total)}"


def _parameters(query: Query, masker: Masker) -> str:
    """The parameters as JSON; what JSON has no form for is written as text."""
    plain = json.loads(json.dumps(query.parameters, default=str))
    return json.dumps(masker.json(plain), ensure_ascii=False)


def _readable(answer: object) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _described(query: Query, masker: Masker) -> str:
    lines = [masker.text(query.statement.strip())]
    if query.parameters:
        lines.append(f"-- parameters: {_parameters(query, masker)}")
    lines.append(f"-- {masker.text(query.error or _rows(query.total))} in {query.elapsed:.3f} s")
    if query.columns and query.total > len(query.rows):
        lines.append(f"-- the first {len(query.rows)} rows are shown")
    return "\n".join(lines)


def _csv(query: Query, masker: Masker) -> str:
    hidden = [is_secret_name(column) for column in query.columns]
    with io.StringIO() as text:
        writer = csv.writer(text)
        writer.writerow(query.columns)
        for row in query.rows[:ROWS_KEPT]:
            writer.writerow([_cell(value, secret, masker) for value, secret in zip(row, hidden, strict=True)])
        return text.getvalue()


def _cell(value: object, secret: bool, masker: Masker) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):  # a JSON column
        value = json.dumps(masker.json(value), ensure_ascii=False, default=str)
    return MASK if secret else masker.text(str(value))


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
    media_type = _media_type(headers)
    return {
        "contentType": media_type,
        "encoding": "utf8",
        "value": _shown_body(body, media_type, masker),
        "size": len(body),
        "truncated": len(body) > BODY_LIMIT,
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _media_type(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "text/plain")
