"""Operations for administrators: queue and status in the API, and the page ``/admin``.

The page is complete HTML: it loads nothing, runs no script, and reloads itself. A browser signs in with a form and
keeps its session in a cookie of this page; other clients send a token.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from html import escape
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ValidationError
from sqlalchemy import select, text

from support.reference.access import service as access
from support.reference.access.dependencies import require_role
from support.reference.access.routes import Credentials
from support.reference.database import utc_now
from support.reference.errors import (
    AuthenticationFailed,
    DatabaseUnavailable,
    Forbidden,
    PlatformError,
    ValidationFailed,
    error_responses,
    validation_details,
)
from support.reference.jobs.states import Queue
from support.reference.operations import HealthChecks, HealthResponse, HealthStatus, ServicesHealth
from support.reference.schemas import ResponseModel
from support.reference.services import Services, ServicesDep
from support.reference.vod.routes import TaskCounts
from support.reference.vod.service import count_tasks
from support.reference.vod.tables import Status, TaskRow, VodRow

_COOKIE = "admin_session"
_REFRESH_SECONDS = 2
_FAILURES_SHOWN = 10

router = APIRouter()
_bearer = HTTPBearer(auto_error=False, description="The access token of POST /api/auth/login.")
_administrators = Depends(require_role("administrator"))


class WorkerResponse(ResponseModel):
    """A registered worker."""

    id: int
    seconds_since_heartbeat: float
    jobs: int
    queues: list[Queue | Literal["platform"]]
    concurrency: int


class QueueResponse(ResponseModel):
    """The tasks by state, and the workers."""

    tasks: TaskCounts
    workers: list[WorkerResponse]


class FailureResponse(ResponseModel):
    """A failed task, and the reason."""

    task_id: UUID
    vod_id: UUID
    kind: Literal["transcription", "publication"]
    title: str
    error: str | None
    finished_at: datetime


class AdministrationStatusResponse(ResponseModel):
    """The health of the platform, and the newest failures."""

    status: HealthStatus
    services: ServicesHealth
    failures: list[FailureResponse]
    checked_at: datetime


_WORKERS = text(
    "SELECT workers.id, extract(epoch FROM now() - last_heartbeat)::float AS seconds_since_heartbeat, "
    "count(jobs.id) AS jobs, described.queues, described.concurrency FROM procrastinate_workers AS workers "
    "JOIN queue_workers AS described ON described.id = workers.id "
    "LEFT JOIN procrastinate_jobs AS jobs ON jobs.worker_id = workers.id AND jobs.status = 'doing' "
    "GROUP BY workers.id, described.id ORDER BY workers.id"
)


def read_queue(services: Services) -> QueueResponse:
    """Return tasks and workers from the database."""
    with services.database.begin() as session:
        tasks = count_tasks(session)
        workers = session.execute(_WORKERS).all()
    return QueueResponse(
        tasks=TaskCounts.model_validate(tasks),
        workers=[WorkerResponse.model_validate(worker) for worker in workers],
    )


def read_failures(services: Services) -> list[FailureResponse]:
    """Return the newest failed tasks."""
    failed = (
        select(
            TaskRow.id.label("task_id"), TaskRow.vod_id, TaskRow.kind, VodRow.title, TaskRow.error, TaskRow.finished_at
        )
        .join(VodRow, VodRow.id == TaskRow.vod_id)
        .where(TaskRow.status == Status.FAILED)
        .order_by(TaskRow.finished_at.desc())
        .limit(_FAILURES_SHOWN)
    )
    with services.database.begin() as session:
        return [FailureResponse.model_validate(failure) for failure in session.execute(failed).all()]


async def _health(request: Request) -> HealthResponse:
    checks: HealthChecks = request.app.state.health
    return await checks.run()


HealthDep = Annotated[HealthResponse, Depends(_health)]


@router.get("/api/admin/queue", dependencies=[_administrators], responses=error_responses(401, 403, 500, 503))
def queue(services: ServicesDep) -> QueueResponse:
    """Return the number of tasks in each state, and the workers."""
    return read_queue(services)


@router.get("/api/admin/status", dependencies=[_administrators], responses=error_responses(401, 403, 500, 503))
def status(services: ServicesDep, health: HealthDep) -> AdministrationStatusResponse:
    """Return the health of the platform, and the newest failures."""
    return AdministrationStatusResponse(
        status=health.status, services=health.services, failures=read_failures(services), checked_at=utc_now()
    )


# The page


class Page(HTMLResponse):
    """A page whose style is allowed by a nonce; nothing else may be loaded or run."""

    def __init__(self, title: str, body: str, status: int = 200, *, reloads: bool = False) -> None:
        nonce = secrets.token_urlsafe(16)
        refresh = f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">' if reloads else ""
        super().__init__(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{refresh}'
            f'<style nonce="{nonce}">{_STYLE}</style></head><body><main>{body}</main></body></html>',
            status,
            {
                "Content-Security-Policy": (
                    f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; "
                    "frame-ancestors 'none'"
                ),
                # With no-referrer browsers send `Origin: null` with the page's own forms.
                "Referrer-Policy": "same-origin",
            },
        )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#f6f6f4}"
    "main{max-width:60rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}"
    "th,td{text-align:left;padding:.2rem 1.2rem .2rem 0;border-bottom:1px solid #ccc}"
    "label{display:block;margin:.5rem 0}input{display:block;font:inherit}"
    ".healthy{color:#1b5e20}.degraded,.unhealthy,[role=alert]{color:#b71c1c}"
)

_HTML = {"text/html": {"schema": {"type": "string"}}}
_SIGN_IN_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["username", "password"],
                    "properties": {"username": {"type": "string"}, "password": {"type": "string"}},
                }
            }
        },
    }
}


def _page_responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return the documented errors of the page: HTML for a browser, the envelope for others."""
    described = error_responses(*statuses, limited=False)
    return {status: {**response, "content": _HTML} for status, response in described.items()}


def _accepts_html(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _require_own_origin(request: Request) -> None:
    """Raise Forbidden for a form that a page of another origin sends."""
    origin = request.headers.get("Origin")
    # Without the scheme: a proxy that ends TLS passes plain HTTP on.
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise Forbidden("The form was sent by a page of another origin.")


def _allowed(services: Services, token: str) -> access.User:
    user = access.authenticate(services, token)
    if not user.has_role("administrator"):
        raise Forbidden
    return user


def _error_page(error: PlatformError) -> Page:
    """Return what a browser shows instead of the page."""
    if isinstance(error, AuthenticationFailed):
        page = _sign_in_page("" if error.message == AuthenticationFailed.message else error.message, error.status)
    else:
        body = (
            f'<h1>Administration</h1><p role="alert">{escape(error.message)}</p>{_sign_out("Sign in as another user")}'
        )
        page = Page("Administration", body, error.status)
    page.headers.update(error.headers)
    return page


@router.get(
    "/admin",
    response_class=Response,
    responses={200: {"content": _HTML, "description": "The page."}, **_page_responses(401, 403, 500, 503)},
)
def page(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    services: ServicesDep,
    health: HealthDep,
) -> Response:
    """Show the page of administrators, or the sign-in form."""
    token = credentials.credentials if credentials else request.cookies.get(_COOKIE)
    try:
        if token is None:
            raise AuthenticationFailed
        user = _allowed(services, token)
    except PlatformError as error:
        if not _accepts_html(request):
            raise
        if credentials is None and token is not None and isinstance(error, AuthenticationFailed):
            error = AuthenticationFailed("Your session has ended. Sign in again.")
        return _error_page(error)
    try:
        body = _queue_tables(read_queue(services)) + _failures_table(read_failures(services))
    except DatabaseUnavailable as error:
        body = f'<p role="alert">{escape(error.message)}</p>'
    return Page("Administration", _head(user, health) + _services_table(health) + body, reloads=True)


@router.post(
    "/admin/sign-in",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[Depends(_require_own_origin)],
    responses=_page_responses(401, 403, 413, 422, 429, 500, 503),
    openapi_extra=_SIGN_IN_BODY,
)
async def sign_in(request: Request, services: ServicesDep) -> Response:
    """Open a session for the page, from its form."""
    form = parse_qs((await request.body()).decode(errors="replace"), keep_blank_values=True)
    return await run_in_threadpool(
        _sign_in_form, request, services, {name: values[-1] for name, values in form.items()}
    )


def _sign_in_form(request: Request, services: Services, form: dict[str, str]) -> Response:
    try:
        token = _open_session(services, form)
    except PlatformError as error:
        if not _accepts_html(request):
            raise
        return _error_page(error)
    response = RedirectResponse("/admin", 303)
    secure = request.url.scheme == "https"
    response.set_cookie(_COOKIE, token, path="/admin", httponly=True, samesite="strict", secure=secure)
    return response


def _open_session(services: Services, form: dict[str, str]) -> str:
    """Return the token of a new session of an administrator; others get no session."""
    try:
        credentials = Credentials.model_validate(form)
    except ValidationError as error:
        raise ValidationFailed(details=validation_details(error)) from None
    token = access.sign_in(services, credentials.username, credentials.password).access_token
    try:
        _allowed(services, token)
    except Forbidden:
        access.sign_out(services, access.authenticate(services, token))
        raise
    return token


@router.post(
    "/admin/sign-out",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=[Depends(_require_own_origin)],
    responses=_page_responses(403, 500, 503),
)
def sign_out(request: Request, services: ServicesDep) -> Response:
    """End the session of the page."""
    if token := request.cookies.get(_COOKIE):
        with suppress(AuthenticationFailed):  # it has ended before
            access.sign_out(services, access.authenticate(services, token))
    response = RedirectResponse("/admin", 303)
    response.delete_cookie(_COOKIE, path="/admin", httponly=True, samesite="strict")
    return response


# Parts of the page


def _sign_in_page(error: str, status: int) -> Page:
    alert = f'<p role="alert">{escape(error)}</p>' if error else ""
    form = (
        '<form method="post" action="/admin/sign-in">'
        '<label>User name<input name="username" autocomplete="username" required autofocus></label>'
        '<label>Password<input name="password" type="password" autocomplete="current-password" required></label>'
        "<button>Sign in</button></form>"
    )
    return Page("Sign in", f"<h1>Administration</h1>{alert}{form}", status)


def _head(user: access.User, health: HealthResponse) -> str:
    return (
        f"<h1>Administration</h1><p>Signed in as {escape(user.username)}. "
        f'The platform is <strong id="status" class="{health.status}">{health.status}</strong>, '
        f'<time id="checked">{utc_now():%Y-%m-%d %H:%M:%S.%f}</time> UTC.</p>'
        f"{_sign_out('Sign out')}"
    )


def _sign_out(button: str) -> str:
    return f'<form method="post" action="/admin/sign-out"><button>{button}</button></form>'


def _services_table(health: HealthResponse) -> str:
    states = health.services.model_dump()
    return _table("services", "Services", ("service", "state"), list(states.items()))


def _queue_tables(queue: QueueResponse) -> str:
    workers = [(worker.id, f"{worker.seconds_since_heartbeat:.1f} s ago", worker.jobs) for worker in queue.workers]
    return _table("queue", "Queue", ("state", "tasks"), list(queue.tasks.model_dump().items())) + _table(
        "workers", "Workers", ("worker", "heartbeat", "running jobs"), workers
    )


def _failures_table(failures: Sequence[FailureResponse]) -> str:
    rows = [(each.title, each.kind, each.error or "", f"{each.finished_at:%Y-%m-%d %H:%M:%S}") for each in failures]
    return _table("failures", "Failures", ("recording", "work", "reason", "when (UTC)"), rows)


def _table(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<h2>{title}</h2><table id="{name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
