"""Redis for one scenario: recorded, with time limits, and without KEYS or FLUSHDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import redis

from support.checks import strict_json
from support.checks.matchers import ABSENT
from support.errors import FeatureError
from support.evidence.recorder import Command, Recorder
from support.targets.settings import NO_WRITES

TIMEOUT = 3.0  # seconds

SCAN_COUNT = 1000  # keys that one SCAN examines, so that a few hundred keys are one round trip

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

Result = TypeVar("Result")


def open_client(url: str) -> redis.Redis:
    """Return a client with time limits that decodes texts."""
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, decode_responses=True)


class CommandRejected(FeatureError):
    """The scenario must not write, so the driver did not send the command."""


class RedisDriver:
    """Run commands of one scenario. Without `writes` only commands that read are sent."""

    def __init__(
        self,
        client: redis.Redis,
        evidence: Recorder,
        *,
        writes: bool = False,
        explain: Callable[[], str] = lambda: "",
    ) -> None:
        """`explain` returns why Redis may be unavailable; an error is then reported with this message alone."""
        self._explain = explain
        self._client = client
        self._evidence = evidence
        self._writes = writes

    def get(self, key: str) -> str | None:
        """Return a text value; None if the key does not exist."""
        value = self._recorded("GET", key, lambda: self._client.get(key))
        return None if value is None else str(value)

    def exists(self, key: str) -> bool:
        """Whether a key exists."""
        return bool(self._recorded("EXISTS", key, lambda: self._client.exists(key)))

    def seconds_to_live(self, key: str) -> float | None:
        """Return when a key expires, in seconds; None for a key that does not exist or never expires."""
        milliseconds = self._recorded("PTTL", key, lambda: self._client.pttl(key))
        return float(str(milliseconds)) / 1000 if int(str(milliseconds)) >= 0 else None

    def keys(self, pattern: str) -> list[str]:
        """Return the matching keys, sorted; by SCAN, which does not block a shared server."""
        return sorted(
            self._recorded("SCAN", f"MATCH {pattern}", lambda: list(self._client.scan_iter(pattern, count=SCAN_COUNT)))
        )

    def typed(self, key: str) -> tuple[str, object]:
        """Return the type of a key (string, hash, list, set, zset, stream, or none) and its value."""
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
        """Change the value of an existing key and keep its expiry; False if the key does not exist."""
        arguments = f"{key} {value} XX KEEPTTL"
        return bool(self._recorded("SET", arguments, lambda: self._client.set(key, value, xx=True, keepttl=True)))

    def delete(self, key: str) -> bool:
        """Delete a key; returns False if it did not exist."""
        return bool(self._recorded("DEL", key, lambda: self._client.delete(key)))

    def _recorded(self, name: str, arguments: str, command: Callable[[], Result]) -> Result:
        if not (self._writes or name in READING):
            raise CommandRejected(f"{name} was not sent to Redis: {NO_WRITES}")
        start = time.monotonic()
        result: object = None
        message: str | None = None
        try:
            value = command()
            result = value
            return value
        except redis.RedisError as error:
            message = str(error)
            if reason := self._explain():
                raise FeatureError(reason) from None
            raise
        finally:
            self._evidence.command(
                Command(
                    store="Redis",
                    text=f"{name} {arguments}",
                    answer=result,
                    elapsed=time.monotonic() - start,
                    error=message,
                )
            )


class Keys:
    """Read Redis keys by name."""

    def __init__(self, redis: RedisDriver) -> None:
        self._redis = redis

    def read(self, key: str) -> Mapping[str, Any] | None:
        """Return type, value (parsed if it is JSON) and seconds to live of a key; None if it does not exist."""
        type, value = self._redis.typed(key)
        if type == "none":
            return None
        left = self._redis.seconds_to_live(key)
        return {"type": type, "value": _parse(value), "seconds to live": ABSENT if left is None else left}

    def names(self, pattern: str) -> list[str]:
        """Return the keys that match a pattern such as `vod:*`."""
        return self._redis.keys(pattern)


def _parse(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return strict_json.parse(value)
    except ValueError:
        return value
