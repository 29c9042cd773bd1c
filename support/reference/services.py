"""What a process of the platform works with: settings, database, cache and queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import procrastinate
from fastapi import Depends, Request

from support.reference.access.passwords import Passwords
from support.reference.cache import Cache
from support.reference.counters import Counters
from support.reference.database import Database
from support.reference.queue import queue
from support.reference.settings import Settings


@dataclass(frozen=True)
class Services:
    """The services of one process. Nothing in it connects before it is first used, so it survives a fork."""

    settings: Settings
    database: Database
    cache: Cache
    counters: Counters
    passwords: Passwords
    queue: procrastinate.App

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
            queue=queue,
        )


async def services(request: Request) -> Services:
    """The services of the application that serves this request (a FastAPI dependency)."""
    held: Services = request.app.state.services
    return held


ServicesDep = Annotated[Services, Depends(services)]
"""A parameter of a handler: the services it works with."""
