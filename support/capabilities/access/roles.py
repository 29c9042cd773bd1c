"""Who may do what: every operation that the platform describes, asked for without doing anything."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.capabilities.access.client import AccessClient
from support.checks.openapi import operations_in
from support.drivers.http import HttpDriver, Response
from support.errors import require_feature
from support.gherkin.personas import Persona

NOBODY = "unauthenticated"
ALLOWED, REJECTED = "allowed", "rejected"
METHODS = ("get", "post", "put", "patch", "delete")
NO_SUCH_FIELD = {"no_such_field": True}


@dataclass(frozen=True)
class Operation:
    """One operation of the OpenAPI document. `path` has its parameters in braces."""

    method: str
    path: str
    parameters: Mapping[str, Mapping[str, Any]]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """The path with parameters that fit their schema and name nothing that exists."""
        return re.sub(r"\{(\w+)\}", lambda found: _stranger(self.parameters.get(found[1], {})), self.path)


def _stranger(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return str(uuid.uuid4())
    return "999999999" if schema.get("type") == "integer" else "no-such-thing"


class RolesClient:
    """Asks for operations as the platform's own description lists them."""

    def __init__(self, http: HttpDriver, access: AccessClient) -> None:
        self._http = http
        self._access = access
        self.verdicts: set[tuple[str, str, str]] = set()
        """What was answered so far: operation, role, verdict."""

    def operations(self) -> Sequence[Operation]:
        """Return every operation that the platform describes, open or protected, in its order."""
        return list(_operations(self._http.get("/openapi.json").expect(200).document))

    def verdict(self, operation: Operation, *, by: Persona) -> str:
        """Ask for an operation; return `ALLOWED` or `REJECTED`, or else what else was answered.

        The request is good enough to be let in by whoever decides about roles, and no better: its ids are nobody's and
        its body is invalid, so that an allowed one is answered 404 or 422. Reading is really done. A session that the
        operation has ended is opened again.
        """
        answer = self._ask(operation, by)
        if by.role is not None and operation.method != "GET" and answer.status < 400:
            self._access.sign_in(by)
        verdict = _verdict(answer, signed_in=by.role is not None)
        self.verdicts.add((str(operation), by.role or NOBODY, verdict))
        return verdict

    def _ask(self, operation: Operation, by: Persona) -> Response:
        return self._http.send(
            operation.method,
            operation.address,
            actor=by.name,
            token=self._access.token(by),
            json=None if operation.method in ("GET", "DELETE") else NO_SUCH_FIELD,
        )


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for method, path, operation in operations_in(document):
        schemas = {each["name"]: each["schema"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        yield Operation(method, path, schemas)


def _verdict(answer: Response, *, signed_in: bool) -> str:
    if answer.status == (403 if signed_in else 401):
        return REJECTED
    # 405 would mean that the description lists what is not there; 429 and 5xx say nothing about roles.
    # A page that was asked for something sends the browser on to the next page.
    understood = answer.status < 300 or answer.status in (303, 404, 409, 422)
    return ALLOWED if understood else f"answered {answer.status}"


class RoleMatrix:
    """What a feature says that each role may do: cells by operation and role, each allowed, refused or empty."""

    def __init__(self, rows: Sequence[Mapping[str, str]], roles: Sequence[str]) -> None:
        self.roles = roles
        for operation, times in Counter(row["operation"] for row in rows).items():
            require_feature(times == 1, f"{operation} stands in the matrix {times} times")
        self.cells = {row["operation"]: {role: row[role] for role in roles} for row in rows}
        for operation, cells in self.cells.items():
            strange = [cell for cell in cells.values() if cell not in (ALLOWED, REJECTED, "")]
            require_feature(
                not strange, f"{operation} has {', '.join(strange)} in the matrix; a cell is {ALLOWED} or {REJECTED}"
            )

    def gaps(self, operations: Sequence[Operation]) -> list[str]:
        """Return what is undecided, each as half a sentence: listed by the platform alone, or by the matrix alone."""
        listed = [str(operation) for operation in operations]
        return [
            *(
                f"{name} is offered by the platform, but is not in the matrix"
                for name in listed
                if name not in self.cells
            ),
            *(f"{name} is in the matrix, but is not offered" for name in self.cells if name not in listed),
            *(
                f"{name} has no decision for {role}"
                for name, cells in self.cells.items()
                for role in self.roles
                if not cells[role]
            ),
        ]

    def lines(self, operations: Sequence[Operation]) -> list[list[str]]:
        """Return the matrix for the report: each operation with its cells, blank where nothing is decided."""
        names = dict.fromkeys([*map(str, operations), *self.cells])
        return [[name, *(self.cells.get(name, {}).get(role, "") for role in self.roles)] for name in names]
