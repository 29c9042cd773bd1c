"""The services of a process: settings, database and cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from procrastinate import JobContext

from support.reference.access.passwords import Passwords
from support.reference.cache import Cache
from support.reference.counters import Counters
from support.reference.database import Database
from support.reference.settings import Settings


@dataclass(frozen=True)
class Services:
    """The services of one process. They connect on first use, so they survive a fork."""

    settings: Settings
    database: Database
    cache: Cache
    counters: Counters
    passwords: Passwords

    @classmethod
    def from_settings(cls, settings: Settings, *, pool_size: int) -> Services:
        """Create the services, with up to ``pool_size`` connections to PostgreSQL."""
        cache = Cache(settings.redis_url.get_secret_value(), prefixes=("session", "vod"))
        return cls(
            settings=settings,
            database=Database(settings.database_url.get_secret_value(), pool_size=pool_size),
            cache=cache,
            counters=Counters(cache),
            passwords=Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes),
        )


async def services(request: Request) -> Services:
    """Return the services of the application (a FastAPI dependency)."""
    current: Services = request.app.state.services
    return current


ServicesDep = Annotated[Services, Depends(services)]
"""A parameter of a route: the services of the application."""

_IN_CONTEXT = "services"


def task_context(services: Services) -> dict[str, object]:
    """Return the ``additional_context`` that gives tasks their services."""
    return {_IN_CONTEXT: services}


def services_of(context: JobContext) -> Services:
    """Return the services of the process that runs a task. Raises RuntimeError outside a worker."""
    held = context.additional_context.get(_IN_CONTEXT)
    if not isinstance(held, Services):
        raise RuntimeError("tasks have services only in a worker process")
    return held
