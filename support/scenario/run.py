"""One run: the target with everything that its scenarios share."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
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
from support.scenario.names import run_id
from support.scenario.shared_sessions import SharedSessions
from support.stack.embedded import EmbeddedPlatform, PartnerAddress
from support.targets.capabilities import Capability, MissingCapability
from support.targets.deployment import Deployment, LiveDeployment
from support.targets.settings import Target

CABLECAST_USERNAME = "platform"


class Run:
    """The target of this run: `begin`, `finish`, then scenarios, then `close`.

    `logs` is the folder for the logs of an embedded platform; without one they go with the platform.
    `mark` begins the marks of all its scenarios. Raises EnvironmentFailed or UsageError on the way.
    """

    def __init__(self, target: Target, logs: Path | None = None) -> None:
        self.target = target
        self.mark = run_id()
        self.masker = Masker()
        self.sessions = SharedSessions()
        self.cablecast: Cablecast | None = None
        self.cablecast_credentials: str | None = None
        self.prices: Prices | None = None
        self.records: Records | None = None
        self.webhook_receiver: WebhookReceiver | None = None
        self.embedded: EmbeddedPlatform | None = None
        self.deployment: Deployment
        if target.embedded:
            password = secrets.token_urlsafe(18)
            self.masker.add(password)
            self.cablecast_credentials = f"{CABLECAST_USERNAME}:{password}"
            self.cablecast = Cablecast(CABLECAST_USERNAME, password)
            self.cablecast.start()
            self.prices = Prices()
            self.prices.start()
            self.records = Records()
            self.records.start()
            self.webhook_receiver = WebhookReceiver()
            self.webhook_receiver.start()
            self.embedded = EmbeddedPlatform(
                logs,
                PartnerAddress(self.cablecast.url, CABLECAST_USERNAME, password),
                self.prices.url,
                self.records.url,
                # Started before, so that the platform knows its address from its own start on.
                allowed_hosts=[self.webhook_receiver.host_and_port],
            )
            for secret in (self.embedded.signing_key, self.embedded.notes_key, self.embedded.credentials_key):
                self.masker.add(secret)
            self.deployment = self.embedded
        else:
            self.deployment = LiveDeployment(target)
        for secret in self._secrets():
            try:
                self.masker.add(secret)
            except ValueError as error:
                raise UsageError(f"A password of the target {target.name!r} cannot be kept secret: {error}") from error

    def _secrets(self) -> Iterator[str]:
        for account in self.deployment.accounts.values():
            yield account.password
        for granted, address in ((Capability.DATABASE, "database_url"), (Capability.REDIS, "redis_url")):
            if self.provides(granted) and self.embedded is None:
                password = urlsplit(getattr(self.deployment, address)).password
                if password:
                    yield unquote(password)

    @property
    def partners(self) -> Sequence[PartnerServer]:
        """The stubs of outside services that this run plays."""
        return [stub for stub in (self.cablecast, self.prices, self.records, self.webhook_receiver) if stub is not None]

    def provides(self, capability: Capability) -> bool:
        """Whether the target lets the tests do this; a browser is the machine's to have."""
        if capability is Capability.BROWSER:
            return find_browser() is not None
        return capability in self.target.capabilities

    def require(self, capability: Capability) -> None:
        """Raise NotGranted where the target does not let the tests do this."""
        if not self.provides(capability):
            lacking = f"the target {self.target.name!r} does not grant '{capability}'"
            raise MissingCapability(capability, NO_BROWSER if capability is Capability.BROWSER else lacking)

    def account(self, persona: Persona) -> Account:
        """Return the persona's account at this target. NotGranted: the target file names none."""
        if persona.role is None:
            raise FeatureError(f"{persona.name} is {persona.meaning}: let somebody else do this")
        try:
            return self.deployment.accounts[persona.name]
        except KeyError:
            known = ", ".join(self.deployment.accounts) or "nobody"
            raise MissingCapability(
                f"an account for {persona.name}",
                f"{persona.name} has no account at the target {self.target.name!r}; who has one: {known}",
            ) from None

    @property
    def signing_key(self) -> str:
        """The key that the platform signs tokens with; only the embedded target tells it."""
        if self.embedded is None:
            raise MissingCapability(Capability.SIGNING_KEY, "only the embedded platform tells its signing key")
        return self.embedded.signing_key

    @cached_property
    def new_password(self) -> str:
        """The password of every account that scenarios make; no report shows it."""
        password = secrets.token_urlsafe(18)
        self.masker.add(password)
        return password

    @cached_property
    def connections(self) -> HTTPAdapter:
        """The open connections to the API."""
        return HTTPAdapter()

    @cached_property
    def engine(self) -> Engine:
        """The way into the database."""
        return open_engine(self.deployment.database_url, "acceptance tests")

    @cached_property
    def redis(self) -> redis.Redis:
        """The way into Redis."""
        return open_client(self.deployment.redis_url)

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
        return ApiDocument(content) if isinstance(content, dict) else None

    @property
    def known_document(self) -> ApiDocument | None:
        """The document, if a scenario has asked for it."""
        return self.document if "document" in self.__dict__ else None

    @cached_property
    def fault_injector(self) -> FaultInjector:
        """What breaks and mends parts of the target."""
        if self.embedded is not None and self.cablecast is not None:
            return EmbeddedFaultInjector(self.embedded, self.cablecast)
        return CommandFaultInjector(self.target.faults)

    def close(self) -> None:
        """End what the run started."""
        if "connections" in self.__dict__:
            self.connections.close()
        if "engine" in self.__dict__:
            self.engine.dispose()
        if "redis" in self.__dict__:
            self.redis.close()
        self.deployment.close()
        for partner in self.partners:
            partner.close()
