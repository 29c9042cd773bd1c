"""Where the platform under test is: one that the run starts itself, or a live one that a target file describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import requests

from support.drivers.trust import distrust, open_session
from support.exits import EnvironmentFailed
from support.personas import Account
from support.settings import Capability, Target, accounts_of, require_section, store_url


class Deployment(Protocol):
    """A platform that scenarios can use between `finish` and `close`."""

    @property
    def api_url(self) -> str:
        """Where the API answers, without a trailing slash."""

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the database. UsageError: the target has none."""

    @property
    def redis_url(self) -> str:
        """The address of Redis. UsageError: the target has none."""

    @property
    def media_root(self) -> Path:
        """The media storage. UsageError: the target has none."""

    @property
    def accounts(self) -> Mapping[str, Account]:
        """The personas' accounts, by persona name."""

    def begin(self) -> None:
        """Start what takes time, without waiting for it."""

    def finish(self) -> str:
        """Wait until it can be used; return a line for the person who started the run."""

    def close(self) -> None:
        """End what was started."""


class LiveDeployment:
    """A deployment that is there without us."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.accounts = accounts_of(target)
        # What the file promises must be there now, not be missed by the first scenario that needs it.
        if Capability.DATABASE in target.capabilities:
            _ = self.database_url
        if Capability.REDIS in target.capabilities:
            _ = self.redis_url

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return require_section(self._target, self._target.api, "api").url.rstrip("/")

    @property
    def database_url(self) -> str:
        """The address of the database."""
        return store_url(require_section(self._target, self._target.database, "database"), "the database's address")

    @property
    def redis_url(self) -> str:
        """The address of Redis."""
        return store_url(require_section(self._target, self._target.redis, "redis"), "the address of Redis")

    @property
    def media_root(self) -> Path:
        """The media storage."""
        return require_section(self._target, self._target.storage, "storage").root

    def begin(self) -> None:
        """Nothing to start."""

    def finish(self) -> str:
        """Ask the platform how it is. Raises EnvironmentFailed when it does not answer as the platform does."""
        limits = self._target.limits
        address = f"{self.api_url}/api/health"
        try:
            with open_session(self._target.trusted) as session:
                answer = session.get(address, timeout=(limits.connect, limits.answer))
            status = answer.json()["status"]
        except requests.exceptions.SSLError as error:
            raise EnvironmentFailed(
                f"The target {self._target.name!r} cannot be asked at {address}: {distrust(error)}."
            ) from error
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise EnvironmentFailed(
                f"The target {self._target.name!r} does not answer at {address} as the platform does: {error}. "
                "Check the address in the target file, and whether the platform is up."
            ) from error
        return f"Target {self._target.name} at {self.api_url} says it is {status}"

    def close(self) -> None:
        """Nothing to end."""


def build_of(target: Target) -> str:
    """Return the version that a live platform names in its OpenAPI document; empty where it names none.

    The embedded platform is this project's own: its version is the project's commit.
    """
    if target.api is None:
        return ""
    limits = target.limits
    try:
        with open_session(target.trusted) as session:
            address = f"{target.api.url.rstrip('/')}/openapi.json"
            about = session.get(address, timeout=(limits.connect, limits.answer)).json()["info"]
            return f"{about.get('title', 'the platform')} {about['version']}"
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
        return ""
