"""Accounts: an administrator makes and changes them; scenarios have some of their own and disturb nobody with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from support.capabilities.access.client import AccessClient
from support.checks.comparison import require
from support.drivers.database import DatabaseDriver
from support.drivers.http import HttpDriver, Response
from support.errors import FeatureError, require_feature
from support.gherkin.personas import ADMINISTRATOR, Account, Persona, Role
from support.scenario.cleanup import Cleanup
from support.scenario.names import account_name

ACCOUNTS = "/api/admin/users"
USERS = "/api/users"

BEFORE_LOCK = 5  # refusals that a name is given before it is locked


@dataclass(frozen=True)
class OwnAccount:
    """An account that a scenario has made for one of its personas."""

    id: str
    account: Account
    email: str


def _role(value: str) -> Mapping[str, object]:
    require_feature(value in list(Role), f'"{value}" is no role; the roles are {", ".join(Role)}')
    return {"role": value}


def _activity(value: str) -> Mapping[str, object]:
    known = {"active": True, "inactive": False}
    require_feature(value in known, f'an account is set to {" or ".join(known)}, not to "{value}"')
    return {"active": known[value]}


def _request_limit(value: str) -> Mapping[str, object]:
    found = re.fullmatch(r"(\d+) requests in (\d+) seconds", value)
    if found is None:
        raise FeatureError(f'a request limit is written like "3 requests in 2 seconds", not "{value}"')
    return {"rate_limit": int(found[1]), "rate_limit_seconds": int(found[2])}


def _lock_time(value: str) -> Mapping[str, object]:
    found = re.fullmatch(r"(\d+) seconds", value)
    if found is None:
        raise FeatureError(f'a lock time is written like "3 seconds", not "{value}"')
    return {"lockout_seconds": int(found[1])}


SETTINGS: Mapping[str, Callable[[str], Mapping[str, object]]] = {
    "role": _role,
    "account": _activity,
    "rate limit": _request_limit,
    "lockout period": _lock_time,
}
"""What can be set of an account, by the name that features use."""

ACCOUNT_PROPERTIES: Mapping[str, Callable[[OwnAccount], Mapping[str, str]]] = {
    "user name": lambda own: {"username": own.account.username},
    "user name in capitals": lambda own: {"username": own.account.username.upper()},
    "address": lambda own: {"email": own.email},
    "address in capitals": lambda own: {"email": own.email.upper()},
}
"""What a second account may have in common with the first."""


class AccountsClient:
    """The accounts of one scenario, made by the administrator; every one is removed for good at its end."""

    def __init__(
        self, http: HttpDriver, access: AccessClient, cleanup: Cleanup, password: Callable[[], str], mark: str
    ) -> None:
        self._http = http
        self._access = access
        self._cleanup = cleanup
        self._password = password
        self._mark = mark
        self._made: list[OwnAccount] = []
        self._current: dict[str, OwnAccount] = {}

    def create(self, persona: Persona, *, by: Persona = ADMINISTRATOR) -> OwnAccount:
        """Make a new account in the persona's role and let her use it from now on."""
        name = f"{persona.name.lower()}-{self._mark}-{len(self._made) + 1}"
        self._send_new(self._fields(name, persona.role), by).expect(201)
        self._current[persona.name] = own = self._made[-1]
        self._access.use(persona, own.account)
        return own

    def try_alike(self, persona: Persona, likeness: str, *, by: Persona) -> Response:
        """Try to create an account that has one of the `LIKENESSES` to the persona's; whatever comes of it."""
        fields = {**self._fields(f"other-{self._mark}", Role.VIEWER), **ACCOUNT_PROPERTIES[likeness](self.own(persona))}
        return self._send_new(fields, by)

    def change(self, persona: Persona, setting: str, value: str, *, by: Persona) -> Response:
        """Set one of the `SETTINGS` of the persona's account of this scenario without asserting the result."""
        return self._http.send(
            "PATCH",
            f"{ACCOUNTS}/{self.own(persona).id}",
            actor=by.name,
            token=self._access.token(by),
            json=SETTINGS[setting](value),
        )

    def time_refusals(self, count: int, *, by: Persona) -> Mapping[str, list[float]]:
        """Be refused so often with known and unknown names; return the seconds of each, by kind of name.

        They take turns in going first: what disturbs every other request then disturbs both alike.
        """
        times: dict[str, list[float]] = {"known": [], "unknown": []}
        for turn in range(count):
            if turn % BEFORE_LOCK == 0:
                self._send_new(self._fields(f"known-{self._mark}-{turn}", Role.VIEWER), ADMINISTRATOR).expect(201)
            names = {"known": self._made[-1].account.username, "unknown": f"nobody-{self._mark}-{turn}"}
            for kind, name in sorted(names.items(), reverse=turn % 2 == 1):
                refusal = self._access.attempt(name, f"wrong {self._mark}", by=by).expect(401)
                times[kind].append(refusal.seconds)
        return times

    def own(self, persona: Persona) -> OwnAccount:
        """Return the persona's account of this scenario; fails where she uses the one that the whole run uses."""
        if persona.name not in self._current:
            raise FeatureError(
                f"{persona.name} should have an account of this scenario, which others do not use: "
                f"begin with `Given {persona.name} has a new account`"
            )
        return self._current[persona.name]

    def listed(self, persona: Persona) -> Mapping[str, Any]:
        """Return the persona's account as the administrator sees it in the list of accounts."""
        expected = self.own(persona).id
        newest = self._http.get(
            ACCOUNTS, params={"limit": 100}, actor=ADMINISTRATOR.name, token=self._access.token(ADMINISTRATOR)
        )
        found = [account for account in newest.expect(200).document["users"] if account["id"] == expected]
        require(found, f"the account of {persona.name} should be in the list of accounts, but is not")
        account: Mapping[str, Any] = found[0]
        return account

    def active_administrators(self) -> list[Mapping[str, Any]]:
        """Return the accounts of all active administrators, as an administrator sees them in the list of accounts."""
        accounts: list[Mapping[str, Any]] = []
        total = 1
        while len(accounts) < total:
            page = self._http.get(
                ACCOUNTS,
                params={"limit": 100, "offset": len(accounts)},
                actor=ADMINISTRATOR.name,
                token=self._access.token(ADMINISTRATOR),
            )
            listed = page.expect(200).document
            total = listed["total"] if listed["users"] else len(accounts)
            accounts += listed["users"]
        return [
            account
            for account in accounts
            if account["role"] == Role.ADMINISTRATOR and account["active"] and not account.get("deleted_at")
        ]

    def _fields(self, name: str, role: Role | None) -> Mapping[str, str]:
        return {
            "username": name,
            "email": f"{name}@example.org",
            "password": self._password(),
            "role": role or Role.VIEWER,
        }

    def _send_new(self, fields: Mapping[str, str], by: Persona) -> Response:
        answer = self._http.post(ACCOUNTS, actor=by.name, token=self._access.token(by), json=fields)
        if answer.status == 201:  # also where it should not have been
            own = OwnAccount(answer.document["id"], Account(fields["username"], fields["password"]), fields["email"])
            removal = self._access.removal(
                f"{ACCOUNTS}/{own.id}", of=by, params={"permanent": "true"}, answers=(204, 404)
            )
            self._cleanup.add(f"remove account {own.id}", removal)
            self._made.append(own)
        return answer


class AccountStores:
    """The places where the platform keeps accounts."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def row(self, own: OwnAccount) -> Mapping[str, Any]:
        """Return the account's row; fails where there is none."""
        found = self._database.row("users", id=own.id)
        if found is None:
            raise AssertionError("the account should have a row in the database, but has none")
        return found

    def hashes(self) -> list[str]:
        """Return every hash the platform keeps: of passwords, and of what sessions were opened with."""
        found = self._database.rows(
            "SELECT password_hash AS secret FROM users UNION SELECT password_fingerprint FROM auth_sessions"
        )
        return [str(row["secret"]) for row in found]


class People:
    """Who has an account in this scenario: those of the target, and those who have joined."""

    def __init__(self, standing: Callable[[Persona], Account], new_password: Callable[[], str]) -> None:
        """Find accounts of the target with `standing`; `new_password` is that of every account that a run makes.

        A password for each would be one more secret to look for in all that is written down.
        """
        self._standing = standing
        self._new_password = new_password
        self._joined: dict[str, Account] = {}
        self._ids: dict[str, str] = {}

    def account(self, persona: Persona) -> Account:
        """Return the persona's account; fails with a sentence where there is none."""
        if persona.temporary and persona.name not in self._joined:
            raise FeatureError(
                f"{persona.name} has no account before she joins: Given {persona.name} has a new account"
            )
        return self._joined.get(persona.name) or self._standing(persona)

    def join(self, persona: Persona, suffix: str, http: HttpDriver, access: AccessClient, cleanup: Cleanup) -> None:
        """Have the administrator create the account of a temporary persona, and register its deletion."""
        if not persona.temporary or persona.role is None:
            raise FeatureError(f"{persona.name} has a permanent account: only temporary personas get one here")
        if persona.name in self._joined:
            raise FeatureError(f"{persona.name} already has an account in this scenario")
        account = Account(account_name(persona.name, suffix), self._new_password())
        fields = {
            "user_id": account.username,
            "username": account.username,
            "email": f"{account.username}@example.org",
            "password": account.password,
            "role": persona.role.value,
        }
        token = access.token(ADMINISTRATOR)
        created = http.post(USERS, actor=ADMINISTRATOR.name, token=token, json=fields).expect(201).document
        removal = access.removal(f"{USERS}/{created['id']}", of=ADMINISTRATOR, params={"permanent": "true"})
        cleanup.add(f"delete the account of {persona.name}", removal)
        self._joined[persona.name] = account
        self._ids[persona.name] = str(created["id"])

    def id(self, persona: Persona) -> str:
        """Return the id of who has joined."""
        if persona.name not in self._ids:
            raise FeatureError(f"{persona.name} should have joined in this scenario, but has not")
        return self._ids[persona.name]
