"""Middleware: request ids, security headers, the access log, and limits of time and size."""

from __future__ import annotations

import asyncio
import logging
import re
from time import monotonic
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from support.reference.database import request_started_at
from support.reference.errors import PayloadTooLarge, PlatformError, RequestTimedOut, error_response, request_id

logger = logging.getLogger(__name__)
access_log = logging.getLogger("support.reference.access_log")

MAX_BODY_BYTES = 1024 * 1024
REQUEST_TIMEOUT_SECONDS = 10.0

SWITCHING_PROTOCOLS = 101
_RESPONSE_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")
_VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class RequestIdMiddleware:
    """Gives each request its id, its headers and a line in the access log. The outermost layer.

    All messages of a WebSocket have the id of its handshake, and a rejected handshake is answered like any request. An
    unexpected error becomes a 500 without details; its stack trace is logged with the request id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("X-Request-ID", "")
        request_id.set(sent if _VALID_REQUEST_ID.fullmatch(sent) else uuid4().hex)
        started = monotonic()
        is_http = scope["type"] == "http"
        if is_http:
            request_started_at.set(started)
        status: int | None = None

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] in _RESPONSE_STARTS:
                status = message.get("status", SWITCHING_PROTOCOLS)
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id.get()
                headers.update({**_SECURITY_HEADERS, **_own_policies(headers)})
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            logger.exception("unexpected error")
            if status is None:
                await error_response(PlatformError())(scope, receive, send_with_headers)
        finally:
            seconds = monotonic() - started
            _log_access(scope, status, seconds)
            if is_http:
                scope["app"].state.metrics.count(scope, status, seconds)


class TimeoutMiddleware:
    """Returns 503 when a handler takes too long; it continues to its own limits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._late_handlers: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = expired = False

        async def send_in_time(message: Message) -> None:
            nonlocal started
            if not expired:
                started = True
                await send(message)

        handling = asyncio.ensure_future(self._app(scope, receive, send_in_time))
        await asyncio.wait({handling}, timeout=REQUEST_TIMEOUT_SECONDS)
        if handling.done() or started:
            await handling
            return
        expired = True
        self._late_handlers.add(handling)
        handling.add_done_callback(self._log_late_error)
        await error_response(RequestTimedOut())(scope, receive, send)

    def _log_late_error(self, handling: asyncio.Future[None]) -> None:
        self._late_handlers.discard(handling)
        if not handling.cancelled() and (error := handling.exception()):
            logger.error("a request failed after its timeout", exc_info=error)


class BodyLimitMiddleware:
    """Rejects bodies above the limit, by ``Content-Length`` or by what was received."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        content_length = Headers(scope=scope).get("Content-Length", "")
        if content_length.isdecimal() and int(content_length) > MAX_BODY_BYTES:
            await error_response(PayloadTooLarge())(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                # FastAPI passes this exception on while it reads a body, and turns any other into a 400.
                raise HTTPException(PayloadTooLarge.status)
            return message

        await self._app(scope, receive_limited, send)


def _own_policies(headers: Headers) -> dict[str, str]:
    """Return the policies that a page sets for itself."""
    return {name: headers[name] for name in ("Content-Security-Policy", "Referrer-Policy") if name in headers}


def _log_access(scope: Scope, status: int | None, seconds: float) -> None:
    # The raw path is percent-encoded, so that no client can write log lines; queries may contain secrets.
    path = scope.get("raw_path", b"").decode("ascii", "backslashreplace")
    access_log.info("%s %s %s %.1f ms", scope.get("method", "GET"), path, status or "-", seconds * 1000)
