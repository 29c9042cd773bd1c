"""How far one scenario reaches into the target: the drivers that the target, and its own tags, let it use."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TypeVar, cast

from requests.adapters import HTTPAdapter

from support.drivers.browser import Browser
from support.drivers.database import DatabaseDriver
from support.drivers.http import HttpDriver, Response
from support.drivers.redis import RedisDriver
from support.drivers.storage import StorageDriver
from support.drivers.websocket import WebSocketDriver, open_websocket
from support.errors import FeatureError
from support.evidence.recorder import Recorder
from support.faults.injection import FaultInjector
from support.faults.processes import Processes
from support.partners.server import PartnerServer
from support.scenario.journal import Journal
from support.scenario.run import Run
from support.targets.capabilities import Capability, MissingCapability
from support.targets.settings import Limits

Stub = TypeVar("Stub", bound=PartnerServer)


class Reach:
    """One scenario's drivers, opened when a step first needs them; whatever they exchange becomes `evidence`.

    What was not granted raises NotGranted when it is needed. `asks_for` is what the scenario asks of the target with
    its tags, `read_only` is as if the target did not grant `writes`, `mark` is in every name that the scenario gives.
    """

    def __init__(
        self, run: Run, evidence: Recorder, mark: str, *, asks_for: Collection[Capability], read_only: bool
    ) -> None:
        self._run = run
        self._evidence = evidence
        self._mark = mark
        self._asks_for = asks_for
        self._writes = run.provides(Capability.WRITES) and not read_only
        self.http = self.open_http(evidence, connections=run.connections)

    def close(self) -> None:
        """Close what was opened for this scenario alone."""
        self.http.close()

    # The API

    def open_http(
        self, evidence: Recorder, *, connections: HTTPAdapter | None = None, limits: Limits | None = None
    ) -> HttpDriver:
        """Return one more way to ask the API, with connections and limits of its own unless they are given."""
        return HttpDriver(
            self._run.deployment.api_url,
            limits or self._run.target.limits,
            evidence,
            writes=self._writes,
            connections=connections,
            created=self._note_creation,
            document=self._run.document,
            trusted=self._run.target.trusted,
        )

    def _note_creation(self, path: str, answer: Response) -> None:
        """Write down what appeared at a live target, so that it can be swept away if this run is killed."""
        if self._run.embedded is None:
            Journal(self._run.target.name).add(path, answer.json, answer.actor or "", self._mark)

    def open_websocket(self, actor: str, path: str, token: str | None) -> WebSocketDriver:
        """Open a WebSocket, signed in with a token or not at all."""
        url, target = self._run.deployment.api_url, self._run.target
        return open_websocket(
            url,
            path,
            actor=actor,
            token=token,
            limits=target.limits,
            evidence=self._evidence,
            trusted=target.trusted,
        )

    # The stores, which are only looked into: a check is left out where there is no way

    @cached_property
    def database(self) -> DatabaseDriver:
        """PostgreSQL."""
        self._run.require(Capability.DATABASE)
        return DatabaseDriver(self._run.engine, self._evidence, writes=self._writes)

    @cached_property
    def redis(self) -> RedisDriver:
        """Redis."""
        self._run.require(Capability.REDIS)
        return RedisDriver(self._run.redis, self._evidence, writes=self._writes)

    @cached_property
    def storage(self) -> StorageDriver:
        """The media storage."""
        self._run.require(Capability.STORAGE)
        return StorageDriver(self._run.deployment.media_root, self._evidence)

    # What a step acts on: its scenario must have asked for it as well

    def _may_use(self, capability: Capability) -> None:
        """See that the target grants what a step acts on, and that its scenario has asked for that.

        An author without such a target at hand hears of a missing tag as well; selecting by tags leans on it.
        """
        self._run.require(capability)
        if capability not in self._asks_for:
            raise FeatureError(
                f"this step needs '{capability}': tag its scenario @needs.{capability}, "
                "so that it is skipped where the target does not grant that"
            )

    def stub(self, stub: Stub | None) -> Stub:
        """Return an outside service that this run plays."""
        self._may_use(Capability.PARTNERS)
        return cast(Stub, stub)  # who grants partners plays all of them

    def signing_key(self) -> str:
        """Return the key that the platform signs tokens with."""
        self._may_use(Capability.SIGNING_KEY)
        return self._run.signing_key

    @property
    def fault_injector(self) -> FaultInjector:
        """What breaks and mends parts of the target."""
        self._may_use(Capability.FAULTS)
        return self._run.fault_injector

    @property
    def processes(self) -> Processes:
        """The processes of the embedded platform."""
        self._may_use(Capability.FAULTS)
        if self._run.embedded is None:
            raise MissingCapability(
                Capability.FAULTS, "only the processes of the embedded platform can be watched and caught"
            )
        return Processes(self._run.embedded)

    def open_browser(self) -> Browser:
        """Open a browser on the platform's pages."""
        self._may_use(Capability.BROWSER)
        return Browser(self._run.deployment.api_url, self._run.target.limits, self._evidence)
