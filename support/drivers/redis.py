"""Redis as a scenario looks into it: recorded, with time limits, and without KEYS or FLUSHDB."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import redis

from support.checks.matchers import ABSENT
from support.errors import FeatureError
from support.evidence.recorder import Command, Recorder
from support.targets.settings import NO_WRITES

LIMIT = 3.0  # seconds

SCANNED = 1000  # keys that one SCAN looks through, so that a few hundred keys are one round trip

READING = frozenset(
    {
        "GET",
        "EXISTS",
        "PTTL",
        "SCAN",
        "TYPE",
        "HGETALL",
        "LRANGE",
        "SMEMBERS",
        "ZRANGE",
        "XRANGE",
        "XLEN",
        "TIME",
        "PING",
    }
)

Found = TypeVar("Found")


def open_client(url: str) -> redis.Redis:
    """Return a client with time limits; texts are decoded."""
    return redis.Redis.from_url(url, socket_timeout=LIMIT, socket_connect_timeout=LIMIT, decode_responses=True)


class CommandRefused(FeatureError):
    """Nothing may be written in this scenario, so the driver did not send the command."""


class RedisDriver:
    """One scenario's eyes in Redis. Without `writes` it sends nothing but commands that read."""

    def __init__(self, client: redis.Redis, evidence: Recorder, *, writes: bool = False) -> None:
        self._client = client
        self._evidence = evidence
        self._writes = writes

    def get(self, key: str) -> str | None:
        """Return a text value, or None where there is no such key."""
        value = self._recorded("GET", key, lambda: self._client.get(key))
        return None if value is None else str(value)

    def exists(self, key: str) -> bool:
        """Whether the key is there."""
        return bool(self._recorded("EXISTS", key, lambda: self._client.exists(key)))

    def seconds_to_live(self, key: str) -> float | None:
        """Return the rest of a key's life in seconds; None for a key that is not there or lives for ever."""
        milliseconds = self._recorded("PTTL", key, lambda: self._client.pttl(key))
        return float(str(milliseconds)) / 1000 if int(str(milliseconds)) >= 0 else None

    def keys(self, pattern: str) -> list[str]:
        """Return the keys that match, sorted; by SCAN, so that a shared server is not held up."""
        return sorted(
            self._recorded("SCAN", f"MATCH {pattern}", lambda: list(self._client.scan_iter(pattern, count=SCANNED)))
        )

    def typed(self, key: str) -> tuple[str, object]:
        """Return the type of a key (string, hash, list, set, zset, stream, or none) and what it holds."""
        type = str(self._recorded("TYPE", key, lambda: self._client.type(key)))
        match type:
            case "string":
                return type, self.get(key)
            case "hash":
                return type, self._recorded("HGETALL", key, lambda: self._client.hgetall(key))
            case "list":
                return type, self._recorded("LRANGE", f"{key} 0 -1", lambda: self._client.lrange(key, 0, -1))
            case "set":
                members: list[object] = list(self._recorded("SMEMBERS", key, lambda: self._client.smembers(key)))
                return type, sorted(map(str, members))
            case "zset":
                return type, self._recorded("ZRANGE", f"{key} 0 -1", lambda: self._client.zrange(key, 0, -1))
            case "stream":
                return type, self._recorded("XRANGE", f"{key} - +", lambda: self._client.xrange(key))
        return type, None

    def replace(self, key: str, value: str) -> bool:
        """Give an existing key another value and leave its end as it is; False where there is no such key."""
        arguments = f"{key} {value} XX KEEPTTL"
        return bool(self._recorded("SET", arguments, lambda: self._client.set(key, value, xx=True, keepttl=True)))

    def delete(self, key: str) -> bool:
        """Delete a key; returns False if it did not exist."""
        return bool(self._recorded("DEL", key, lambda: self._client.delete(key)))

    def _recorded(self, name: str, arguments: str, command: Callable[[], Found]) -> Found:
        if not (self._writes or name in READING):
            raise CommandRefused(f"{name} was not sent to Redis: {NO_WRITES}")
        begin = time.monotonic()
        answer: object = None
        trouble: str | None = None
        try:
            found = command()
            answer = found
            return found
        except redis.RedisError as error:
            trouble = str(error)
            raise
        finally:
            self._evidence.command(
                Command(
                    store="Redis",
                    text=f"{name} {arguments}",
                    answer=answer,
                    elapsed=time.monotonic() - begin,
                    error=trouble,
                )
            )


class Keys:
    """Redis keys by name."""

    def __init__(self, redis: RedisDriver) -> None:
        self._redis = redis

    def read(self, key: str) -> Mapping[str, Any] | None:
        """Return type, value (JSON where it is some) and seconds to live of a key; None where there is none."""
        type, value = self._redis.typed(key)
        if type == "none":
            return None
        left = self._redis.seconds_to_live(key)
        return {"type": type, "value": _read(value), "seconds to live": ABSENT if left is None else left}

    def names(self, pattern: str) -> list[str]:
        """Return the keys that match a pattern such as `vod:*`."""
        return self._redis.keys(pattern)


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
