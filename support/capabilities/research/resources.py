"""The things a researcher works with: each kind is created, read, listed, changed and taken away in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from support.capabilities.access.client import AccessClient
from support.checks.comparison import fail, require
from support.checks.matchers import without_absent
from support.drivers.database import DatabaseDriver
from support.drivers.http import HttpDriver, Response
from support.errors import FeatureError
from support.gherkin.personas import Persona
from support.scenario.cleanup import Cleanup


@dataclass(frozen=True)
class ResourceType:
    """One kind of things: where it is in the API and in the database, and what one has by default.

    `called` is the field that holds the name a feature gives; `sealed` ones are not readable in the database; `change`
    is where and how it is changed; `many` is where several are created in one request, and the name of the list there.
    """

    word: str
    path: str
    table: str
    listed: str
    called: str
    owner: str | None
    defaults: Callable[[str], Mapping[str, Any]]
    change: tuple[str, str] = ("PATCH", "")
    many: tuple[str, str] = ("", "")
    sealed: frozenset[str] = frozenset()
    known_as: Callable[[str, str], str] = lambda name, mark: f"{name} · {mark}"
    stored_as: Callable[[str], str] = str
    removal: Mapping[str, str] = field(default_factory=dict)


PERMANENT = {"permanent": "true"}
USER = ResourceType(
    "user",
    "/api/users",
    "users",
    "users",
    "username",
    None,
    lambda name: {"user_id": name, "username": name, "email": f"{name}@example.org"},
    many=("/bulk", "users"),
    known_as=lambda name, mark: f"{name.lower()}-{mark}",
    removal=PERMANENT,
)
SESSION = ResourceType(
    "research session",
    "/api/research/sessions",
    "research_sessions",
    "sessions",
    "ticker",
    "owner_id",
    lambda ticker: {"session_type": "stock_research", "ticker": ticker},
    change=("PATCH", "/data"),
    sealed=frozenset({"notes"}),
    # "AAPL #2" is the second session on AAPL.
    known_as=lambda name, mark: name.partition(" #")[0],
    stored_as=str.upper,
    removal=PERMANENT,
)
NOTIFICATION = ResourceType(
    "notification",
    "/api/notifications",
    "notifications",
    "notifications",
    "title",
    "user_id",
    lambda title: {"type": "info", "title": title, "message": f"About {title}"},
)
EVENT = ResourceType(
    "event",
    "/api/events",
    "events",
    "events",
    "type",
    "user_id",
    lambda type: {"type": type},
    known_as=lambda name, mark: name,
)
DOCUMENT = ResourceType(
    "document",
    "/api/documents",
    "documents",
    "documents",
    "source_id",
    "owner_id",
    lambda name: {"content": name, "source_type": "research_notes", "source_id": name},
    many=("/batch", "documents"),
)
PORTFOLIO = ResourceType(
    "portfolio", "/api/portfolios", "portfolios", "portfolios", "name", "owner_id", lambda name: {"name": name}
)
POSITION = ResourceType(
    "position",
    "/api/portfolios/{portfolio}/positions",
    "positions",
    "positions",
    "ticker",
    None,
    lambda ticker: {"ticker": ticker, "shares": "100", "entry_price": "150.00"},
    known_as=lambda name, mark: name,
    stored_as=str.upper,
)
RESOURCE_TYPES = {kind.word: kind for kind in (USER, SESSION, NOTIFICATION, EVENT, DOCUMENT, PORTFOLIO, POSITION)}


@dataclass(frozen=True)
class Resource:
    """One thing as its creation was answered. `name` is the feature's, `called` what the platform knows it by."""

    type: ResourceType
    id: str
    name: str
    called: str
    by: Persona
    path: str
    first_seen: Mapping[str, Any] = field(repr=False)

    def now(self, content: Mapping[str, Any]) -> Resource:
        """Return the same thing as it is seen now, for later comparisons."""
        return replace(self, first_seen=content)

    def __str__(self) -> str:
        return f'the {self.type.word} "{self.name}"'


ACTIONS: Mapping[str, tuple[str, str, int]] = {
    "read": ("GET", "", 200),
    "delete": ("DELETE", "", 204),
    "remove for good": ("DELETE", "?permanent=true", 204),
    "restore": ("POST", "/restore", 200),
    "acknowledge": ("POST", "/read", 200),
    "ask for the returns of": ("GET", "/returns", 200),
}
"""What can be done to a thing: method, the rest of the path, and how success is answered."""


class ResourceClient:
    """Things of one scenario; each is taken away at its end, unless it goes with the account it belongs to."""

    def __init__(self, http: HttpDriver, access: AccessClient, cleanup: Cleanup) -> None:
        self._http = http
        self._access = access
        self._cleanup = cleanup
        self.sessions: set[str] = set()
        """The ids of the research sessions that the scenario has begun."""

    def create(
        self, kind: ResourceType, called: str, fields: Mapping[str, Any], *, by: Persona, within: str = ""
    ) -> Response:
        """Ask for a thing with these fields besides the usual ones; one that is `ABSENT` is left out.

        `within` is the id of a portfolio.
        """
        body = {**kind.defaults(called), **fields}
        return self.send("POST", kind.path.format(portfolio=within), by=by, json=body)

    def creating(self, kind: ResourceType, called: str, *, by: Persona) -> Callable[[HttpDriver], Response]:
        """Return the request for a thing, to be sent later over another connection."""
        token, body = self._access.token(by), dict(kind.defaults(called))
        return lambda http: http.post(kind.path, actor=by.name, token=token, json=body)

    def created(
        self, kind: ResourceType, name: str, called: str, content: Mapping[str, Any], by: Persona, within: str
    ) -> Resource:
        """Return the thing that an answer tells of, and see that it is taken away."""
        path = f"{kind.path.format(portfolio=within)}/{content['id']}"
        thing = Resource(kind, content["id"], name, called, by, path, content)
        if kind is SESSION:
            self.sessions.add(thing.id)
        if kind is USER or not self._access.goes_with_account(by):
            if kind is EVENT:
                raise FeatureError("an event stays: let it be of somebody who has just joined, and leaves again")
            self._cleanup.add(f"remove {thing}", self.removal(kind, path, by=by))
        return thing

    def see_taken_away(self, kind: ResourceType, told: Mapping[str, Any], *, by: Persona) -> list[Resource]:
        """See that everything is taken away which a request for several things has created, and return that."""
        items = told.get("results", told.get(kind.listed, ()))
        return [self.created(kind, str(each["id"]), "", each, by, "") for each in items if each["id"] is not None]

    def create_many(self, kind: ResourceType, items: Sequence[Mapping[str, Any]], *, by: Persona) -> Response:
        """Ask for several things in one request, whatever comes of it."""
        path, listed = kind.many
        if not listed:
            raise FeatureError(f"nobody can create several {kind.word}s in one request")
        return self.send("POST", kind.path + path, by=by, json={listed: list(items)})

    def read(self, thing: Resource) -> Response:
        """Ask for a thing as the one who created it, whatever comes of it."""
        if thing.type is POSITION:
            return self.send("GET", thing.path.partition("/positions")[0], by=thing.by)
        return self.send("GET", thing.path, by=thing.by)

    def do(self, deed: str, thing: Resource, *, by: Persona) -> Response:
        """Do one of `DEEDS` to a thing, whatever comes of it."""
        method, rest, _ = ACTIONS[deed]
        return self.send(method, thing.path + rest, by=by)

    def change(self, thing: Resource, fields: Mapping[str, Any], *, by: Persona) -> Response:
        """Ask for a change of some fields, whatever comes of it."""
        method, rest = thing.type.change
        return self.send(method, thing.path + rest, by=by, json=dict(fields))

    def list(self, kind: ResourceType, params: Mapping[str, str | int], *, by: Persona) -> Response:
        """Ask for a list, whatever comes of it."""
        return self.send("GET", kind.path, by=by, params=params)

    def send(
        self, method: str, path: str, *, by: Persona, json: object = None, params: Mapping[str, str | int] | None = None
    ) -> Response:
        """Send a request as a persona, without what is `ABSENT` in its JSON."""
        body, token = without_absent(json), self._access.token(by)
        return self._http.send(method, path, actor=by.name, token=token, json=body, params=params)

    def removal(self, kind: ResourceType, path: str, *, by: Persona) -> Callable[[], object]:
        """Return how to remove for good what somebody makes now."""
        return self._access.removal(path, of=by, params=kind.removal)


def content_of(thing: Resource, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the thing's own part of what reading it was answered: a position stands in its portfolio."""
    if thing.type is not POSITION:
        return document
    for position in document["positions"]:
        if position["id"] == thing.id:
            return dict(position)
    raise fail(f"{thing} should stand in its portfolio, but does not")


class ResourceStores:
    """Where the platform keeps things: a row for each."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def row(self, thing: Resource) -> Mapping[str, Any] | None:
        """Return the thing's row, with its owner's user name, or None where there is none."""
        kind = thing.type
        owner = f"LEFT JOIN users AS owners ON owners.id = things.{kind.owner}" if kind.owner else ""
        name = "owners.username" if kind.owner else "NULL"
        found = self._database.rows(
            f"SELECT things.*, {name} AS owner FROM {kind.table} AS things {owner} WHERE things.id = :id", id=thing.id
        )
        require(len(found) < 2, f"{thing} should have one row, but has {len(found)}")
        return found[0] if found else None

    def history(self, session: Resource) -> Sequence[Mapping[str, Any]]:
        """Return the changes of a session's state, oldest first, with who made them."""
        return self._database.rows(
            "SELECT old_state, new_state, changed_at, username FROM research_session_history AS history "
            "LEFT JOIN users ON users.id = changed_by WHERE session_id = :id ORDER BY history.id",
            id=session.id,
        )

    def ids_of(self, user_id: str) -> Mapping[str, set[str]]:
        """Return the ids of everything that a user owns, by its name in the API."""
        return {
            kind.listed: {
                str(row["id"])
                for row in self._database.rows(f"SELECT id FROM {kind.table} WHERE {kind.owner} = :id", id=user_id)
            }
            for kind in RESOURCE_TYPES.values()
            if kind.owner
        }

    def audits(self, user_id: str) -> Sequence[Mapping[str, Any]]:
        """Return what the audit of privacy holds about a user."""
        return self._database.rows("SELECT * FROM privacy_audit WHERE user_id = :id", id=user_id)
