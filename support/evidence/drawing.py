"""How what was exchanged is drawn in the report: HTTP as Allure shows it, rows as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import allure
from allure_commons.types import AttachmentType

from support.evidence.items import ROWS_KEPT, Exchange, Item, Query
from support.evidence.masking import MASK, Masker, is_secret_name
from support.evidence.wording import BODY_LIMIT, body_of, cell, csv_of, digest, media_type, parameters_of, rows_of

_HTTP_EXCHANGE = "application/vnd.allure.http+json"
_ALLURE_TYPES = {known.mime_type: known for known in AttachmentType}


def attach(name: str, body: str | bytes | Callable[[], str], media_type: str) -> None:
    """Attach to the step or fixture under way; our formatter keeps what belongs to no scenario with the run.

    A body that is yet to be made is made by the thread that writes it, while the scenario goes on.
    """
    known = _ALLURE_TYPES.get(media_type)
    extension = None if known else media_type.rpartition("/")[2].rpartition("+")[2]
    allure.attach(body, name=name, attachment_type=known or media_type, extension=extension)


def draw(item: Item, masker: Masker) -> None:
    """Attach what a line cannot say: an exchange, the rows of a query."""
    match item:
        case Exchange():
            draw_exchange("request and answer", item, masker)
        case Query() if item.columns:
            attach("rows", partial(_csv, item, masker), "text/csv")
    if isinstance(item, Query) and ("…" in digest(item, masker) or item.cut):
        attach("statement", partial(_described, item, masker), "text/plain")


def draw_exchange(name: str, exchange: Exchange, masker: Masker) -> None:
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
