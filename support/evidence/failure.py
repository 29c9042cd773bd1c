"""What a reader of a failed step wants first: the exchange in question, how to repeat it, what the platform wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from support.evidence.items import Exchange, PartnerCall, Query
from support.evidence.masking import Masker
from support.evidence.rendering import BODY_LIMIT, attach, digest, exchange_title, render_exchange
from support.evidence.replay import curl
from support.evidence.transcript import Section

REQUEST_ID = "x-request-id"
REPLAY = "Ask again with curl"
LOGGED = "What the platform logged for this request"
LEFT_OUT = "What was left out"


def attach_failure(
    chapters: Sequence[Section], masker: Masker, logged: Callable[[str], str], gaps: Iterable[str]
) -> None:
    """Attach to the step that failed, the last chapter, what led there; `logged` returns the lines of a request id."""
    found = suspect(chapters)
    if found is not None:
        exchange, title = found
        kind = "The first exchange that went wrong" if _went_wrong(exchange) else "The last exchange before it failed"
        place = f" (in: {title})" if title != chapters[-1].title else ""
        render_exchange(f"{kind}: {exchange_title(exchange, masker)}{place}", exchange, masker)
        attach(REPLAY, partial(curl, exchange, masker), "text/plain")
        attach(LOGGED, _log_of(exchange, masker, logged), "text/plain")
    left_out = [*gaps, *_cuts(chapters[-1], masker)]
    if left_out:
        attach(LEFT_OUT, "\n".join(left_out), "text/plain")


def suspect(chapters: Sequence[Section]) -> tuple[Exchange, str] | None:
    """Return the exchange to look at first, and the title of its step: of the last step that asked the platform.

    There it is the first that went wrong, or else the last: what a check looked at is what was answered last.
    """
    for chapter in reversed(chapters):
        asked = [item for item, _ in chapter.items if isinstance(item, Exchange) and not isinstance(item, PartnerCall)]
        if asked:
            return next(filter(_went_wrong, asked), asked[-1]), chapter.title
    return None


def _went_wrong(exchange: Exchange) -> bool:
    # A refusal (4xx) and a 503 are answers in order, and often what the scenario is about.
    return exchange.status is None or (exchange.status >= 500 and exchange.status != 503)


def _log_of(exchange: Exchange, masker: Masker, logged: Callable[[str], str]) -> str:
    headers = {name.lower(): value for name, value in exchange.response_headers.items()}
    request_id = headers.get(REQUEST_ID)
    if request_id is None:
        return "No answer named the request's id. What the platform's processes wrote meanwhile is at the tear-down."
    lines = logged(request_id)
    return masker.text(lines) if lines else f"The tests see no log line of this request. Its id there: {request_id}"


def _cuts(chapter: Section, masker: Masker) -> Iterable[str]:
    """Yield what the evidence of the step does not show whole."""
    for item, _ in chapter.items:
        if isinstance(item, Exchange):
            for name, body in (("request", item.request_body), ("answer", item.response_body)):
                if len(body or b"") > BODY_LIMIT:
                    yield f"The {name} of {exchange_title(item, masker)} is cut: it has {len(body or b'')} bytes."
        elif isinstance(item, Query) and item.cut:
            yield f"Of {digest(item, masker)} only the first {len(item.rows)} are shown."
