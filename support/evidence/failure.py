"""Attachments of a failed step: the exchange that explains it, a curl command, the platform's log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from support.evidence.items import Exchange, PartnerCall, Query
from support.evidence.masking import Masker
from support.evidence.rendering import BODY_LIMIT, attach, digest, exchange_title, render_exchange
from support.evidence.replay import curl
from support.evidence.transcript import Section

REQUEST_ID = "x-request-id"
REPLAY = "Repeat with curl"
LOGGED = "Platform log of this request"
OMITTED = "Omitted evidence"

# The last line of a traceback, such as "psycopg.errors.UndefinedTable: relation ... does not exist".
_ERROR_LINE = re.compile(r"^(?:\w+\.)*[A-Z]\w+: \S.*")
_LONGEST_CAUSE = 300  # characters


def attach_failure(
    sections: Sequence[Section], masker: Masker, logged: Callable[[str], str], omissions: Iterable[str]
) -> None:
    """Attach to the failed step, the last section, what explains it.

    `logged` returns the log lines of a request id, `omissions` are checks that were skipped.
    """
    found = find_suspect(sections)
    if found is not None:
        exchange, title = found
        label = "First failed exchange" if has_failed(exchange) else "Last exchange before the failure"
        place = f" (in: {title})" if title != sections[-1].title else ""
        render_exchange(f"{label}: {exchange_title(exchange, masker)}{place}", exchange, masker)
        attach(REPLAY, partial(curl, exchange, masker), "text/plain")
        attach(LOGGED, _log_of(exchange, masker, logged), "text/plain")
    omitted = [*omissions, *_cuts(sections[-1], masker)]
    if omitted:
        attach(OMITTED, "\n".join(omitted), "text/plain")


def find_suspect(sections: Sequence[Section]) -> tuple[Exchange, str] | None:
    """Return the exchange that explains a failure, with the title of its step.

    In the last step that called the platform it is the first failed exchange, or else the last one: a check reads the
    last response.
    """
    for section in reversed(sections):
        exchanges = [
            item for item, _ in section.items if isinstance(item, Exchange) and not isinstance(item, PartnerCall)
        ]
        if exchanges:
            return next(filter(has_failed, exchanges), exchanges[-1]), section.title
    return None


def has_failed(exchange: Exchange) -> bool:
    """Return whether the platform did not respond, or with an error of its own."""
    # 4xx and 503 are regular responses, and often what the scenario is about.
    return exchange.status is None or (exchange.status >= 500 and exchange.status != 503)


def logged_cause(sections: Sequence[Section], masker: Masker, logged: Callable[[str], str]) -> str:
    """Return the error in the platform's log that explains a failed exchange, in one line; empty if unknown.

    A response 500 has no details on purpose: the cause is in the log only.
    """
    found = find_suspect(sections)
    request_id = _request_id(found[0]) if found and has_failed(found[0]) else None
    if request_id is None:
        return ""
    lines = masker.text(logged(request_id)).splitlines()
    errors = [match[0] for line in lines if (match := _ERROR_LINE.search(line))]
    return f"platform log: {errors[-1][:_LONGEST_CAUSE].strip()}" if errors else ""


def _request_id(exchange: Exchange) -> str | None:
    headers = {name.lower(): value for name, value in exchange.response_headers.items()}
    return headers.get(REQUEST_ID)


def _log_of(exchange: Exchange, masker: Masker, logged: Callable[[str], str]) -> str:
    request_id = _request_id(exchange)
    if request_id is None:
        return "No response contains the request id. The platform's logs of this scenario are attached to its teardown."
    lines = logged(request_id)
    return masker.text(lines) if lines else f"No log line of this request found. Its request id: {request_id}"


def _cuts(section: Section, masker: Masker) -> Iterable[str]:
    """Yield what the evidence of the step shows only in part."""
    for item, _ in section.items:
        if isinstance(item, Exchange):
            for name, body in (("request", item.request_body), ("response", item.response_body)):
                if len(body or b"") > BODY_LIMIT:
                    yield f"{exchange_title(item, masker)}: the {name} is cut, it has {len(body or b'')} bytes."
        elif isinstance(item, Query) and item.cut:
            yield f"{digest(item, masker)}: only the first {len(item.rows)} rows are shown."
