"""Publishes the changes that PostgreSQL announces to all API processes, through Redis.

One process listens to PostgreSQL for all. A change that cannot be published is not stored: afterwards every subscriber
starts again with the current state.
"""

from __future__ import annotations

import asyncio
import logging

import psycopg
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from support.reference.database import CONNECTION_OPTIONS, libpq_url
from support.reference.settings import Settings

logger = logging.getLogger(__name__)

RESYNC = b"resync"
"""Published instead of an event when some may have been missed."""

_RECONNECT_SECONDS = 0.2
_REDIS_TIMEOUT_SECONDS = 0.3


def channel(redis: Redis) -> str:
    """Return the channel of this platform: databases of a Redis server share channels."""
    return f"live:{redis.connection_pool.connection_kwargs.get('db', 0)}"


class ChangePublisher:
    """Publishes changes; pauses while PostgreSQL or Redis is away."""

    def __init__(self, settings: Settings) -> None:
        self._database = libpq_url(settings.database_url.get_secret_value())
        self._redis = Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=_REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._missed = asyncio.Event()

    async def run(self) -> None:
        """Publish without end."""
        await asyncio.gather(self._listen(), self._catch_up())

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._database, autocommit=True, **CONNECTION_OPTIONS
                ) as connection:
                    await connection.execute("LISTEN live")
                    self._missed.set()  # earlier changes were missed
                    async for notification in connection.notifies():
                        if not self._missed.is_set():
                            await self._publish(notification.payload.encode())
            except psycopg.OperationalError as error:
                logger.warning("live updates pause: %s", type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _catch_up(self) -> None:
        while True:
            await self._missed.wait()
            # Before it is published: states that are read then may lack changes that are announced meanwhile.
            self._missed.clear()
            await self._publish(RESYNC)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _publish(self, message: bytes) -> None:
        try:
            await self._redis.publish(channel(self._redis), message)
        except RedisError as error:
            logger.warning("live updates pause: %s", type(error).__name__)
            self._missed.set()
