"""Render evidence as lines, titles and attachments."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import allure
import allure_commons
from allure_commons.types import AttachmentType
from pluggy import HookspecMarker

from support.evidence.items import ROWS_KEPT, Command, Exchange, Item, PartnerCall, Query, Wait
from support.evidence.masking import MASK, Masker, is_secret_name

BODY_LIMIT = 64 * 1024  # bytes of a body shown in the report

LINE_LIMIT = 300  # characters of a line that tells what was exchanged


def digest(item: Item, masker: Masker, times: int = 1) -> str:
    """One line on what was exchanged, and how often."""
    match item:
        case PartnerCall():
            text = f"{item.partner} was asked {exchange_title(item, masker)}"
        case Exchange():
            text = exchange_title(item, masker) + (f", as {item.actor}" if item.actor else "")
        case Query():
            text = _query_title(item, masker)
        case Command():
            text = f"{item.text} → {item.error or _readable(item.answer)}"
        case Wait():
            story = ", ".join(f"{seen} ({at:.1f} s)" for at, seen in item.changes)
            text = f"waited {item.elapsed:.1f} s for {item.what}: {story}"
    line = " ".join(masker.text(text).split())
    shown = line if len(line) <= LINE_LIMIT else line[:LINE_LIMIT] + "…"
    return shown + times_of(times)


def times_of(times: int) -> str:
    """How often something happened, if more than once."""
    return "" if times == 1 else f" ({times} times)"


def exchange_title(exchange: Exchange, masker: Masker) -> str:
    """Method, path and answer."""
    parts = urlsplit(masker.url(exchange.url))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    answer = f"got no answer: {exchange.error}" if exchange.status is None else f"answered {exchange.status}"
    return f"{exchange.method} {path} {masker.text(answer)}"


def _query_title(query: Query, masker: Masker) -> str:
    parameters = f" {parameters_of(query, masker)}" if query.parameters else ""
    return f"{query.statement}{parameters} – {query.error or rows_of(query.total)}"


def parameters_of(query: Query, masker: Masker) -> str:
    """The parameters as JSON; what JSON has no form for is written as text."""
    plain = json.loads(json.dumps(query.parameters, default=str))
    return json.dumps(masker.json(plain), ensure_ascii=False)


def _readable(answer: object) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


def rows_of(count: int) -> str:
    """How many rows, in words."""
    return f"{count} row" if count == 1 else f"{count} rows"


def body_of(body: bytes, kind: str, masker: Masker) -> str:
    """The body as the report shows it: masked, JSON indented, and when larger than `BODY_LIMIT` cut, which it says."""
    if not is_text(body):
        return f"[{len(body)} bytes that are not text]"
    # Masked before it is cut: half a JSON document has no fields to go by.
    text = masker.body(body.decode(), kind)
    if len(body) <= BODY_LIMIT:
        return text
    return f"{text[:BODY_LIMIT]}\n[cut: the first {BODY_LIMIT} characters of {len(body)} bytes]"


def csv_of(rows: Iterable[Iterable[object]]) -> str:
    """The rows as CSV, which the report draws as a table; the first names the columns."""
    with io.StringIO() as text:
        csv.writer(text).writerows(rows)
        return text.getvalue()


def is_text(body: bytes) -> bool:
    """Whether a body can be shown."""
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


def cell(column: str, value: object, masker: Masker) -> str:
    """A value of a table; of a column with a secret name only that there is one."""
    if value is None:
        return ""
    if isinstance(value, dict | list):  # a JSON column
        value = json.dumps(masker.json(value), ensure_ascii=False, default=str)
    return MASK if is_secret_name(column) else masker.text(str(value))


def media_type(headers: Mapping[str, str]) -> str:
    """What the headers say that the body is."""
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "text/plain")


_HTTP_EXCHANGE = "application/vnd.allure.http+json"

_ALLURE_TYPES = {known.mime_type: known for known in AttachmentType}


def attach(name: str, body: str | bytes | Callable[[], str], media_type: str) -> None:
    """Attach to the step or fixture under way; our formatter keeps what belongs to no scenario with the run.

    A body that is yet to be made is made by the thread that writes it, while the scenario goes on.
    """
    known = _ALLURE_TYPES.get(media_type)
    extension = None if known else media_type.rpartition("/")[2].rpartition("+")[2]
    allure.attach(body, name=name, attachment_type=known or media_type, extension=extension)


def render(item: Item, masker: Masker) -> None:
    """Attach what a line cannot say: an exchange, the rows of a query."""
    match item:
        case Exchange():
            render_exchange("request and answer", item, masker)
        case Query() if item.columns:
            attach("rows", partial(_csv, item, masker), "text/csv")
    if isinstance(item, Query) and ("…" in digest(item, masker) or item.cut):
        attach("statement", partial(_described, item, masker), "text/plain")


def render_exchange(name: str, exchange: Exchange, masker: Masker) -> None:
    """Attach an exchange in the form that Allure draws."""
    attach(name, partial(_http_document, exchange, masker), _HTTP_EXCHANGE)


def _described(query: Query, masker: Masker) -> str:
    lines = [masker.text(query.statement.strip())]
    if query.parameters:
        lines.append(f"-- parameters: {parameters_of(query, masker)}")
    lines.append(f"-- {masker.text(query.error or rows_of(query.total))} in {query.elapsed:.3f} s")
    if query.cut:
        lines.append(f"-- the first {len(query.rows)} rows are shown")
    return "\n".join(lines)


def _csv(query: Query, masker: Masker) -> str:
    shown = [zip(query.columns, row, strict=True) for row in query.rows[:ROWS_KEPT]]
    return csv_of([query.columns, *([cell(column, value, masker) for column, value in row] for row in shown)])


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


_hookspec = HookspecMarker("allure")


class Line(NamedTuple):
    """What was done, in one line, over by now; `elapsed` is what it took, in seconds."""

    text: str
    elapsed: float


class LineHooks:
    """What a plugin of Allure may implement beside Allure's own hooks."""

    @_hookspec
    def forward_line(self, line: Line) -> None:
        """Show a line in the step, set-up or tear-down under way."""


allure_commons.plugin_manager.add_hookspecs(LineHooks)

_hooks: Any = allure_commons.plugin_manager.hook


def forward_line(line: Line) -> None:
    """Hand a line to whoever writes the report."""
    _hooks.forward_line(line=line)
