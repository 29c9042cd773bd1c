"""How what was exchanged is put into words, masked: a line for each, and bodies as a reader wants them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from support.evidence.items import Command, Exchange, Item, PartnerCall, Query, Wait
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
