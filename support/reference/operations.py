"""``/api/health``: whether each service that the platform needs is available."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from support.reference.database import Database
from support.reference.errors import error_responses
from support.reference.schemas import ResponseModel
from support.reference.services import Services
from support.reference.vod.jobs import CABLECAST_PAUSED

logger = logging.getLogger(__name__)

_CHECK_TIMEOUT_SECONDS = 1.5
_DATABASE_TIMEOUT_SECONDS = 1.2
_CONNECT_TIMEOUT_SECONDS = 0.5
_MAX_HEARTBEAT_AGE_SECONDS = 3

_WORKER_ALIVE = text(
    "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :seconds))"
)

ServiceHealth = Literal["healthy", "unhealthy"]
HealthStatus = Literal["healthy", "degraded", "unhealthy"]

router = APIRouter(prefix="/api")


class ServicesHealth(ResponseModel):
    """The health of each service."""

    database: ServiceHealth
    cache: ServiceHealth
    queue: ServiceHealth
    storage: ServiceHealth
    cablecast: ServiceHealth


class HealthResponse(ResponseModel):
    """Unhealthy without the database, degraded without another service."""

    status: HealthStatus
    services: ServicesHealth


class HealthChecks:
    """The checks of one process, each in its own thread, apart from those of requests.

    A check that hangs is not started again before it ends; its service is unhealthy meanwhile.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._database = Database(
            services.settings.database_url.get_secret_value(), pool_size=2, limit_seconds=_DATABASE_TIMEOUT_SECONDS
        )
        self._checks: Mapping[str, Callable[[], bool]] = {
            "database": self._database_answers,
            "cache": services.cache.is_alive,
            "queue": self._worker_is_alive,
            "storage": self._storage_is_writable,
            "cablecast": self._cablecast_is_usable,
        }
        self._threads = ThreadPoolExecutor(len(self._checks), thread_name_prefix="health")
        self._running: dict[str, Future[bool]] = {}

    async def run(self) -> HealthResponse:
        """Check all services at the same time; one without an answer in time is unhealthy."""
        futures = {name: asyncio.wrap_future(self._start(name)) for name in self._checks}
        await asyncio.wait(futures.values(), timeout=_CHECK_TIMEOUT_SECONDS)
        healths = {name: _health(future) for name, future in futures.items()}
        return HealthResponse(status=_overall(healths), services=ServicesHealth.model_validate(healths))

    def _start(self, name: str) -> Future[bool]:
        running = self._running.get(name)
        if running is None or running.done():
            running = self._running[name] = self._threads.submit(self._checks[name])
        return running

    def _database_answers(self) -> bool:
        with self._database.begin() as session:
            return bool(session.scalar(text("SELECT true")))

    def _worker_is_alive(self) -> bool:
        with self._database.begin() as session:
            return bool(session.scalar(_WORKER_ALIVE, {"seconds": _MAX_HEARTBEAT_AGE_SECONDS}))

    def _storage_is_writable(self) -> bool:
        root = self._services.settings.media_root
        return root.is_dir() and os.access(root, os.W_OK | os.X_OK)

    def _cablecast_is_usable(self) -> bool:
        """Return whether it accepts a connection, and no pause of calls applies."""
        if self._services.cache.get(CABLECAST_PAUSED) is not None:
            return False
        url = self._services.settings.cablecast_url
        with socket.create_connection((url.host or "", url.port or 0), timeout=_CONNECT_TIMEOUT_SECONDS):
            return True


def _health(check: asyncio.Future[bool]) -> ServiceHealth:
    if not check.done():
        check.cancel()
        return "unhealthy"
    return "healthy" if check.exception() is None and check.result() else "unhealthy"


def _overall(healths: Mapping[str, ServiceHealth]) -> HealthStatus:
    if healths["database"] == "unhealthy":
        return "unhealthy"
    return "healthy" if set(healths.values()) == {"healthy"} else "degraded"


@router.get("/health", responses={503: {"model": HealthResponse, "description": "Unhealthy."}, **error_responses(500)})
async def health(request: Request, response: Response) -> HealthResponse:
    """Return the health of the platform and of each service. Public; responds within 2 s."""
    checks: HealthChecks = request.app.state.health
    result = await checks.run()
    if result.status == "unhealthy":
        response.status_code = 503
    return result
