"""What a process of the platform works with: settings, database and cache."""

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
    """The services of one process. Nothing in it connects before it is first used, so it survives a fork."""

    settings: Settings
    database: Database
    cache: Cache
    counters: Counters
    passwords: Passwords

    @classmethod
    def from_settings(cls, settings: Settings, *, pool_size: int) -> Services:
        """The services the settings describe, with up to ``pool_size`` connections to PostgreSQL."""
        cache = Cache(settings.redis_url.get_secret_value(), prefixes=("session", "vod"))
        return cls(
            settings=settings,
            database=Database(settings.database_url.get_secret_value(), pool_size=pool_size),
            cache=cache,
            counters=Counters(cache),
            passwords=Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes),
        )


async def services(request: Request) -> Services:
    """The services of the application that serves this request (a FastAPI dependency)."""
    held: Services = request.app.state.services
    return held


ServicesDep = Annotated[Services, Depends(services)]
"""A parameter of a handler: the services it works with."""

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
