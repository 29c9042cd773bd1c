"""Where the platform under test is: one that the run starts itself, or a live one that a target file describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from support.gherkin.personas import Account
from support.stack.environment import isolate
from support.targets.capabilities import Capability
from support.targets.preflight import ADDRESS, VERSION, Preflight, Problem
from support.targets.settings import Target, accounts_of, refuse_unset, require_section, store_url


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
        isolate()
        refuse_unset(target)
        self._target = target
        self.accounts = accounts_of(target)

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return require_section(self._target, self._target.api, "api").url.rstrip("/")

    @property
    def database_url(self) -> str:
        """The address of the database."""
        return store_url(self._target, Capability.DATABASE)

    @property
    def redis_url(self) -> str:
        """The address of Redis."""
        return store_url(self._target, Capability.REDIS)

    @property
    def media_root(self) -> Path:
        """The media storage."""
        return require_section(self._target, self._target.storage, "storage").root

    def begin(self) -> None:
        """Nothing to start."""

    def finish(self) -> str:
        """Ask the platform how it is. Raises EnvironmentFailed when it does not answer as the platform does."""
        [actual] = Preflight(self._target).require(ADDRESS)
        return f"Target {self._target.name} at {actual}"

    def close(self) -> None:
        """Nothing to end."""


def build_of(target: Target) -> str:
    """Return the version that a live platform names in its OpenAPI document; empty where it names none.

    The embedded platform is this project's own: its version is the project's commit.
    """
    if target.embedded:
        return ""
    try:
        return Preflight(target).look(VERSION)
    except Problem:
        return ""
