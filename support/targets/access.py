"""The drivers of one scenario: those that the target provides and the tags of the scenario allow."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property, partial
from typing import TypeVar, cast

from requests.adapters import HTTPAdapter

from support.checks.envelope import summarize_error
from support.checks.responses import checks_of
from support.drivers.browser import Browser
from support.drivers.database import DatabaseDriver
from support.drivers.http import HttpDriver, Response
from support.drivers.redis import RedisDriver
from support.drivers.storage import StorageDriver
from support.drivers.websocket import WebSocketDriver, open_websocket
from support.errors import FeatureError
from support.evidence.recorder import Recorder
from support.faults.components import Component
from support.faults.injection import FaultInjector, Faults
from support.faults.processes import Processes
from support.partners.server import PartnerServer
from support.scenario.journal import Journal
from support.scenario.run import Run
from support.targets.capabilities import Capability, MissingCapability
from support.targets.settings import Limits

Stub = TypeVar("Stub", bound=PartnerServer)

SIGN_IN_PATHS = frozenset({"/api/auth/login", "/api/auth/refresh", "/api/auth/logout"})
"""POSTs that are sent although a scenario must not write."""


class TargetAccess:
    """The drivers of one scenario, opened at their first use; every exchange is recorded as `evidence`.

    A capability that the target does not provide raises MissingCapability at its first use. `asks_for` are the
    capabilities in the tags of the scenario, `read_only` forbids writes, `suffix` is in every name of the scenario.
    """

    def __init__(
        self, run: Run, evidence: Recorder, suffix: str, *, asks_for: Collection[Capability], read_only: bool
    ) -> None:
        self._run = run
        self.faults: Faults | None = None
        self._evidence = evidence
        self._suffix = suffix
        self._asks_for = asks_for
        self._writes = run.provides(Capability.WRITES) and not read_only
        self.http = self.open_http(evidence, connections=run.connections)

    def close(self) -> None:
        """Close the connections of this scenario."""
        self.http.close()

    # The API

    def open_http(
        self, evidence: Recorder, *, connections: HTTPAdapter | None = None, limits: Limits | None = None
    ) -> HttpDriver:
        """Return a driver of the API, with connections and limits of its own unless they are given."""
        return HttpDriver(
            self._run.deployment.api_url,
            limits or self._run.target.limits,
            evidence,
            writes=self._writes,
            connections=connections,
            exempt=SIGN_IN_PATHS,
            hooks=(self._record_creation, *checks_of(self._run.document)),
            summarize=summarize_error,
            headers=self._run.target.gateway_headers,
            trusted=self._run.target.trusted,
        )

    def _record_creation(self, response: Response) -> None:
        """Write what was created at a live target to the journal, so that it can be deleted if this run is killed."""
        if response.method == "POST" and response.status == 201 and self._run.embedded is None:
            Journal(self._run.target.name).add(response.path, response.json, response.actor or "", self._suffix)

    def open_websocket(self, actor: str, path: str, token: str | None) -> WebSocketDriver:
        """Open a WebSocket, authenticated with a token or unauthenticated."""
        url, target = self._run.deployment.api_url, self._run.target
        return open_websocket(
            url,
            path,
            actor=actor,
            token=token,
            limits=target.limits,
            evidence=self._evidence,
            headers=target.gateway_headers,
            trusted=target.trusted,
        )

    # The stores: a check of a store that the target does not provide is skipped

    @cached_property
    def database(self) -> DatabaseDriver:
        """PostgreSQL."""
        self._run.require(Capability.DATABASE)
        return DatabaseDriver(
            self._run.engine, self._evidence, writes=self._writes, explain=partial(self._explain, Component.DATABASE)
        )

    @cached_property
    def redis(self) -> RedisDriver:
        """Redis."""
        self._run.require(Capability.REDIS)
        return RedisDriver(
            self._run.redis, self._evidence, writes=self._writes, explain=partial(self._explain, Component.REDIS)
        )

    def _explain(self, component: Component) -> str:
        """Return why a store is unavailable; empty if the scenario has not injected a fault into it."""
        mode = self.faults.describe(component) if self.faults else ""
        if not mode:
            return ""
        return (
            f"this step reads {component}, which the scenario made {mode}: restore it before this step, "
            "or check the same through the API"
        )

    @cached_property
    def storage(self) -> StorageDriver:
        """The media storage."""
        self._run.require(Capability.STORAGE)
        return StorageDriver(self._run.deployment.media_root, self._evidence)

    # Capabilities that the tags of the scenario must name

    def _require(self, capability: Capability) -> None:
        """Require that the target provides a capability, and that a tag of the scenario names it.

        A missing tag fails at every target, because the selection by tags depends on it.
        """
        self._run.require(capability)
        if capability not in self._asks_for:
            raise FeatureError(
                f"this step needs '{capability}': tag its scenario @needs.{capability}, "
                "so that it is skipped where the target does not provide that"
            )

    def stub(self, stub: Stub | None) -> Stub:
        """Return the stub of a partner."""
        self._require(Capability.PARTNERS)
        return cast(Stub, stub)  # a run that provides partners has all stubs

    def signing_key(self) -> str:
        """Return the key with which the platform signs tokens."""
        self._require(Capability.SIGNING_KEY)
        return self._run.signing_key

    @property
    def fault_injector(self) -> FaultInjector:
        """The faults of the target."""
        self._require(Capability.FAULTS)
        return self._run.fault_injector

    @property
    def processes(self) -> Processes:
        """The processes of the embedded platform."""
        self._require(Capability.FAULTS)
        if self._run.embedded is None:
            raise MissingCapability(Capability.FAULTS, "only the processes of the embedded platform can be observed")
        return Processes(self._run.embedded)

    def open_browser(self) -> Browser:
        """Open a browser on the pages of the platform."""
        self._require(Capability.BROWSER)
        return Browser(self._run.deployment.api_url, self._run.target.limits, self._evidence)
