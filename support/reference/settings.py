"""The settings: ``PLATFORM_*`` environment variables."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Annotated, Literal

import psycopg
import redis
from cryptography.fernet import Fernet
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as NotJson
from sqlalchemy.exc import ArgumentError

from support.reference.database import libpq_url
from support.reference.jobs.states import QUEUES, Queue

_PREFIX = "PLATFORM_"
_SIGNING_KEY_CHARACTERS = 32
_SIGNING_KEY_DISTINCT_CHARACTERS = 8
_ESCAPE = "must be an address; in its user name and password write %3A for a colon, %40 for @ and %2F for a slash"
_PLACEHOLDER_STARTS = ("change", "default", "example", "insecure", "placeholder", "your")


class SettingsError(Exception):
    """The settings are invalid; one line for each variable."""


def _validate_signing_key(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if len(text) < _SIGNING_KEY_CHARACTERS:
        raise ValueError(f"must have at least {_SIGNING_KEY_CHARACTERS} characters")
    if text.casefold().startswith(_PLACEHOLDER_STARTS) or len(set(text)) < _SIGNING_KEY_DISTINCT_CHARACTERS:
        raise ValueError("must be a random key of your own, not a placeholder")
    return key


def _validate_fernet_key(key: SecretStr) -> SecretStr:
    try:
        Fernet(key.get_secret_value())
    except ValueError:
        raise ValueError("must be a Fernet key: 32 random bytes in URL-safe Base64") from None
    if len(set(key.get_secret_value())) < _SIGNING_KEY_DISTINCT_CHARACTERS:
        raise ValueError("must be a random key of your own, not a placeholder")
    return key


def _listed_host(host: str) -> str:
    """Check one entry of ``outbound_allowed_hosts``."""
    name, _, port = host.rpartition(":")
    if not name or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ValueError("must be a JSON list of host:port")
    return host.lower()


def _validate_database_url(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if not text.startswith("postgresql+psycopg://"):
        raise ValueError("must start with postgresql+psycopg://")
    try:
        parts = conninfo_to_dict(libpq_url(text))
    except (ValueError, ArgumentError, psycopg.Error):  # its message may quote the password
        raise ValueError(_ESCAPE) from None
    if "@" in str(parts.get("host", "")):
        raise ValueError(_ESCAPE)
    return url


def _validate_redis_url(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    try:
        redis.ConnectionPool.from_url(text)
    except ValueError:  # its message may quote the password
        raise ValueError(_ESCAPE) from None
    return url


def _validate_host(host: str) -> str:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, 0))
    except OSError as error:
        raise ValueError(f"must be an address of this machine ({error.strerror})") from None
    return host


def _validate_log_directory(path: Path) -> Path:
    if not (path.is_dir() and os.access(path, os.W_OK | os.X_OK)):
        raise ValueError("must be a directory that can be written to")
    return path


PLATFORM_QUEUE = "platform"
"""The work of the platform itself, such as captioning: a queue that cannot be paused and that no one submits to."""

QueueName = Queue | Literal["platform"]
_QUEUES: frozenset[str] = frozenset({*QUEUES, PLATFORM_QUEUE})


class WorkerSettings(BaseModel):
    """A worker process: its queues (None for all) and its places.

    A worker in ``standby`` is started by the control channel of the supervisor only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^worker(-[1-9][0-9]?)?$")]
    queues: Annotated[tuple[QueueName, ...], Field(min_length=1)] | None = None
    places: int = Field(default=4, ge=1, le=32)
    standby: bool = False


def _complete_workers(workers: tuple[WorkerSettings, ...]) -> tuple[WorkerSettings, ...]:
    if len({worker.name for worker in workers}) < len(workers):
        raise ValueError("must name each worker once")
    read = [set(worker.queues or _QUEUES) for worker in workers if not worker.standby]
    if missing := _QUEUES - set().union(*read):
        raise ValueError(f"must have a worker for each queue; none reads {', '.join(sorted(missing))}")
    return workers


class Settings(BaseSettings):
    """Addresses of stores and partners, limits, and secrets. Secrets are never printed."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, hide_input_in_errors=True)

    database_url: Annotated[SecretStr, AfterValidator(_validate_database_url)]
    redis_url: Annotated[SecretStr, AfterValidator(_validate_redis_url)]
    media_root: Path
    signing_key: Annotated[SecretStr, AfterValidator(_validate_signing_key)]
    notes_key: Annotated[SecretStr, AfterValidator(_validate_fernet_key)]
    credentials_key: Annotated[SecretStr, AfterValidator(_validate_fernet_key)]
    host: Annotated[str, AfterValidator(_validate_host)] = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    cablecast_url: HttpUrl
    cablecast_username: str
    cablecast_password: SecretStr
    cablecast_timeout: float = Field(default=2, gt=0)
    cablecast_first_wait: float = Field(default=0.2, gt=0)
    cablecast_poll: float = Field(default=0.2, gt=0)
    prices_url: HttpUrl
    prices_timeout: float = Field(default=1, gt=0)
    records_url: HttpUrl
    records_timeout: float = Field(default=2, gt=0)
    workers: Annotated[tuple[WorkerSettings, ...], AfterValidator(_complete_workers)] = (WorkerSettings(name="worker"),)
    webhook_timeout: float = Field(default=10, gt=0)
    webhook_first_wait: float = Field(default=30, gt=0)
    outbound_allowed_hosts: frozenset[Annotated[str, AfterValidator(_listed_host)]] = frozenset()
    # OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
    password_memory_kib: int = Field(default=19 * 1024, ge=1024)
    password_passes: int = Field(default=2, ge=1)
    accounts_file: Path | None = None
    log_dir: Annotated[Path, AfterValidator(_validate_log_directory)] | None = None


def read_settings() -> Settings:
    """Return the settings of the environment.

    Raises SettingsError with a line for each invalid variable.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # the environment names them
    except NotJson:
        raise SettingsError(f"{_PREFIX}WORKERS is not valid: must be a list in JSON.") from None
    except ValidationError as error:
        lines = [_describe(issue["loc"], issue["type"], issue["msg"]) for issue in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _describe(location: tuple[int | str, ...], error_type: str, message: str) -> str:
    variable = _PREFIX + str(location[0]).upper()
    if error_type == "missing":
        return f"{variable} is not set."
    return f"{variable} is not valid: {message.removeprefix('Value error, ')}."
