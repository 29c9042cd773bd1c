"""The record service double: texts by id, with the small memory that the real service has."""

from __future__ import annotations

import json as json_module
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Unpack

from support.partners.requests import Received
from support.partners.server import PartnerServer, Registration, Reply, ResponseOptions, Route

OPERATIONS: Mapping[str, Route] = {"reading a record": ("GET", "/records/{external_id}")}
ANYTHING = "anything"
JOB_HEADER = "X-Correlation-ID"
TRACE_HEADER = "traceparent"


@dataclass(frozen=True)
class Record:
    """A record; `category` is None where the service has none."""

    id: str
    text: str
    category: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as the service writes it."""
        return {"id": self.id, "text": self.text, "category": self.category}


class Records(PartnerServer):
    """The record service as the platform knows it: 404 for a record that it does not have.

    What a scenario registers through `answers` goes before the memory; `where` restricts it to the requests of that
    scenario.
    """

    def __init__(self) -> None:
        self._memory = threading.RLock()
        super().__init__("The record service")

    def has_record(self, external_id: str, text: str, category: str | None = None) -> Record:
        """Store a record, new or over the old one."""
        with self._memory:
            record = self._records[external_id] = Record(external_id, text, category)
            return record

    def remove_record(self, external_id: str) -> None:
        """Forget a record; a record that is not there is no error."""
        with self._memory:
            self._records.pop(external_id, None)

    def answers(self, status: int, *, operation: str = ANYTHING, **how: Unpack[ResponseOptions]) -> Registration:
        """Respond to an operation with this status, `times` times and then as usual, or always.

        `operation` is a name of `OPERATIONS`, or "anything". Returns what to `remove`. ValueError when the operation
        is unknown.
        """
        return self.register_any([self._route(operation)], status=status, **how)

    def answers_late(
        self, operation: str = "reading a record", *, delay: float, times: int | None = None
    ) -> Registration:
        """Respond as usual, but only after a delay in seconds; see `answers`."""
        return self.register_callback(*self._route(operation), self._read, times=times, delay=delay)

    def asked(
        self, external_id: str | None = None, *, where: Callable[[Received], bool] = lambda received: True
    ) -> list[Received]:
        """Return the requests for a record, or for any, oldest first, however they were answered."""
        route = OPERATIONS["reading a record"]
        path = f"/records/{external_id}" if external_id is not None else None
        return self.received(*route, where=lambda received: path in (None, received.path) and where(received))

    def _route(self, operation: str) -> Route:
        if operation == ANYTHING:
            operation = "reading a record"
        if operation not in OPERATIONS:
            known = ", ".join(f'"{name}"' for name in [*OPERATIONS, ANYTHING])
            raise ValueError(f'The record service has no operation "{operation}". Known are: {known}.')
        return OPERATIONS[operation]

    def _register_defaults(self) -> None:
        with self._memory:
            self._records: dict[str, Record] = {}
        self.register_callback(*OPERATIONS["reading a record"], self._read)

    def _read(self, _received: Received, external_id: str) -> Reply:
        with self._memory:
            record = self._records.get(external_id)
        if record is None:
            return _json(404, {"error": f"unknown record {external_id}"})
        return _json(200, record.to_json())


def _json(status: int, content: Mapping[str, object]) -> Reply:
    return status, {"Content-Type": "application/json"}, json_module.dumps(content)
