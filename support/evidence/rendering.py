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

LINE_LIMIT = 300  # characters of a line about an item


def digest(item: Item, masker: Masker, times: int = 1) -> str:
    """Return one line about an item, and how often it was repeated."""
    match item:
        case PartnerCall():
            text = f"{item.partner} received {exchange_title(item, masker)}"
        case Exchange():
            text = exchange_title(item, masker) + (f", as {item.actor}" if item.actor else "")
        case Query():
            text = _query_title(item, masker)
        case Command():
            text = f"{item.text} → {item.error or _readable(item.answer)}"
        case Wait():
            text = f"waited {item.elapsed:.1f} s for {item.what}: {_samples(item)}"
    line = " ".join(masker.text(text).split())
    shown = line if len(line) <= LINE_LIMIT else line[:LINE_LIMIT] + "…"
    return shown + times_of(times)


def _samples(wait: Wait) -> str:
    """Return the samples of a wait, the last one first: it decides, and long lines are cut."""
    samples = [f"{value} ({at:.1f} s)" for at, value in wait.changes]
    if len(samples) < 2:
        return "".join(samples)
    return f"{samples[-1]}; before: {', '.join(samples[:-1])}"


def times_of(times: int) -> str:
    """Return how often something happened; empty for once."""
    return "" if times == 1 else f" ({times} times)"


def exchange_title(exchange: Exchange, masker: Masker) -> str:
    """Return method, path and response status."""
    parts = urlsplit(masker.url(exchange.url))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    response = f"no response: {exchange.error}" if exchange.status is None else str(exchange.status)
    return f"{exchange.method} {path} → {masker.text(response)}"


def _query_title(query: Query, masker: Masker) -> str:
    parameters = f" {parameters_of(query, masker)}" if query.parameters else ""
    return f"{query.statement}{parameters} – {query.error or rows_of(query.total)}"


def parameters_of(query: Query, masker: Masker) -> str:
    """Return the parameters as JSON; other types as text."""
    plain = json.loads(json.dumps(query.parameters, default=str))
    return json.dumps(masker.json(plain), ensure_ascii=False)


def _readable(response: object) -> str:
    return response.decode(errors="replace") if isinstance(response, bytes) else str(response)


def rows_of(count: int) -> str:
    """Return the number of rows with its noun."""
    return f"{count} row" if count == 1 else f"{count} rows"


def body_of(body: bytes, content_type: str, masker: Masker) -> str:
    """Return the body as the report shows it: masked, JSON indented, cut at `BODY_LIMIT` with a note."""
    if not is_text(body):
        return f"[{len(body)} bytes of binary data]"
    # Masked before it is cut: the masker needs a complete JSON document.
    text = masker.body(body.decode(), content_type)
    if len(body) <= BODY_LIMIT:
        return text
    return f"{text[:BODY_LIMIT]}\n[cut: the first {BODY_LIMIT} characters of {len(body)} bytes]"


def csv_of(rows: Iterable[Iterable[object]]) -> str:
    """Return the rows as CSV, which the report shows as a table; the first row has the headings."""
    with io.StringIO() as text:
        csv.writer(text).writerows(rows)
        return text.getvalue()


def is_text(body: bytes) -> bool:
    """Return whether a body is text."""
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


def cell(column: str, value: object, masker: Masker) -> str:
    """Return the text of a table cell; masked if the name of its column is secret."""
    if value is None:
        return ""
    if isinstance(value, dict | list):  # a JSON column
        value = json.dumps(masker.json(value), ensure_ascii=False, default=str)
    return MASK if is_secret_name(column) else masker.text(str(value))


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type of the headers."""
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "text/plain")


_HTTP_EXCHANGE = "application/vnd.allure.http+json"

_ALLURE_TYPES = {known.mime_type: known for known in AttachmentType}


def attach(name: str, body: str | bytes | Callable[[], str], media_type: str) -> None:
    """Attach to the current step or fixture; outside scenarios, to the run.

    A callable body is called by the thread that writes files, while the scenario continues.
    """
    known = _ALLURE_TYPES.get(media_type)
    extension = None if known else media_type.rpartition("/")[2].rpartition("+")[2]
    allure.attach(body, name=name, attachment_type=known or media_type, extension=extension)


def render(item: Item, masker: Masker) -> None:
    """Attach the details of an item: an exchange, the rows of a query."""
    match item:
        case Exchange():
            render_exchange("request and response", item, masker)
        case Query() if item.columns:
            attach("rows", partial(_csv, item, masker), "text/csv")
    if isinstance(item, Query) and ("…" in digest(item, masker) or item.cut):
        attach("statement", partial(_described, item, masker), "text/plain")


def render_exchange(name: str, exchange: Exchange, masker: Masker) -> None:
    """Attach an exchange in Allure's format."""
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
    """Return the exchange in Allure's format."""
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
        document["error"] = {"name": "No response", "message": masker.text(exchange.error)}
    return json.dumps(document, ensure_ascii=False)


def _http_body(body: bytes | None, headers: Mapping[str, str], masker: Masker) -> dict[str, object] | None:
    if not body:
        return None
    content_type = media_type(headers)
    return {
        "contentType": content_type,
        "encoding": "utf8",
        "value": body_of(body, content_type, masker),
        "size": len(body),
        "truncated": len(body) > BODY_LIMIT,
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


_hookspec = HookspecMarker("allure")


class Line(NamedTuple):
    """One line about an action that has ended; `elapsed` in seconds."""

    text: str
    elapsed: float


class LineHooks:
    """Hooks that an Allure plugin may implement besides Allure's own."""

    @_hookspec
    def forward_line(self, line: Line) -> None:
        """Show a line in the current step, setup or teardown."""


allure_commons.plugin_manager.add_hookspecs(LineHooks)

_hooks: Any = allure_commons.plugin_manager.hook


def forward_line(line: Line) -> None:
    """Forward a line to the formatter."""
    _hooks.forward_line(line=line)
