"""What every capability client builds on: drivers, personas, names, memory and cleanup of one scenario."""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import cached_property
from typing import TypeVar

from support.drivers.database import DatabaseDriver, Records
from support.drivers.http import HttpDriver, Response
from support.drivers.redis import Keys, RedisDriver
from support.drivers.storage import StorageDriver
from support.errors import FeatureError, require_feature, suggest
from support.evidence.recorder import Recorder
from support.gherkin.personas import PERSONAS, PRONOUNS, UNAUTHENTICATED, Persona
from support.scenario.cleanup import Cleanup
from support.scenario.memory import Memory
from support.scenario.names import scenario_id
from support.scenario.run import Run
from support.scenario.values import Values
from support.stack.logs import LogPositions
from support.targets.access import TargetAccess
from support.targets.capabilities import Capability, MissingCapability
from support.targets.settings import Limits

Remembered = TypeVar("Remembered")


class BaseWorld:
    """One scenario's drivers, personas, names, memory and cleanup, bound to the target of the run.

    `suffix` makes every name unique: "City Council" is stored as "City Council · x7f3a12c4", so that scenarios and
    runs that share a target never mix up their resources. `requires` are the capabilities of the target that the
    scenario's tags name; with `read_only` nothing may be written, whatever the target allows.
    """

    def __init__(self, run: Run, *, requires: Collection[Capability] = (), read_only: bool = False) -> None:
        self.run = run
        self.started = time.monotonic()
        self.suffix = scenario_id(run.run_id)
        self.skipped: set[str] = set()
        self.checks_skipped = 0
        self.cleanup = Cleanup()
        self._logs = LogPositions(run.embedded.logs) if run.embedded else None
        self.evidence = Recorder(run.masker, self._logged)
        self.memory = Memory()
        self.values = Values(self.memory, self.unique_name, self.suffix)
        self.reach = TargetAccess(run, self.evidence, self.suffix, asks_for=requires, read_only=read_only)
        self.injected_faults: set[tuple[str, str]] = set()
        self._exchanges_before_step = 0
        self._actor: Persona | None = None

    def _logged(self, request_id: str) -> str:
        return ""

    # Personas

    def person(self, word: str) -> Persona:
        """Return the persona of a name, or of a pronoun: the one who acted last."""
        if word in PERSONAS:
            self._actor = PERSONAS[word]
        elif not any(word in words for words in PRONOUNS.values()):
            raise FeatureError(f'"{word}" is an unknown persona.{suggest(word, PERSONAS)}')
        if self._actor is None:
            raise FeatureError(f'"{word}" has no one to refer to: name a persona first ({", ".join(PERSONAS)})')
        return self._actor

    @property
    def current_person(self) -> Persona:
        """The persona who acted last."""
        return self.person("she")

    def caller(self, word: str) -> Persona | None:
        """Return the persona who sends a request; None for a client without a token."""
        return None if word == UNAUTHENTICATED else self.person(word)

    # Names and memory

    def unique_name(self, name: str) -> str:
        """Return the name under which this scenario stores what the feature calls `name`."""
        return f"{name} · {self.suffix}"

    def remember(self, name: str, value: object) -> None:
        """Store a value under a name for later steps and, in quotes or braces, for the feature."""
        self.memory.remember(name, value)

    def recall(self, name: str, type: type[Remembered]) -> Remembered:
        """Return a remembered value. Raises FeatureError where there is none of this type."""
        return self.memory.recall(name, type)

    def identity(self, name: str) -> str:
        """Return the id of a remembered resource or response. Raises FeatureError where it has none."""
        value = self.recall(name, object)
        content = value.json if isinstance(value, Response) else {"id": getattr(value, "id", None)}
        id = content.get("id") if isinstance(content, dict) else None
        require_feature(id is not None, f'"{name}" has no id, so its records cannot be found')
        return str(id)

    # Drivers: a store that the target does not provide raises MissingCapability at its first use

    @property
    def http(self) -> HttpDriver:
        """The HTTP API."""
        return self.reach.http

    @property
    def database(self) -> DatabaseDriver:
        """PostgreSQL."""
        return self.reach.database

    @property
    def redis(self) -> RedisDriver:
        """Redis."""
        return self.reach.redis

    @property
    def storage(self) -> StorageDriver:
        """The media storage."""
        return self.reach.storage

    @property
    def limits(self) -> Limits:
        """The time limits of the target, in seconds."""
        return self.run.target.limits

    @cached_property
    def records(self) -> Records:
        """Any table of the database."""
        return Records(self.database)

    @cached_property
    def keys(self) -> Keys:
        """Any key of Redis."""
        return Keys(self.redis)

    # Skipped checks

    def skip_check(self, gap: MissingCapability) -> None:
        """Record that the target does not provide what a check needs; the report lists it."""
        self.skipped.add(gap.capability)
        # A step that has already called the API has checked something before it needed the missing capability.
        self.checks_skipped += len(self.evidence.exchanges) == self._exchanges_before_step
        self.evidence.attach(f"skipped check: {gap.capability}", str(gap), "text/plain")

    @property
    def skipped_checks(self) -> list[str]:
        """The skipped checks, one message for each missing capability."""
        return [f"Skipped check: the target does not provide {gap}." for gap in sorted(self.skipped)]
