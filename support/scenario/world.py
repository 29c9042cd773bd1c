"""All that one scenario knows: the only thing that steps find on behave's context."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection
from contextvars import Context
from functools import cached_property
from typing import Any, TypeVar

from support.capabilities.access.accounts import AccountsClient, AccountStores, People
from support.capabilities.access.client import AccessClient
from support.capabilities.access.roles import RolesClient
from support.capabilities.access.sessions import SessionStores
from support.capabilities.access.tokens import TokenForge
from support.capabilities.api.client import ApiClient
from support.capabilities.api.malformed import MalformedRequests
from support.capabilities.api.partners import PARTNERS, PartnerClient, call_of
from support.capabilities.api.websocket import SocketClient
from support.capabilities.operations.client import AdminPage, OperationsClient
from support.capabilities.privacy.occurrences import OccurrenceStores
from support.capabilities.queue.stores import QueueStores
from support.capabilities.research.client import ResearchClient
from support.capabilities.research.prices import PricesClient
from support.capabilities.research.resources import ResourceClient, ResourceStores
from support.capabilities.vod.cablecast import CablecastClient
from support.capabilities.vod.client import VodClient
from support.capabilities.vod.live import LiveClient
from support.capabilities.vod.media import MediaClient
from support.capabilities.vod.stores import VodStores
from support.drivers.database import Records
from support.drivers.http import Response
from support.drivers.redis import Keys
from support.drivers.storage import StorageDriver
from support.errors import FeatureError, require_feature
from support.evidence.exchanges import Observed
from support.evidence.recorder import Recorder, Wait
from support.faults.durability import DurabilityLedger
from support.faults.injection import Faults
from support.faults.processes import Processes
from support.gherkin.personas import PERSONAS, PRONOUNS, UNAUTHENTICATED, Persona
from support.load.background import TIMEOUT, BackgroundTraffic
from support.load.concurrent import ConcurrentClients
from support.polling import INTERVAL, Timeline
from support.scenario.cleanup import Cleanup
from support.scenario.memory import Memory
from support.scenario.names import scenario_id
from support.scenario.run import Run
from support.scenario.state import StateOfStores
from support.scenario.values import Values
from support.stack.logs import LogPositions
from support.targets.access import TargetAccess
from support.targets.capabilities import Capability, MissingCapability
from support.targets.settings import Limits

Remembered = TypeVar("Remembered")


class World:
    """One scenario's actors, memory, clients and clean-up, bound to the target of the run.

    `mark` makes every name the scenario gives unique: "City Council" is stored as "City Council · x7f3a12c4", so that
    scenarios and runs that share a target never take each other's things for their own. `asks_for` is what the scenario
    asks of the target with its tags; with `compares_states` a step will ask what changed; `read_only` is as if the
    target did not grant `writes`.
    """

    def __init__(
        self,
        run: Run,
        *,
        asks_for: Collection[Capability] = (),
        compares_states: bool = False,
        read_only: bool = False,
    ) -> None:
        self.run = run
        self._compares_states = compares_states
        self._begin = time.monotonic()
        self._logs = LogPositions(run.embedded.logs) if run.embedded else None
        self.suffix = scenario_id(run.mark)
        self.skipped: set[str] = set()
        self.checks_skipped = 0
        self._exchanges_before = 0
        self.cleanup = Cleanup()
        self.evidence = Recorder(run.masker, self._logged)
        self._partner_calls = {stub: len(stub.since(0)) for stub in run.partners}
        self._memory, self._notes = Memory(), Memory()
        self._actor: Persona | None = None
        self.reach = reach = TargetAccess(run, self.evidence, self.suffix, asks_for=asks_for, read_only=read_only)
        http, forge = reach.http, TokenForge(reach.signing_key)
        self.people = People(run.account, lambda: run.new_password)
        self.access = AccessClient(http, self.people.account, run.sessions, self.cleanup, forge, self.suffix)
        self.accounts = AccountsClient(http, self.access, self.cleanup, lambda: run.new_password, self.suffix)
        self.roles = RolesClient(http, self.access)
        self.live = LiveClient(reach.open_websocket, self.access, self.cleanup, run.target.limits)
        self.sockets = SocketClient(reach.open_websocket, self.access, self.cleanup)
        self.concurrent = ConcurrentClients(reach.open_http, run.masker, self.evidence)
        self.media = MediaClient(lambda: reach.storage, self.cleanup, self.unique_name, self.suffix)
        self.vod = VodClient(http, self.access, self.cleanup, run.target.limits)
        self.resources = ResourceClient(http, self.access, self.cleanup)
        self.research = ResearchClient(self.resources, self.access, self.evidence)
        self.operations = OperationsClient(http, self.access)
        self.malformed = MalformedRequests(http, self.access)
        self.api = ApiClient(http, self.access, self.cleanup, self.concurrent)
        self.values = Values(self._memory, self.unique_name, self.suffix)

    # People

    def person(self, word: str) -> Persona:
        """Return who is meant by a name, or by a pronoun: who acted last."""
        if word in PERSONAS:
            self._actor = PERSONAS[word]
        elif not any(word in words for words in PRONOUNS.values()):
            raise FeatureError(f'"{word}" is nobody: the personas are {", ".join(PERSONAS)}')
        if self._actor is None:
            raise FeatureError(
                f'"{word}" should mean who acted last, but nobody has: name one of {", ".join(PERSONAS)}'
            )
        return self._actor

    @property
    def current_person(self) -> Persona:
        """The persona who acted last."""
        return self.person("she")

    def caller(self, word: str) -> Persona | None:
        """Return who sends a request; None for a client that sends no token."""
        return None if word == UNAUTHENTICATED else self.person(word)

    # Names and memory

    def unique_name(self, name: str) -> str:
        """Return the name under which this scenario stores a thing that the feature calls `name`."""
        return f"{name} · {self.suffix}"

    def remember(self, name: str, value: object) -> None:
        """Keep a thing under a name that features may write, in quotes or in braces."""
        self._memory.remember(name, value)

    def recall(self, name: str, kind: type[Remembered]) -> Remembered:
        """Return a remembered thing; fails with what is known where there is none of this kind."""
        return self._memory.recall(name, kind)

    def note(self, name: str, value: object) -> None:
        """Keep a thing for later steps alone, under a name that means nothing in features."""
        self._notes.remember(name, value)

    def noted(self, name: str, kind: type[Remembered]) -> Remembered:
        """Return what a step has noted; fails with what must come before where there is none of this kind."""
        return self._notes.recall(name, kind)

    def identity(self, name: str) -> str:
        """Return the id of a remembered thing; fails where there is no such thing, or it has no id."""
        thing = self.recall(name, object)
        content = thing.json if isinstance(thing, Response) else {"id": getattr(thing, "id", None)}
        id = content.get("id") if isinstance(content, dict) else None
        require_feature(id is not None, f'"{name}" has no id, so its records cannot be found')
        return str(id)

    # What the target may lack: looked for when a step needs it

    def skip_check(self, gap: MissingCapability) -> None:
        """Note that a check was left out; the scenario's report says so, that nobody takes it for more than it is."""
        self.skipped.add(gap.capability)
        # A step that has asked the API has checked something before it came to what was not granted.
        self.checks_skipped += len(self.evidence.exchanges) == self._exchanges_before
        name = f"not checked: {gap.capability}"
        self.evidence.attach(name, f"This check needs what was not granted. {gap}", "text/plain")

    @property
    def skipped_checks(self) -> list[str]:
        """What could not be checked so far, in sentences."""
        return [f"Not checked: {gap}. The target does not grant it." for gap in sorted(self.skipped)]

    @property
    def storage(self) -> StorageDriver:
        """The media storage."""
        return self.reach.storage

    @cached_property
    def sessions(self) -> SessionStores:
        """Where the platform keeps sessions."""
        return SessionStores(self.reach.database, self.reach.redis)

    @cached_property
    def account_stores(self) -> AccountStores:
        """Where the platform keeps accounts."""
        return AccountStores(self.reach.database)

    @cached_property
    def vods(self) -> VodStores:
        """Where the platform keeps VODs."""
        return VodStores(self.reach.database, self.reach.redis, self.storage)

    @cached_property
    def queue(self) -> QueueStores:
        """Where the platform keeps the jobs of its worker."""
        return QueueStores(self.reach.database)

    @cached_property
    def resource_stores(self) -> ResourceStores:
        """Where the platform keeps what researchers work with."""
        return ResourceStores(self.reach.database)

    @cached_property
    def occurrences(self) -> OccurrenceStores:
        """Every store, to search it for what should not be there."""
        return OccurrenceStores(self.reach.database, self.reach.redis, self.storage)

    @cached_property
    def prices(self) -> PricesClient:
        """What the price service, played by a stub, is to answer and was asked."""
        return PricesClient(self.reach.stub(self.run.prices), self.cleanup, self.resources.sessions)

    @cached_property
    def stores(self) -> StateOfStores:
        """All records of database, queue and Redis, to see what changed."""
        return StateOfStores(self.reach.database, self.reach.redis, lambda: self.access.by_themselves)

    @cached_property
    def records(self) -> Records:
        """Any table of the database."""
        return Records(self.reach.database)

    @cached_property
    def keys(self) -> Keys:
        """Any key of Redis."""
        return Keys(self.reach.redis)

    def partner(self, name: str) -> PartnerClient:
        """What an outside service, played by a stub, is to answer and was asked."""
        return PartnerClient(self.reach.stub(getattr(self.run, PARTNERS[name])), self.cleanup, self._begin)

    @cached_property
    def cablecast(self) -> CablecastClient:
        """What Cablecast, played by a stub, is to answer and was asked."""
        return CablecastClient(self.reach.stub(self.run.cablecast), self.cleanup)

    @cached_property
    def faults(self) -> Faults:
        """The way to break parts of the platform."""
        self.reach.faults = Faults(
            self.reach.fault_injector,
            self.cleanup,
            prove_healthy=self.operations.prove_healthy,
            mark=self.background.mark,
        )
        return self.reach.faults

    @cached_property
    def processes(self) -> Processes:
        """The processes of the embedded platform, to watch them and to catch them at a certain moment."""
        return self.reach.processes

    @cached_property
    def background(self) -> BackgroundTraffic:
        """Others who use the platform all the while."""
        patience = Limits(connect=TIMEOUT, response=TIMEOUT)
        return BackgroundTraffic(
            lambda evidence: self.reach.open_http(evidence, limits=patience),
            self.access,
            self.cleanup,
            self.evidence,
            self.run.masker,
            self.media,
        )

    @cached_property
    def ledger(self) -> DurabilityLedger:
        """What of all that was acknowledged in this scenario must be in the stores."""
        return DurabilityLedger(self.reach.database)

    @cached_property
    def page(self) -> AdminPage:
        """The administrator's page in a browser."""
        browser = self.reach.open_browser()
        self.cleanup.add("close the browser", browser.close)
        return AdminPage(browser, self.people.account, self.cleanup)

    # The scenario's course

    def note_wait(self, timeline: Timeline[Any]) -> None:
        """Keep what was waited for as evidence, unless it was there at the first look."""
        if len(timeline.changes) > 1 or timeline.elapsed > INTERVAL:
            # Of what differs, nothing is left in the end.
            changes = [(at, timeline.show(value) or "as wanted") for at, value in timeline.changes]
            self.evidence.wait(Wait(timeline.subject, changes, timeline.elapsed))

    def note_partner_calls(self) -> None:
        """Keep what the platform has asked of outside services since the last time as evidence."""
        for stub, number in self._partner_calls.items():
            calls = stub.since(number)
            self._partner_calls[stub] += len(calls)
            for call in calls:
                self.evidence.partner_call(call_of(call, stub.name, stub.url))

    def step_begins(self) -> None:
        """Note how far the scenario is."""
        self._exchanges_before = len(self.evidence.exchanges)

    def before_when(self) -> None:
        """Note the state of the stores, once, where a step of this scenario will ask what changed."""
        if self._compares_states:
            self._compares_states = False
            with contextlib.suppress(MissingCapability):  # the step that compares will say so
                self.queue.settle()
                self.stores.note()

    def _logged(self, request_id: str) -> str:
        """Return what the embedded platform's processes logged of a request."""
        # In a context of its own, as this wait is none of the scenario's.
        return Context().run(self._logs.of_request, request_id) if self._logs else ""

    @property
    def observed(self) -> Observed:
        """What the scenario has seen of the platform; to be asked once, at its end."""
        document = self.run.known_document
        return Observed(
            answers=document.take_observed() if document else frozenset(),
            verdicts=frozenset(self.roles.verdicts),
            faults=frozenset(self.faults.injected) if "faults" in self.__dict__ else frozenset(),
        )

    def attach_logs(self) -> None:
        """Keep what the embedded platform's processes wrote during this scenario as evidence."""
        for name, text in self._logs.written() if self._logs else ():
            self.evidence.attach(name, text, "text/plain")

    def close(self) -> None:
        """Take away what the scenario created. Raises CleanupFailed with everything that could not be."""
        try:
            self.cleanup.run()
        finally:
            self.reach.close()
