"""Redis as a cache: it makes responses faster and never decides them.

While Redis is away or frozen every operation behaves as with an empty cache: nothing raises, and after one failure
Redis is not called for a second.

A value read from the database may be outdated by the time it is stored. Each key therefore has a generation
(``<key>:gen``): a reader reads it before the database and stores its value only if the generation is unchanged; a
writer increments it after its commit.

A new process does not know which invalidations an earlier one could not send. It therefore deletes all values before
it uses any.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 0.3
_PAUSE_SECONDS = 1.0
# Longer than any transaction that could still be loading a value under the old generation.
_GENERATION_SECONDS = 60
_GENERATION = ":gen"

_STORE_IF_UNCHANGED = """
if (redis.call('GET', KEYS[2]) or '') == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
"""

_Result = TypeVar("_Result")


class Cache:
    """Values under keys with a time to live; ``url`` is ``redis://...`` or ``unix:///path``.

    ``prefixes`` are those of the values that are read from the database; their keys are ``<prefix>:<id>``.
    """

    def __init__(self, url: str, *, prefixes: Sequence[str]) -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            # A second attempt reaches a restarted server after it closed the connection. A timeout is not retried.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
        )
        self._lock = threading.Lock()
        self._next_try = 0.0
        # Each key with a token: sending an earlier invalidation must not remove a later one of the same key.
        self._pending: dict[str, object] = {}
        self._uncleared_prefixes = tuple(prefixes)
        self._retry_timer: threading.Timer | None = None

    def get(self, key: str) -> bytes | None:
        """Return the value, or None if there is none or Redis is away."""
        return self._attempt(lambda: self._redis.get(key), default=None)

    def run(self, command: Callable[[redis.Redis], _Result]) -> _Result | None:
        """Return the result of a Redis command, or None while Redis is away."""
        return self._attempt(lambda: command(self._redis), default=None)

    def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Store a value for ``ttl_seconds``."""
        self._attempt(lambda: self._redis.set(key, value, px=_milliseconds(ttl_seconds)), default=None)

    def delete(self, *keys: str) -> None:
        """Delete values. Use :meth:`invalidate` for values that a change has made outdated."""
        self._attempt(lambda: self._redis.delete(*keys), default=None)

    def read_through(self, key: str, ttl_seconds: float | Callable[[bytes], float], load: Callable[[], bytes]) -> bytes:
        """Return the cached value, or load it and store it unless it was invalidated meanwhile.

        ``ttl_seconds`` may be computed from the value. An error of ``load`` is raised, and nothing is stored.
        """
        found = self._attempt(lambda: self._redis.mget(key, _generation(key)), default=None)
        if found and found[0] is not None:
            cached: bytes = found[0]
            return cached
        value = load()
        if found:
            ttl = ttl_seconds(value) if callable(ttl_seconds) else ttl_seconds
            self._store_if_unchanged(key, value, ttl, generation=found[1] or b"")
        return value

    def invalidate(self, *keys: str) -> None:
        """Delete values that a change has made outdated; call it after the commit.

        What cannot be sent now is sent before Redis is used again, at the latest after a second.
        """
        with self._lock:
            self._pending.update({key: object() for key in keys})
        if not self._attempt(lambda: True, default=False):
            self._schedule_retry()

    def is_alive(self) -> bool:
        """Return whether Redis answers a ping now, even during the pause after a failure."""
        try:
            self._redis.ping()
        except redis.RedisError:
            return False
        self._next_try = 0.0
        return True

    def _store_if_unchanged(self, key: str, value: bytes, ttl_seconds: float, *, generation: bytes) -> None:
        keys_and_arguments = (key, _generation(key), generation, value, _milliseconds(ttl_seconds))
        self._attempt(lambda: self._redis.eval(_STORE_IF_UNCHANGED, 2, *keys_and_arguments), default=None)

    def _attempt(self, command: Callable[[], Any], default: _Result) -> Any | _Result:
        if not self._may_connect():
            return default
        try:
            self._send_invalidations()
            result = command()
        except redis.RedisError as error:
            self._next_try = monotonic() + _PAUSE_SECONDS
            logger.warning("Redis is not available: %s", type(error).__name__)
            return default
        self._next_try = 0.0
        return result

    def _may_connect(self) -> bool:
        """Return whether to call Redis: while it fails, for one caller a second."""
        with self._lock:
            if self._next_try and monotonic() < self._next_try:
                return False
            if self._next_try:
                self._next_try = monotonic() + _PAUSE_SECONDS
            return True

    def _send_invalidations(self) -> None:
        with self._lock:
            overdue = dict(self._pending)
        if not (overdue or self._uncleared_prefixes):
            return
        inherited = [key for prefix in self._uncleared_prefixes for key in self._keys_with_prefix(prefix)]
        with self._redis.pipeline() as pipeline:
            for key in (*overdue, *inherited):
                pipeline.incr(_generation(key))
                pipeline.expire(_generation(key), _GENERATION_SECONDS)
                pipeline.delete(key)
            pipeline.execute()
        with self._lock:
            self._pending = {key: token for key, token in self._pending.items() if overdue.get(key) is not token}
        self._uncleared_prefixes = ()

    def _keys_with_prefix(self, prefix: str) -> Iterator[str]:
        keys: Iterator[bytes] = self._redis.scan_iter(f"{prefix}:*", count=1000)
        return (name for key in keys if not (name := key.decode()).endswith(_GENERATION))

    def _schedule_retry(self) -> None:
        """Send the invalidations later: other processes read the outdated values meanwhile."""
        with self._lock:
            if self._retry_timer is not None:
                return
            self._retry_timer = threading.Timer(_PAUSE_SECONDS, self._retry_invalidations)
            self._retry_timer.daemon = True
            self._retry_timer.start()

    def _retry_invalidations(self) -> None:
        with self._lock:
            self._retry_timer = None
        self.invalidate()


def _generation(key: str) -> str:
    return key + _GENERATION


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
