"""All that one scenario knows: the only thing that steps find on behave's context."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TypeVar

from support.checks.changes import StateOfStores
from support.cleanup import Cleanup
from support.clients.access import AccessClient, SessionStores
from support.clients.cablecast import CablecastClient
from support.clients.jobs import JobStores
from support.clients.malformed import MalformedRequests
from support.clients.operations import AdminPage, OperationsClient
from support.clients.people import HUNG_AFTER, PeopleAtWork
from support.clients.research import ResearchClient, ResearchStores
from support.clients.vod import VodClient, VodStores
from support.drivers.browser import Browser
from support.drivers.database import DatabaseDriver
from support.drivers.http import HttpDriver
from support.drivers.redis import RedisDriver
from support.drivers.storage import StorageDriver
from support.evidence.recorder import Recorder
from support.faults import Faults
from support.faults.processes import Processes
from support.ledger import Ledger
from support.memory import Memory
from support.personas import PERSONAS, PRONOUNS, Persona
from support.run import Run
from support.settings import Capability, Limits
from support.stack.logs import LogMarks
from support.testdata.media import file_stem

Kind = TypeVar("Kind")


class World:
    """One scenario's actors, memory, clients and clean-up, bound to the target of the run.

    `mark` makes every name the scenario gives unique: "City Council" is stored as "City Council · 7f3a12", so that
    scenarios and runs that share a target never take each other's things for their own.
    """

    def __init__(self, run: Run, *, compares_states: bool = False) -> None:
        self.run = run
        self._compares_states = compares_states
        self._logs = LogMarks(run.embedded.logs) if run.embedded else None
        self.mark = secrets.token_hex(3)
        self.cleanup = Cleanup()
        self.evidence = Recorder(run.masker)
        self._memory = Memory()
        self._actor: Persona | None = None
        self._http = self._open_http(self.evidence)
        self.access = AccessClient(self._http, run.account, self.cleanup)
        self.vod = VodClient(self._http, self.access, self.cleanup, run.target.limits)
        self.research = ResearchClient(self._http, self.access, self.cleanup)
        self.operations = OperationsClient(self._http, self.access)
        self.malformed = MalformedRequests(self._http, self.access)

    def _open_http(self, evidence: Recorder, limits: Limits | None = None) -> HttpDriver:
        run = self.run
        return HttpDriver(
            run.deployment.api_url,
            limits or run.target.limits,
            evidence,
            writes=run.grants(Capability.WRITES),
            document=run.document,
        )

    # People

    def person(self, word: str) -> Persona:
        """Return who is meant by a name, or by a pronoun: who acted last."""
        if word in PERSONAS:
            self._actor = PERSONAS[word]
        elif not any(word in words for words in PRONOUNS.values()):
            raise AssertionError(f'"{word}" is nobody: the personas are {", ".join(PERSONAS)}')
        if self._actor is None:
            raise AssertionError(
                f'"{word}" should mean who acted last, but nobody has: name one of {", ".join(PERSONAS)}'
            )
        return self._actor

    # Names and memory

    def alias(self, name: str) -> str:
        """Return the name under which this scenario stores a thing that the feature calls `name`."""
        return f"{name} · {self.mark}"

    def file_name(self, name: str, suffix: str) -> str:
        """Return the file name for a thing that the feature calls `name`: "city-council-7f3a12.wav"."""
        return f"{file_stem(name)}-{self.mark}{suffix}"

    def remember(self, name: str, thing: object) -> None:
        """Keep a thing under a name for later steps."""
        self._memory.remember(name, thing)

    def recall(self, name: str, kind: type[Kind]) -> Kind:
        """Return a remembered thing; fails with what is known where there is none of this kind."""
        return self._memory.recall(name, kind)

    # What the target may lack: looked for when a step needs it

    @cached_property
    def _database(self) -> DatabaseDriver:
        return DatabaseDriver(self.run.engine, self.evidence)

    @cached_property
    def _redis(self) -> RedisDriver:
        return RedisDriver(self.run.redis, self.evidence)

    @cached_property
    def storage(self) -> StorageDriver:
        """The media storage."""
        return StorageDriver(self.run.deployment.media_root, self.evidence)

    @cached_property
    def sessions(self) -> SessionStores:
        """Where the platform keeps sessions."""
        return SessionStores(self._database, self._redis)

    @cached_property
    def vods(self) -> VodStores:
        """Where the platform keeps VODs."""
        return VodStores(self._database, self._redis, self.storage)

    @cached_property
    def research_stores(self) -> ResearchStores:
        """Where the platform keeps research sessions."""
        return ResearchStores(self._database)

    @cached_property
    def jobs(self) -> JobStores:
        """Where the platform keeps the worker's jobs."""
        return JobStores(self._database)

    @cached_property
    def stores(self) -> StateOfStores:
        """All records of database, queue and Redis, to see what changed."""
        return StateOfStores(self._database, self._redis)

    @cached_property
    def cablecast(self) -> CablecastClient:
        """What Cablecast, played by a stub, is to answer and was asked."""
        if self.run.cablecast is None:
            raise AssertionError(_lacking(self.run, Capability.PARTNERS))
        return CablecastClient(self.run.cablecast, self.cleanup)

    @cached_property
    def faults(self) -> Faults:
        """The way to break parts of the platform."""
        if not self.run.grants(Capability.FAULTS):
            raise AssertionError(_lacking(self.run, Capability.FAULTS))
        return Faults(
            self.run.breaker, self.cleanup, prove_healthy=self.operations.prove_healthy, mark=self.people.mark
        )

    @cached_property
    def processes(self) -> Processes:
        """The processes of the embedded platform, to watch them and to catch them at a certain moment."""
        if self.run.embedded is None:
            raise AssertionError(_lacking(self.run, Capability.FAULTS))
        return Processes(self.run.embedded)

    @cached_property
    def people(self) -> PeopleAtWork:
        """Others who use the platform all the while."""
        return PeopleAtWork(
            lambda evidence: self._open_http(evidence, Limits(connect=HUNG_AFTER, answer=HUNG_AFTER)),
            self.access,
            self.cleanup,
            self.evidence,
            self.run.masker,
            self.mark,
        )

    @cached_property
    def ledger(self) -> Ledger:
        """What of all that was acknowledged in this scenario must be in the stores."""
        return Ledger(self._database)

    @cached_property
    def page(self) -> AdminPage:
        """The administrator's page in a browser."""
        browser = Browser(self.run.deployment.api_url, self.run.target.limits, self.evidence)
        self.cleanup.add("close the browser", browser.close)
        return AdminPage(browser, self.run.account, self.cleanup)

    # The scenario's course

    def before_when(self) -> None:
        """Note the state of the stores, once, where a step of this scenario will ask what changed."""
        if self._compares_states:
            self._compares_states = False
            self.stores.note()

    def attach_logs(self) -> None:
        """Keep what the embedded platform's processes wrote during this scenario as evidence."""
        for name, text in self._logs.written() if self._logs else ():
            self.evidence.attach(name, text, "text/plain")

    def close(self) -> None:
        """Take away what the scenario created. Raises CleanupFailed with everything that could not be."""
        try:
            self.cleanup.run()
        finally:
            self._http.close()


def _lacking(run: Run, capability: Capability) -> str:
    return f"the target {run.target.name!r} does not grant '{capability}': tag the scenario @needs.{capability}"
