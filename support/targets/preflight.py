"""Check a live target against its target file before scenarios run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import redis
import requests
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from support.drivers.browser import find_browser
from support.drivers.database import open_engine
from support.drivers.redis import open_client
from support.drivers.tls import describe_scheme, describe_tls_error, open_session
from support.errors import EnvironmentFailed, UsageError
from support.gherkin.personas import PERSONAS
from support.targets.capabilities import Capability
from support.targets.settings import Target, describe_unset, refuse_unset, require_section, store_url

ADDRESS, VERSION, CLOCK = "address", "version", "clock"
SKEW = 2.0  # seconds by which the clocks may differ
MIN_PASSWORD = 8  # characters


class Problem(Exception):
    """A problem of the target; the message describes it."""


class Preflight:
    """Check one target. Nothing is changed there, except that personas sign in and out."""

    def __init__(self, target: Target, *, check_passwords: bool = False) -> None:
        self._check_passwords = check_passwords
        self._target = target
        self._url = require_section(target, target.api, "api").url.rstrip("/")
        self._session = open_session(target.trusted)
        self._session.headers.update(target.gateway_headers)
        self._looks: Mapping[str, Callable[[], str]] = {
            ADDRESS: self._address,
            VERSION: self._version,
            CLOCK: self._clock,
            **{name: partial(self._sign_in, name) for name in target.personas},
            Capability.DATABASE: self._database,
            Capability.REDIS: self._redis,
            Capability.STORAGE: self._storage,
            Capability.BROWSER: lambda: f"this machine's {find_browser()}",
        }

    def look(self, what: str) -> str:
        """Check one item and return its description. Raises Problem."""
        with _problems():
            return self._looks.get(what, lambda: "provided")()

    def require(self, *wanted: str) -> list[str]:
        """Check items and return their descriptions. Raises EnvironmentFailed with all problems."""
        actual, wrong = [], []
        for what in wanted:
            try:
                actual.append(self.look(what))
            except Problem as problem:
                wrong.append(f"{'' if what == ADDRESS else f'{what}: '}{problem}".rstrip("."))
        if wrong:
            raise EnvironmentFailed(f"The target {self._target.name!r} cannot be tested: {'; '.join(wrong)}.")
        return actual

    def require_for(self, personas: Iterable[str]) -> None:
        """Raise EnvironmentFailed or UsageError for each problem that would fail every scenario of these personas."""
        refuse_unset(self._target)
        self.require(ADDRESS)
        stores = sorted(self._target.capabilities & self._looks.keys())
        self.require(*sorted(self._target.personas.keys() & set(personas)), *stores)

    def _get(self, path: str, **options: Any) -> requests.Response:
        limits = self._target.limits
        return self._session.get(self._url + path, timeout=(limits.connect, limits.response), **options)

    def _post(self, path: str, **options: Any) -> requests.Response:
        limits = self._target.limits
        return self._session.post(self._url + path, timeout=(limits.connect, limits.response), **options)

    def _address(self) -> str:
        where = f"{self._url}/api/health"
        try:
            answer = self._get("/api/health")
        except requests.RequestException as error:
            scheme = describe_scheme(self._url, self._target.limits.connect)
            raise Problem(f"{where}: no response{scheme or f': {_short(error)}'}") from error
        try:
            status = answer.json()["status"]
        except (ValueError, KeyError, TypeError):
            raise Problem(f"{where} is not the health of the platform: {answer.text[:80]}") from None
        return f"{self._url} is {status}"

    def _version(self) -> str:
        about: Mapping[str, str] = self._get("/openapi.json").json()["info"]
        return f"{about.get('title', 'the platform')} {about['version']}"

    def _clock(self) -> str:
        message = parsedate_to_datetime(self._get("/api/health").headers["Date"])
        # The header tells whole seconds.
        skew = max(0.0, abs((datetime.now(UTC) - message).total_seconds()) - 1)
        if skew > SKEW:
            raise Problem(f"differs from this machine by {skew:.0f} s")
        return f"agrees with this machine to {SKEW:g} s"

    def _sign_in(self, name: str) -> str:
        account = self._target.personas[name]
        if message := describe_unset([account.username_env, account.password_env]):
            raise Problem(message)
        username, password = os.environ[account.username_env], os.environ[account.password_env]
        if self._check_passwords and (len(password) < MIN_PASSWORD or password.isalpha()):
            raise Problem(
                f"the password in {account.password_env} is a single word or shorter than {MIN_PASSWORD} characters: "
                "evidence masks passwords, so every such word in it would be masked; set another password"
            )
        answer = self._post("/api/auth/login", json={"username": username, "password": password})
        if answer.status_code != 200:
            message = _refusal(answer).replace(password, "***")  # who refuses may say what
            names = f"{account.username_env} and {account.password_env}"
            raise Problem(f"signing in with what {names} hold was answered {answer.status_code}: {message}")
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        role = self._get("/api/auth/me", headers=bearer).json().get("role")
        self._post("/api/auth/logout", headers=bearer)
        if role != PERSONAS[name].role:
            raise Problem(f"role: expected {PERSONAS[name].role}, got {role}")
        return f"signs in and is {role}"

    def _database(self) -> str:
        engine = open_engine(store_url(self._target, Capability.DATABASE), "acceptance preflight")
        try:
            with engine.connect() as connection:
                version = str(connection.execute(text("SHOW server_version")).scalar_one())
                vods, may_write = connection.execute(
                    text("SELECT to_regclass('vods'), has_table_privilege(to_regclass('vods'), 'DELETE')")
                ).one()
        finally:
            engine.dispose()
        if vods is None:
            raise Problem(f"PostgreSQL {version} answers, but has no table vods: is it the platform's database?")
        writes = Capability.WRITES in self._target.capabilities
        hint = "" if writes or not may_write else "; the account could write: one that only reads would be safer"
        return f"PostgreSQL {version}, with the platform's tables{hint}"

    def _redis(self) -> str:
        with open_client(store_url(self._target, Capability.REDIS)) as client:
            about: Any = client.info("server")
            return f"Redis {about['redis_version']}, {client.dbsize()} keys"

    def _storage(self) -> str:
        root = require_section(self._target, self._target.storage, "storage").root
        if not root.is_dir():
            raise Problem(
                f"{root} is not a folder here: mount the media storage, or remove `storage` from the capabilities"
            )
        if Capability.WRITES in self._target.capabilities and not os.access(root, os.W_OK):
            raise Problem(f"{root} is not writable")
        return str(root)


@contextlib.contextmanager
def _problems() -> Iterator[None]:
    """Convert every error of a check to Problem."""
    try:
        yield
    except UsageError as error:
        raise Problem(str(error)) from error
    except (requests.RequestException, redis.RedisError, SQLAlchemyError, OSError) as error:
        raise Problem(_short(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem(f"unexpected response: {_short(error)}") from error


def _refusal(answer: requests.Response) -> str:
    """Return the message of an error response, or the start of its body."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:120]


def _short(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):  # a ConnectionError too
        return describe_tls_error(error)
    if isinstance(error, requests.ConnectTimeout):
        return "no connection was made in time: is the address right, and open to this machine?"
    if isinstance(error, requests.ConnectionError):
        return "the connection was refused, or the name is not known: is the address right, and the platform up?"
    message = str(getattr(error, "orig", error)).strip()  # without what SQLAlchemy adds
    return (message or type(error).__name__).splitlines()[0][:200]
