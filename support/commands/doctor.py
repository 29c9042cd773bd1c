"""`acceptance doctor`: whether a target can be tested, what is wrong with it, and what each lack costs."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import redis
import requests
from behave.model import Scenario
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from support import tags, vocabulary
from support.commands.sweep import target_named
from support.drivers.database import open_engine
from support.drivers.redis import open_client
from support.drivers.trust import distrust, open_session
from support.exits import ExitCode, UsageError
from support.personas import PERSONAS
from support.settings import Capability, PersonaAccount, Target, load_target, require_section, store_url

SKEW = 2.0  # seconds that clocks may differ before times in answers are taken for wrong
ADDRESS = "address"
GOOD, BAD, LACKING = "✓", "✗", "–"


@dataclass(frozen=True)
class Finding:
    """One line: whether it is good, bad or lacking, what was looked at, what was seen, and what it costs."""

    state: str
    what: str
    seen: str
    cost: str = ""

    def __str__(self) -> str:
        return f"{self.state} {self.what:<13} {self.seen}" + (f"\n{'':<16}costs: {self.cost}" if self.cost else "")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("-D", dest="target", required=True, metavar="target=NAME", help="the target, as with behave")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Look at everything, also when something is wrong, and say how much of the features would run."""
    named = target_named(options.target)
    target = load_target(named)
    if target.embedded:
        raise UsageError("The embedded platform is started anew for each run and needs no doctor: name a live target.")
    doctor = Doctor(target)
    bad = []
    for finding in doctor.findings():
        bad += [finding.what] if finding.state == BAD else []
        print(finding, flush=True)
    if ADDRESS in bad:
        print(f"No scenario can run at {target.name} until it answers as the platform does.")
    else:
        print(f"{doctor.verdict()}: behave -D target={named}")
    return ExitCode.ENVIRONMENT if bad else ExitCode.PASSED


class Doctor:
    """Looks at one target; nothing is changed there, but personas sign in and out."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._url = target.api.url.rstrip("/") if target.api else ""
        self._session = open_session(target.trusted)
        self._scenarios = [one for feature in vocabulary.read_features() for one in feature.walk_scenarios()]

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, in the order in which they matter."""
        address = self._tried(ADDRESS, self._address, f"all {len(self._scenarios)} scenarios")
        yield address
        if address.state == BAD:
            return
        yield self._tried("version", self._version, "nothing; the report cannot say what was tested")
        yield self._tried("clock", self._clock, "scenarios that look at times")
        for name in PERSONAS:
            if PERSONAS[name].role is not None and not PERSONAS[name].newcomer:
                yield self._persona(name)
        for capability in Capability:
            yield self._capability(capability)

    def verdict(self) -> str:
        """Return how many scenarios would run."""
        runs = [scenario for scenario in self._scenarios if self._runs(scenario)]
        return f"{len(runs)} of {len(self._scenarios)} scenarios run at {self._target.name}"

    def _runs(self, scenario: Scenario) -> bool:
        needs = {tag.removeprefix(tags.NEEDS) for tag in scenario.effective_tags if tag.startswith(tags.NEEDS)}
        lacking = needs - set(self._target.capabilities) - {Capability.DATABASE, Capability.REDIS}
        writes = Capability.WRITES in self._target.capabilities
        return not lacking and (writes or tags.READONLY in scenario.effective_tags)

    def _tried(self, what: str, look: Callable[[], str], cost: str) -> Finding:
        """Return what was seen; a problem is a finding, whatever it is."""
        try:
            return Finding(GOOD, what, look())
        except (Problem, UsageError) as problem:
            return Finding(BAD, what, str(problem), cost)
        except (requests.RequestException, redis.RedisError, SQLAlchemyError, OSError) as error:
            return Finding(BAD, what, _short(error), cost)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return Finding(BAD, what, f"what was answered is not as the platform answers: {_short(error)}", cost)

    def _get(self, path: str, **options: Any) -> requests.Response:
        limits = self._target.limits
        return self._session.get(self._url + path, timeout=(limits.connect, limits.answer), **options)

    def _address(self) -> str:
        answer = self._get("/api/health")
        try:
            status = answer.json()["status"]
        except (ValueError, KeyError, TypeError):
            raise Problem(
                f"{self._url}/api/health does not answer as the platform does, but: {answer.text[:80]}"
            ) from None
        return f"{self._url} says it is {status}, in {answer.elapsed.total_seconds() * 1000:.0f} ms"

    def _version(self) -> str:
        about: Mapping[str, str] = self._get("/openapi.json").json()["info"]
        return f"{about['title']} {about['version']}"

    def _clock(self) -> str:
        told = parsedate_to_datetime(self._get("/api/health").headers["Date"])
        # The header tells whole seconds.
        skew = max(0.0, abs((datetime.now(UTC) - told).total_seconds()) - 1)
        if skew > SKEW:
            raise Problem(f"differs from ours by {skew:.0f} s")
        return f"agrees with ours to {SKEW:g} s"

    def _persona(self, name: str) -> Finding:
        users = [scenario for scenario in self._scenarios if _names(scenario, name)]
        cost = f"{len(users)} scenarios in which {name} acts"
        account = self._target.personas.get(name)
        if account is None:
            return Finding(LACKING, name, "has no account in the target file", cost)
        return self._tried(name, lambda: self._sign_in(name, account), cost)

    def _sign_in(self, name: str, account: PersonaAccount) -> str:
        unset = [one for one in (account.username_env, account.password_env) if not os.environ.get(one)]
        if unset:
            raise Problem(f"the environment variable {' and '.join(unset)} is not set")
        credentials = {"username": os.environ[account.username_env], "password": os.environ[account.password_env]}
        limits = (self._target.limits.connect, self._target.limits.answer)
        answer = self._session.post(f"{self._url}/api/auth/login", json=credentials, timeout=limits)
        if answer.status_code != 200:
            raise Problem(f"signing in was answered {answer.status_code}: {answer.text[:120]}")
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        role = self._get("/api/auth/me", headers=bearer).json().get("role")
        self._session.post(f"{self._url}/api/auth/logout", headers=bearer, timeout=limits)
        if role != PERSONAS[name].role:
            raise Problem(f"is {role} at this target, and should be {PERSONAS[name].role}")
        return f"signs in and is {role}"

    def _capability(self, capability: Capability) -> Finding:
        cost = self._cost(capability)
        if capability not in self._target.capabilities:
            return Finding(LACKING, capability, "not granted by the target file", cost)
        looks: Mapping[Capability, Callable[[], str]] = {
            Capability.DATABASE: self._database,
            Capability.REDIS: self._redis,
            Capability.STORAGE: self._storage,
        }
        return self._tried(capability, looks.get(capability, lambda: "granted"), cost)

    def _cost(self, capability: Capability) -> str:
        asking = sum(tags.NEEDS + capability in scenario.effective_tags for scenario in self._scenarios)
        if capability is Capability.WRITES:
            lost = sum(tags.READONLY not in scenario.effective_tags for scenario in self._scenarios)
            return f"{lost} scenarios; those tagged @{tags.READONLY} run"
        if capability in (Capability.DATABASE, Capability.REDIS):
            return (
                f"{asking} scenarios look there: what they check there is left out, and those with nothing else skipped"
            )
        return f"{asking} scenarios"

    def _database(self) -> str:
        section = require_section(self._target, self._target.database, "database")
        engine = open_engine(store_url(section, "the database's address"), "acceptance doctor")
        with engine.connect() as connection:
            version = str(connection.execute(text("SHOW server_version")).scalar_one())
            tables = connection.execute(
                text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
            ).scalar_one()
            may_write = connection.execute(text("SELECT has_table_privilege('vods', 'DELETE')")).scalar_one()
        if not tables:
            raise Problem(f"PostgreSQL {version} answers, but shows no tables: is it the platform's database?")
        writes = Capability.WRITES in self._target.capabilities
        hint = "" if writes or not may_write else "; the account could write: one that only reads would be safer"
        return f"PostgreSQL {version}, {tables} tables{hint}"

    def _redis(self) -> str:
        section = require_section(self._target, self._target.redis, "redis")
        client = open_client(store_url(section, "the address of Redis"))
        with client:
            about: Any = client.info("server")
            return f"Redis {about['redis_version']}, {client.dbsize()} keys"

    def _storage(self) -> str:
        root = require_section(self._target, self._target.storage, "storage").root
        if not root.is_dir():
            raise Problem(
                f"{root} is no folder here: mount the media storage, or take `storage` out of the capabilities"
            )
        if not os.access(root, os.W_OK):
            raise Problem(f"{root} cannot be written to")
        return str(root)


class Problem(Exception):
    """Something is wrong with the target; the message says what."""


def _names(scenario: Scenario, persona: str) -> bool:
    return any(re.search(rf"\b{persona}\b", step.name) for step in scenario.all_steps)


def _short(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):  # a ConnectionError too
        return distrust(error)
    if isinstance(error, requests.ConnectTimeout):
        return "no connection was made in time: is the address right, and open to this machine?"
    if isinstance(error, requests.ConnectionError):
        return "the connection was refused, or the name is not known: is the address right, and the platform up?"
    lines: Sequence[str] = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]
