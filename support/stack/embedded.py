"""The embedded platform: real PostgreSQL and Redis and the reference platform, started for one run and gone with it."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from support.errors import EnvironmentFailed
from support.gherkin.personas import PERMANENT, PERSONAS, Account
from support.stack.directories import RunDirectory
from support.stack.environment import isolate
from support.stack.platform import PlatformProcesses
from support.stack.ports import ReservedPort
from support.stack.postgres import PostgresServer
from support.stack.processes import Stopwatch
from support.stack.redis import RedisServer

WORKERS: Sequence[Mapping[str, object]] = (
    {"name": "worker"},
    {"name": "worker-2", "standby": True},
    {"name": "worker-3", "standby": True, "queues": ["imports"]},
    {"name": "worker-4", "standby": True, "places": 10},
    {"name": "worker-5", "standby": True, "places": 10},
    {"name": "worker-6", "standby": True, "places": 1},
)
"""The worker processes. Those in standby run only while a scenario has started them."""


@dataclass(frozen=True)
class PartnerAddress:
    """Where an outside service answers, and as whom the platform signs in there."""

    url: str
    username: str
    password: str


class EmbeddedPlatform:
    """Everything the features need, on loopback and unix sockets, beside any number of other runs.

    `begin` returns while the servers are still starting, so that the caller can load its own parts meanwhile; `finish`
    waits for them. Both raise EnvironmentFailed with part, cause and log. `close` is due whatever came before.
    `logs` is the folder for logs; without one they lie in the run's own directory, and go with it. `allowed_hosts` are
    the `host:port` of receivers on this machine that the platform may call.
    """

    def __init__(
        self,
        logs: Path | None,
        cablecast: PartnerAddress,
        prices_url: str,
        records_url: str,
        allowed_hosts: Sequence[str] = (),
    ) -> None:
        self._logs = logs
        self._timings: dict[str, float] = {}
        self.accounts = {name: Account(name.lower(), secrets.token_urlsafe(18)) for name in PERMANENT}
        self.signing_key = secrets.token_urlsafe(48)
        # A Fernet key, which this side has no other use for.
        self.notes_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        self.credentials_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        self._allowed_hosts = allowed_hosts
        self._cablecast = cablecast
        self._prices_url = prices_url
        self._records_url = records_url
        self._starting: list[Future[None]] = []
        self._ending = ExitStack()

    def begin(self) -> None:
        """Start every server; none of them is waited for."""
        isolate()
        self._clock = Stopwatch()
        self._run = RunDirectory()
        self._ending.callback(self._run.close)
        try:
            self.logs.mkdir(mode=0o777 if self._logs else 0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFailed(f"The folder for logs cannot be made: {self.logs}: {error.strerror}.") from error
        self._prepare()
        threads = ThreadPoolExecutor(max_workers=3, thread_name_prefix="start")
        self._starting = [
            threads.submit(self._timed, name, work)
            for name, work in (
                ("PostgreSQL", self.postgres.create),
                ("Redis", self.redis.create),
                ("platform", self.platform.wait_until_ready),
            )
        ]
        threads.shutdown(wait=False)

    def _prepare(self) -> None:
        self.media_root = self._run.path / "media"
        # Root's run directory may be passed through by others, see there; the media are for this account alone.
        self.media_root.mkdir(mode=0o700)
        self._port = ReservedPort()
        self._ending.callback(self._port.release)
        self.api_url = f"http://127.0.0.1:{self._port.number}"
        self.postgres = PostgresServer(self._run, self.logs)
        self.redis = RedisServer(self._run, self.logs)
        self.platform = PlatformProcesses(self._run, self.logs, self._settings())
        # Ended in reverse order: the platform first, politely, then what it stands on.
        for part in (self.postgres, self.redis, self.platform):
            self._ending.callback(part.server.stop)
        self.platform.start()

    def _settings(self) -> Mapping[str, str]:
        accounts = self._run.path / "accounts.json"
        descriptor = os.open(accounts, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(
                [
                    {
                        "username": account.username,
                        "email": f"{account.username}@example.org",
                        "password": account.password,
                        "role": PERSONAS[name].role,
                    }
                    for name, account in self.accounts.items()
                ],
                stream,
            )
        return {
            "PLATFORM_DATABASE_URL": self.postgres.url,
            "PLATFORM_REDIS_URL": self.redis.url,
            "PLATFORM_MEDIA_ROOT": str(self.media_root),
            "PLATFORM_SIGNING_KEY": self.signing_key,
            "PLATFORM_NOTES_KEY": self.notes_key,
            "PLATFORM_CREDENTIALS_KEY": self.credentials_key,
            "PLATFORM_PRICES_URL": self._prices_url,
            "PLATFORM_RECORDS_URL": self._records_url,
            "PLATFORM_WORKERS": json.dumps(WORKERS),
            "PLATFORM_HOST": "127.0.0.1",
            "PLATFORM_PORT": str(self._port.number),
            "PLATFORM_CABLECAST_URL": self._cablecast.url,
            "PLATFORM_CABLECAST_USERNAME": self._cablecast.username,
            "PLATFORM_CABLECAST_PASSWORD": self._cablecast.password,
            # Seconds; a partner on this machine is asked more often, and given up sooner, than one far away.
            "PLATFORM_CABLECAST_TIMEOUT": "0.6",
            "PLATFORM_CABLECAST_FIRST_WAIT": "0.1",
            "PLATFORM_CABLECAST_POLL": "0.01",
            "PLATFORM_WEBHOOK_TIMEOUT": "2",
            "PLATFORM_WEBHOOK_FIRST_WAIT": "0.2",
            "PLATFORM_OUTBOUND_ALLOWED_HOSTS": json.dumps(list(self._allowed_hosts)),
            # Argon2 still, but every scenario signs somebody in, and nobody attacks these accounts.
            "PLATFORM_PASSWORD_MEMORY_KIB": str(8 * 1024),
            "PLATFORM_PASSWORD_PASSES": "1",
            "PLATFORM_ACCOUNTS_FILE": str(accounts),
            "PLATFORM_LOG_DIR": str(self.logs.resolve()),
        }

    def _timed(self, name: str, work: Callable[[], None]) -> None:
        work()
        self._timings[name] = self._clock.seconds

    @property
    def logs(self) -> Path:
        """The folder in which each process writes a log; where none was given it is there from `begin` on."""
        return self._logs or self._run.path / "logs"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the platform's database."""
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        """The address of the platform's Redis."""
        return self.redis.url

    def finish(self) -> str:
        """Wait until every server is ready; return a line with what each took, counted from `begin`."""
        for starting in self._starting:
            starting.result()
        parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in self._timings.items())
        return f"Embedded platform ready at {self.api_url} ({parts})"

    def close(self) -> None:
        """End everything, also what is still being started; the guardian ends what does not end by itself."""
        self._ending.close()
