"""Signing in and out, pages and sessions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from support.capabilities.access.tokens import TokenForge
from support.checks.comparison import require
from support.drivers.http import HttpDriver, Response
from support.errors import FeatureError, require_feature
from support.gherkin.personas import ADMINISTRATOR, PERSONAS, Account, Persona
from support.polling import eventually
from support.scenario.cleanup import Cleanup
from support.scenario.shared_sessions import SIGN_OUT_PATH, SharedSessions, SignedIn

PAGES: Mapping[str, str] = {
    "protected endpoint": "/api/protected",
    "admin endpoint": "/api/admin",
    "account list": "/api/admin/users",
    "own account": "/api/auth/me",
}
ENTRANCE = "/api/auth/login"
TOO_LARGE = b'{"username": "' + b"a" * (1024 * 1024) + b'"}'

JSON_TYPE = {"Content-Type": "application/json"}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}

TOKENS = (
    "no token",
    "an empty token",
    "a generated token",
    "an altered token",
    "the token of an ended session",
)
"""What somebody who should not get in connects with."""


@dataclass(frozen=True)
class RepeatableRequest:
    """A request that can be asked again, with the answer that it got."""

    again: Callable[[], Response]
    answer: Response

    @classmethod
    def send(cls, ask: Callable[[], Response]) -> RepeatableRequest:
        """Ask, and keep how."""
        return cls(ask, ask())

    def require_in_time(self, person: Persona) -> None:
        """Ask again until it is served: no sooner than the refusal said, to the second, and no later."""
        message = int(self.answer.headers["Retry-After"])
        timeline = eventually(
            f"what {person.name} is answered",
            lambda: self.again().expect(200, 429).status,
            lambda status: status == 200,
            expected=f"200 after {message} s",
            within=message + 0.5,
            every=0.2,
        )
        require(
            timeline.elapsed > message - 1.1, f"{timeline}: should be refused for {message} s, but was served before"
        )


@dataclass(frozen=True)
class Attempt:
    """How somebody tries to sign in: the body to send and its type, made from an account and from words nobody has."""

    body: Callable[[Account, str], bytes]
    headers: Mapping[str, str]


def _fields(make: Callable[[Account, str], object]) -> Attempt:
    return Attempt(lambda account, mark: json.dumps(make(account, mark)).encode(), JSON_TYPE)


ATTEMPTS: Mapping[str, Attempt] = {
    "the correct password": _fields(lambda a, mark: {"username": a.username, "password": a.password}),
    "the user name in capitals": _fields(lambda a, mark: {"username": a.username.upper(), "password": a.password}),
    "a wrong password": _fields(lambda a, mark: {"username": a.username, "password": f"wrong {mark}"}),
    "an unknown user name": _fields(lambda a, mark: {"username": f"nobody-{mark}", "password": a.password}),
    "no user name": _fields(lambda a, mark: {"password": a.password}),
    "no password": _fields(lambda a, mark: {"username": a.username}),
    "a number as user name": _fields(lambda a, mark: {"username": 7, "password": a.password}),
    "a list as user name": _fields(lambda a, mark: {"username": [a.username], "password": a.password}),
    "null as password": _fields(lambda a, mark: {"username": a.username, "password": None}),
    "an object as password": _fields(lambda a, mark: {"username": a.username, "password": {"is": a.password}}),
    "an unknown field": _fields(lambda a, mark: {"username": a.username, "password": a.password, "role": "viewer"}),
    "a list instead of an object": _fields(lambda a, mark: [a.username, a.password]),
    "a form instead of JSON": Attempt(
        lambda a, mark: urlencode({"username": a.username, "password": a.password}).encode(), FORM_TYPE
    ),
    "truncated JSON": Attempt(lambda a, mark: f'{{"username": "{a.username}", "pass'.encode(), JSON_TYPE),
    "an empty body": Attempt(lambda a, mark: b"", JSON_TYPE),
}
"""Ways to sign in with somebody's account, by the name that features use. What is malformed is right in all else."""

FIELDS: Mapping[str, str] = {"user name": "username", "password": "password"}


class AccessClient:
    """Who is signed in during one scenario; everybody is signed out at its end.

    A persona who only acts does so in the session that she shares with the run's other scenarios. Who signs in, or
    whose session a step looks at, has sessions of the scenario's own.
    """

    def __init__(
        self,
        http: HttpDriver,
        accounts: Callable[[Persona], Account],
        shared: SharedSessions,
        cleanup: Cleanup,
        forge: TokenForge,
        mark: str,
    ) -> None:
        self._http = http
        self._accounts = accounts
        self._shared = shared
        self._cleanup = cleanup
        self._forge = forge
        self._mark = mark
        self._own: dict[str, Account] = {}
        self._sessions: dict[str, list[SignedIn]] = {}
        self._unasked: set[str] = set()

    # Accounts

    def account(self, persona: Persona) -> Account:
        """Return the account the persona uses: the scenario's own, or else the one of the target."""
        return self._own.get(persona.name) or self._accounts(persona)

    def use(self, persona: Persona, account: Account) -> None:
        """Let the persona act with this account from now on; she is not signed in with it."""
        self._own[persona.name] = account
        self._sessions.pop(persona.name, None)

    # Signing in

    def attempt(self, username: str, password: str, *, by: Persona) -> Response:
        """Try to sign in without asserting the result."""
        return self._enter(by, json={"username": username, "password": password})

    def attempt_as(self, owner: Persona, attempt: str, *, by: Persona) -> Response:
        """Try to sign in with a persona's account in one of the `ATTEMPTS` without asserting the result."""
        how = ATTEMPTS[attempt]
        body = how.body(self.account(owner), self._mark)
        return self._enter(by, body=body, headers=how.headers)

    def attempt_with(self, owner: Persona, field: str, text: str, *, by: Persona) -> Response:
        """Try to sign in with a text in one of the `FIELDS`; `{name}` in it becomes the name of the account."""
        account = self.account(owner)
        right = {"username": account.username, "password": account.password}
        tried = {**right, FIELDS[field]: text.replace("{name}", account.username)}
        return self._enter(by, json=tried)

    def _enter(self, by: Persona, **what: Any) -> Response:
        answer = self._http.post(ENTRANCE, actor=by.name, **what)
        if answer.status == 200:  # also where it should not have been
            token = answer.document["access_token"]
            self._cleanup.add(f"sign {by.name} out", lambda: self._end(by.name, token))
        return answer

    def attempt_as_nobody(self, *, by: Persona) -> Response:
        """Be refused with a name that nobody has: the refusal that all others are to resemble."""
        return self.attempt(f"nobody-{self._mark}", f"wrong {self._mark}", by=by).expect(401)

    def sign_in(self, persona: Persona) -> SignedIn:
        """Sign a persona in and use the new session from now on.

        Source: Archivist plan, user authentication, step 1.
        """
        return self.opened(persona, self.try_sign_in(persona).expect(200))

    def try_sign_in(self, persona: Persona) -> Response:
        """Sign a persona in with name and password without asserting the result; see `opened` for what did."""
        account = self.account(persona)
        return self.attempt(account.username, account.password, by=persona)

    def opened(self, persona: Persona, answer: Response) -> SignedIn:
        """Use the session that an answer has opened, or renewed, from now on."""
        session = SignedIn.of(persona, answer)
        self._sessions.setdefault(persona.name, []).append(session)
        return session

    def sign_out(self, persona: Persona) -> SignedIn:
        """Sign a persona out and return the session that ended; her token stays in use, to see that it is refused."""
        session = self.session(persona)
        self._end(session.who, session.access_token, expect=(204,))
        return session

    def _end(self, who: str, token: str, expect: tuple[int, ...] = (204, 401)) -> None:
        self._http.post(SIGN_OUT_PATH, actor=who, token=token).expect(*expect)

    # Sessions

    def session(self, persona: Persona) -> SignedIn:
        """Return the persona's latest session of this scenario; the first one is opened here."""
        if persona.name not in self._sessions:
            self._unasked.add(self.sign_in(persona).session_id)
        return self._sessions[persona.name][-1]

    def session_of_before(self, persona: Persona, which: int) -> SignedIn:
        """Return the persona's session of this number from 0, or -1 for the latest; fails where there is none."""
        sessions = self._sessions.get(persona.name, [])
        try:
            return sessions[which]
        except IndexError:
            raise FeatureError(
                f"{persona.name} has {len(sessions)} session(s) of this scenario's own, which is too few: "
                f"Given {persona.name} is signed in"
            ) from None

    @property
    def sessions(self) -> list[SignedIn]:
        """Every session that somebody had in the scenario, or shares with other scenarios."""
        return [*self._shared.opened, *(session for sessions in self._sessions.values() for session in sessions)]

    @property
    def by_themselves(self) -> set[str]:
        """The ids of sessions that no step asked for: a persona needed one to act."""
        return {*self._unasked, *(session.session_id for session in self._shared.opened)}

    def token(self, persona: Persona) -> str | None:
        """Return the token a persona sends with requests; None for one without an account."""
        if persona.role is None:
            return None
        if persona.name in self._sessions or persona.name in self._own:
            return self.session(persona).access_token
        return self.shared_token(persona)

    def shared_token(self, persona: Persona) -> str:
        """Return the token of the session that the persona shares with other scenarios: nothing in this one ends it."""
        return self._shared.of(persona, lambda: self._open_shared(persona)).access_token

    def _open_shared(self, persona: Persona) -> SignedIn:
        """Sign a persona in without signing her out at the scenario's end."""
        account = self._accounts(persona)
        answer = self._http.post(
            ENTRANCE, actor=persona.name, json={"username": account.username, "password": account.password}
        )
        return SignedIn.of(persona, answer.expect(200))

    def bad_token(self, kind: str) -> str | None:
        """Return one of `TOKENS`; what needs a session is made of Vera's."""
        match kind:
            case "no token":
                return None
            case "an empty token":
                return ""
            case "a generated token":
                return "made.up.token"
            case "an altered token":
                return self.session(PERSONAS["Vera"]).access_token[:-8] + "AAAAAAAA"
            case _:
                return self.sign_out(PERSONAS["Vera"]).access_token

    def renew(self, persona: Persona, token: str) -> Response:
        """Ask for new tokens in exchange for this one without asserting the result."""
        return self._http.post("/api/auth/refresh", actor=persona.name, json={"refresh_token": token})

    # Taking away

    def goes_with_account(self, persona: Persona) -> bool:
        """Whether the persona's account is the scenario's own, and takes along at its end what belongs to it."""
        return persona.temporary or persona.name in self._own

    def removal(
        self,
        path: str,
        *,
        of: Persona,
        params: Mapping[str, str] | None = None,
        answers: Sequence[int] = (204, 404),
    ) -> Callable[[], object]:
        """Return how to delete, at the scenario's end, what a persona makes now, whatever becomes of her meanwhile.

        It is done in the session that she shares with other scenarios, or by the administrator where she uses an
        account of the scenario's own. It fails unless it is answered with one of these statuses.
        """
        person = ADMINISTRATOR if self.goes_with_account(of) else of
        return lambda: self._http.delete(
            path, params=params, actor=person.name, token=self.shared_token(person)
        ).expect(*answers)

    # Pages

    def open_page(self, page: str, *, by: Persona) -> Response:
        """Open one of `PAGES` with the persona's token."""
        return self._http.get(PAGES[page], actor=by.name, token=self.token(by))

    def open_page_in(self, session: SignedIn, page: str) -> Response:
        """Open one of `PAGES` in a certain session."""
        return self._http.get(PAGES[page], actor=session.who, token=session.access_token)

    def open_page_with(self, credentials: str, page: str, *, by: Persona) -> Response:
        """Open one of `PAGES` with one of the `CREDENTIALS`, made from the persona's own session."""
        header = self._forge.header(credentials, self.session(by))
        headers = {} if header is None else {"Authorization": header}
        return self._http.get(PAGES[page], actor=by.name, headers=headers)

    def answered(self, status: int, *, by: Persona) -> Response:
        """Ask for something that is answered with this status: 200, 401, 403, 404, 405, 413 or 422."""
        requests: Mapping[int, Callable[[], Response]] = {
            200: lambda: self.open_page("protected endpoint", by=by),
            401: lambda: self._http.get(PAGES["protected endpoint"], actor=by.name),
            403: lambda: self.open_page("admin endpoint", by=by),
            404: lambda: self._http.get("/api/nowhere", actor=by.name, token=self.token(by)),
            405: lambda: self._http.delete(PAGES["protected endpoint"], actor=by.name, token=self.token(by)),
            413: lambda: self._enter(by, body=TOO_LARGE, headers=JSON_TYPE),
            422: lambda: self._enter(by, json={}),
        }
        require_feature(status in requests, f"no request for {status} is known; known: {', '.join(map(str, requests))}")
        return requests[status]().expect(status)
