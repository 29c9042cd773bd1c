"""One run: its target and everything that its scenarios share."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine

from support.checks.openapi import ApiDocument
from support.drivers.browser import NO_BROWSER, find_browser
from support.drivers.database import open_engine
from support.drivers.redis import open_client
from support.drivers.tls import open_session
from support.errors import FeatureError, UsageError
from support.evidence.masking import Masker
from support.faults.commands import CommandFaultInjector
from support.faults.embedded import EmbeddedFaultInjector
from support.faults.injection import FaultInjector
from support.gherkin.personas import Account, Persona
from support.partners.cablecast import Cablecast
from support.partners.prices import Prices
from support.partners.records import Records
from support.partners.server import PartnerServer
from support.partners.webhook_receiver import WebhookReceiver
from support.scenario.names import new_run_id
from support.scenario.shared_sessions import SharedSessions
from support.stack.embedded import EmbeddedPlatform, PartnerAddress
from support.targets.capabilities import Capability, MissingCapability
from support.targets.deployment import Deployment, LiveDeployment
from support.targets.settings import Target

CABLECAST_USERNAME = "platform"


class Run:
    """The target of this run: `start`, `deployment.finish`, then scenarios, then `close`.

    `logs` is the folder for the logs of an embedded platform; without one they are deleted with the platform.
    `run_id` starts the suffix of each of its scenarios. Raises UsageError for an invalid password of a live target.
    """

    def __init__(self, target: Target, logs: Path | None = None) -> None:
        self.target = target
        self.run_id = new_run_id()
        self.masker = Masker()
        self.sessions = SharedSessions()
        self.cablecast: Cablecast | None = None
        self.cablecast_credentials: str | None = None
        self.prices: Prices | None = None
        self.records: Records | None = None
        self.webhook_receiver: WebhookReceiver | None = None
        self.embedded: EmbeddedPlatform | None = None
        self.deployment: Deployment
        self._logs = logs
        self._document: ApiDocument | None = None
        self._resources = ExitStack()
        if not target.embedded:
            self._use(LiveDeployment(target))

    def start(self) -> None:
        """Start the partners' stubs and the servers of an embedded target, without waiting for the servers.

        `deployment.finish` waits for them. Raises EnvironmentFailed where a server cannot be started.
        """
        if self.target.embedded:
            self._start_partners()
        self.deployment.begin()

    def _start_partners(self) -> None:
        password = secrets.token_urlsafe(18)
        self.masker.add(password)
        self.cablecast_credentials = f"{CABLECAST_USERNAME}:{password}"
        self.cablecast, self.prices = Cablecast(CABLECAST_USERNAME, password), Prices()
        self.records, self.webhook_receiver = Records(), WebhookReceiver()
        for partner in self.partners:
            self._resources.callback(partner.close)
            partner.start()
        cablecast = PartnerAddress(self.cablecast.url, CABLECAST_USERNAME, password)
        self.embedded = EmbeddedPlatform(
            self._logs,
            cablecast,
            self.prices.url,
            self.records.url,
            # The receiver starts first, so that the platform knows its address from the start.
            allowed_hosts=[self.webhook_receiver.host_and_port],
        )
        for secret in (self.embedded.signing_key, self.embedded.notes_key, self.embedded.credentials_key):
            self.masker.add(secret)
        self._use(self.embedded)

    def _use(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._resources.callback(deployment.close)
        for secret in self._secrets():
            try:
                self.masker.add(secret)
            except ValueError as error:
                raise UsageError(f"A password of the target {self.target.name!r} cannot be masked: {error}") from error

    def _secrets(self) -> Iterator[str]:
        for account in self.deployment.accounts.values():
            yield account.password
        for capability, address in ((Capability.DATABASE, "database_url"), (Capability.REDIS, "redis_url")):
            if self.provides(capability) and self.embedded is None:
                password = urlsplit(getattr(self.deployment, address)).password
                if password:
                    yield unquote(password)

    @property
    def partners(self) -> Sequence[PartnerServer]:
        """The stub servers that simulate outside services in this run."""
        return [stub for stub in (self.cablecast, self.prices, self.records, self.webhook_receiver) if stub is not None]

    def provides(self, capability: Capability) -> bool:
        """Whether the target provides a capability; a browser depends on the machine instead."""
        if capability is Capability.BROWSER:
            return find_browser() is not None
        return capability in self.target.capabilities

    def require(self, capability: Capability) -> None:
        """Raise MissingCapability where the target does not provide a capability."""
        if not self.provides(capability):
            missing = f"the target {self.target.name!r} does not provide '{capability}'"
            raise MissingCapability(capability, NO_BROWSER if capability is Capability.BROWSER else missing)

    def account(self, persona: Persona) -> Account:
        """Return the persona's account at this target. Raises MissingCapability where the target file names none."""
        if persona.role is None:
            raise FeatureError(f"{persona.name} is {persona.meaning}: choose another persona")
        try:
            return self.deployment.accounts[persona.name]
        except KeyError:
            known = ", ".join(self.deployment.accounts) or "none"
            raise MissingCapability(
                f"an account for {persona.name}",
                f"{persona.name} has no account at the target {self.target.name!r}; accounts: {known}",
            ) from None

    @property
    def signing_key(self) -> str:
        """The key that the platform signs tokens with; known for the embedded target only."""
        if self.embedded is None:
            raise MissingCapability(Capability.SIGNING_KEY, "the signing key is known for the embedded platform only")
        return self.embedded.signing_key

    @cached_property
    def new_password(self) -> str:
        """The password of every account that scenarios create; masked in every report."""
        password = secrets.token_urlsafe(18)
        self.masker.add(password)
        return password

    @cached_property
    def connections(self) -> HTTPAdapter:
        """Open connections to the API."""
        adapter = HTTPAdapter()
        self._resources.callback(adapter.close)
        return adapter

    @cached_property
    def engine(self) -> Engine:
        """Connections to the database."""
        engine = open_engine(self.deployment.database_url, "acceptance tests")
        self._resources.callback(engine.dispose)
        return engine

    @cached_property
    def redis(self) -> redis.Redis:
        """Connections to Redis."""
        client = open_client(self.deployment.redis_url)
        self._resources.callback(client.close)
        return client

    @cached_property
    def document(self) -> ApiDocument | None:
        """The platform's own OpenAPI document; None where it publishes none."""
        limits = self.target.limits
        try:
            with open_session(self.target.trusted) as session:
                answer = session.get(
                    f"{self.deployment.api_url}/openapi.json", timeout=(limits.connect, limits.response)
                )
            content = answer.json() if answer.ok else None
        except (requests.RequestException, ValueError):
            return None
        self._document = ApiDocument(content) if isinstance(content, dict) else None
        return self._document

    @property
    def known_document(self) -> ApiDocument | None:
        """The document, if a scenario has read it."""
        return self._document

    @cached_property
    def fault_injector(self) -> FaultInjector:
        """Injects and restores faults of the target's components."""
        if self.embedded is not None and self.cablecast is not None:
            return EmbeddedFaultInjector(self.embedded, self.cablecast)
        return CommandFaultInjector(self.target.faults)

    def close(self) -> None:
        """Close connections, servers and stubs, in reverse order of their creation."""
        self._resources.close()
