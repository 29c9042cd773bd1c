"""Resources of any type: created, read, listed, changed and deleted in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from support.checks.comparison import fail, require
from support.checks.matchers import without_absent
from support.drivers.database import DatabaseDriver
from support.drivers.http import HttpDriver, Response
from support.errors import FeatureError
from support.gherkin.personas import Persona
from support.scenario.cleanup import Cleanup


@dataclass(frozen=True)
class Action:
    """An action on one resource, as features name it.

    `path` follows the path of the resource, `success` is the status of a successful response. `past` is the verb in a
    Given step ("has deleted the user"); without it the action is for When steps only.
    """

    method: str
    path: str
    success: int
    past: str = ""


READ = Action("GET", "", 200)
DELETE = Action("DELETE", "", 204, past="deleted")
DEFAULT_ACTIONS: Mapping[str, Action] = {"reads": READ, "deletes": DELETE}
"""Actions of every resource type, by their verb in When steps."""


@dataclass(frozen=True)
class ResourceType:
    """One type of resources: its place in the API and in the database, and the fields that a new one has by default.

    `path` is the collection; `{parent}` in it is the id of a resource of the type `parent`. `collection` is the key of
    the list in responses. `name_field` holds the name that features give. `owner_column` is the column of the owner's
    id. `encrypted` columns cannot be compared in the database. `change` and `batch` are the method and the end of the
    path of a change, and the end of the path and the key of a request with several resources. `id_field` is the name of
    the id in responses and of its column. `unique_name` gives the
    name in requests from the feature's name and the suffix of the scenario, `stored_name` the name in responses and
    rows. `delete_parameters` delete a resource permanently. Types that are not `deletable` go with their owner.
    """

    name: str
    path: str
    table: str
    collection: str
    name_field: str
    defaults: Callable[[str], Mapping[str, Any]]
    owner_column: str | None = None
    parent: str | None = None
    change: tuple[str, str] = ("PATCH", "")
    batch: tuple[str, str] = ("", "")
    encrypted: frozenset[str] = frozenset()
    unique_name: Callable[[str, str], str] = lambda name, suffix: f"{name} · {suffix}"
    id_field: str = "id"
    stored_name: Callable[[str], str] = str
    delete_parameters: Mapping[str, str] = field(default_factory=dict)
    deletable: bool = True
    outlives_account: bool = False
    actions: Mapping[str, Action] = field(default_factory=dict)

    @property
    def plural(self) -> str:
        """The name of several resources of this type in step texts."""
        return f"{self.name}es" if self.name.endswith("s") else f"{self.name}s"

    def action(self, verb: str) -> Action:
        """Return the action of a verb in present or past form. Raises FeatureError for one of another type."""
        known = {**DEFAULT_ACTIONS, **self.actions}
        for present, action in known.items():
            if verb in (present, action.past):
                return action
        raise FeatureError(f'a {self.name} has no action "{verb}"; it has: {", ".join(known)}')


@dataclass(frozen=True)
class Resource:
    """A created resource. `name` is the feature's name, `sent_name` the unique name in the request."""

    type: ResourceType
    id: str
    name: str
    sent_name: str
    by: Persona
    path: str
    first_seen: Mapping[str, Any] = field(repr=False)

    def now(self, content: Mapping[str, Any]) -> Resource:
        """Return the same resource with the content that later checks compare with."""
        return replace(self, first_seen=content)

    def __str__(self) -> str:
        return f'the {self.type.name} "{self.name}"'


class Authenticator(Protocol):
    """Tokens for requests, and deletions that work when the persona's own session has ended."""

    def token(self, persona: Persona) -> str | None:
        """Return the token that a persona sends; None for a persona without an account."""

    def goes_with_account(self, persona: Persona) -> bool:
        """Whether the persona's account is deleted at the end of the scenario with everything it owns."""

    def removal(self, path: str, *, of: Persona, params: Mapping[str, str] | None = None) -> Callable[[], object]:
        """Return the deletion of what a persona has created."""


class ResourceClient:
    """The resources of one scenario, each deleted at its end unless it goes with the account of its owner."""

    def __init__(self, http: HttpDriver, access: Authenticator, cleanup: Cleanup) -> None:
        self._http = http
        self._access = access
        self._cleanup = cleanup
        self.created_ids: dict[str, set[str]] = {}
        """The ids of all resources that the scenario has created, by the name of their type."""

    def create(
        self, type: ResourceType, sent_name: str, fields: Mapping[str, Any], *, by: Persona, parent: str = ""
    ) -> Response:
        """Request a resource with these fields besides the default ones, without asserting the result.

        `parent` is the id of the parent. A field that is `ABSENT` is omitted.
        """
        body = {**type.defaults(sent_name), **fields}
        return self.send("POST", type.path.format(parent=parent), by=by, json=body)

    def creation(self, type: ResourceType, sent_name: str, *, by: Persona) -> Callable[[HttpDriver], Response]:
        """Return the request for a resource, to be sent later over another connection."""
        token, body = self._access.token(by), dict(type.defaults(sent_name))
        return lambda http: http.post(type.path, actor=by.name, token=token, json=body)

    def created(
        self, type: ResourceType, name: str, sent_name: str, content: Mapping[str, Any], by: Persona, parent: str = ""
    ) -> Resource:
        """Return the resource of a response, and register its deletion."""
        id = str(content[type.id_field])
        path = f"{type.path.format(parent=parent)}/{id}"
        resource = Resource(type, id, name, sent_name, by, path, content)
        self.created_ids.setdefault(type.name, set()).add(resource.id)
        if type.outlives_account or not self._access.goes_with_account(by):
            if not type.deletable:
                raise FeatureError(f"a {type.name} cannot be deleted: let a persona with a new account create it")
            self._cleanup.add(f"delete {resource}", self.removal(type, path, by=by))
        return resource

    def created_batch(self, type: ResourceType, content: Mapping[str, Any], *, by: Persona) -> list[Resource]:
        """Return every resource that a batch has created, and register its deletion."""
        items = content.get("results", content.get(type.collection, ()))
        return [
            self.created(type, str(each[type.id_field]), "", each, by)
            for each in items
            if each[type.id_field] is not None
        ]

    def create_batch(self, type: ResourceType, items: Sequence[Mapping[str, Any]], *, by: Persona) -> Response:
        """Request several resources at once, without asserting the result."""
        path, key = type.batch
        if not key:
            raise FeatureError(f"several {type.plural} cannot be created in one request")
        return self.send("POST", type.path + path, by=by, json={key: list(items)})

    def read(self, resource: Resource) -> Response:
        """Request a resource, or its parent, as the persona who created it, without asserting the result."""
        path = resource.path
        if resource.type.parent:
            path = path.rpartition("/")[0].rpartition("/")[0]
        return self.send("GET", path, by=resource.by)

    def do(self, verb: str, resource: Resource, *, by: Persona) -> Response:
        """Send an action of the resource's type, without asserting the result."""
        action = resource.type.action(verb)
        return self.send(action.method, resource.path + action.path, by=by)

    def change(self, resource: Resource, fields: Mapping[str, Any], *, by: Persona) -> Response:
        """Request a change of some fields, without asserting the result."""
        method, path = resource.type.change
        return self.send(method, resource.path + path, by=by, json=dict(fields))

    def list(self, type: ResourceType, params: Mapping[str, str | int], *, by: Persona) -> Response:
        """Request a list, without asserting the result."""
        return self.send("GET", type.path, by=by, params=params)

    def send(
        self, method: str, path: str, *, by: Persona, json: object = None, params: Mapping[str, str | int] | None = None
    ) -> Response:
        """Send a request as a persona, without what is `ABSENT` in its JSON."""
        body, token = without_absent(json), self._access.token(by)
        return self._http.send(method, path, actor=by.name, token=token, json=body, params=params)

    def removal(self, type: ResourceType, path: str, *, by: Persona) -> Callable[[], object]:
        """Return the permanent deletion of what a persona has created."""
        return self._access.removal(path, of=by, params=type.delete_parameters)


def content_of(resource: Resource, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the resource's part of the response to reading it: a child is listed in its parent."""
    if not resource.type.parent:
        return document
    for child in document[resource.type.collection]:
        if child["id"] == resource.id:
            return dict(child)
    raise fail(f"{resource} in its {resource.type.parent}: expected one entry, got none")


class ResourceStores:
    """The rows of resources."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def row(self, resource: Resource) -> Mapping[str, Any] | None:
        """Return the resource's row with its owner's user name as `owner`; None without a row."""
        type = resource.type
        owner = f"LEFT JOIN users AS owners ON owners.id = things.{type.owner_column}" if type.owner_column else ""
        name = "owners.username" if type.owner_column else "NULL"
        found = self._database.rows(
            f"SELECT things.*, {name} AS owner FROM {type.table} AS things {owner} WHERE things.{type.id_field} = :id",
            id=resource.id,
        )
        require(len(found) < 2, f"rows of {resource}: expected 1, got {len(found)}")
        return found[0] if found else None

    def ids_of(self, user_id: str, types: Sequence[ResourceType]) -> Mapping[str, set[str]]:
        """Return the ids of everything of these types that a user owns, by the key of the list in responses."""
        return {
            type.collection: {
                str(row["id"])
                for row in self._database.rows(
                    f"SELECT id FROM {type.table} WHERE {type.owner_column} = :id", id=user_id
                )
            }
            for type in types
            if type.owner_column
        }
