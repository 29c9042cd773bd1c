"""Formats an HTTP request as a curl command."""

from __future__ import annotations

import re
import shlex

from support.evidence.items import Exchange
from support.evidence.masking import MASK, Masker
from support.evidence.rendering import BODY_LIMIT, is_text, media_type

_BEARER = re.compile(rf"[A-Za-z]+ {re.escape(MASK)}")
# Headers that curl sends itself, or that do not fit the masked body.
_NOT_REPLAYED = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})


def curl(exchange: Exchange, masker: Masker) -> str:
    """Return a curl command that repeats the request; the bearer token is read from `$TOKEN`.

    Secrets are masked. A binary body is replaced by a file name.
    """
    # With -X HEAD curl would wait for a body.
    method = {"GET": "-i", "HEAD": "-I"}.get(exchange.method, f"-i -X {shlex.quote(exchange.method)}")
    parts = ["curl", method, shlex.quote(masker.url(exchange.url))]
    for name, value in masker.headers(exchange.request_headers).items():
        if _BEARER.fullmatch(value):
            # In double quotes, so that the shell expands the variable.
            parts += ["-H", f'"{name}: {value.replace(MASK, "$TOKEN")}"']
        elif name.lower() not in _NOT_REPLAYED:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if exchange.request_body:
        parts += ["--data-binary", _body(exchange, masker)]
    return " ".join(parts)


def _body(exchange: Exchange, masker: Masker) -> str:
    body = exchange.request_body or b""
    if len(body) > BODY_LIMIT or not is_text(body):
        return f"@body  # a file of {len(body)} bytes"
    return shlex.quote(masker.body(body.decode(), media_type(exchange.request_headers), indent=None))
