"""The items of evidence: HTTP exchanges, SQL queries, commands of a key-value store, waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

ROWS_KEPT = 50


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its response; without a response `status` is None and `error` has the reason."""

    method: str
    url: str
    actor: str | None
    request_headers: Mapping[str, str]
    request_body: bytes | None
    status: int | None
    reason: str | None
    response_headers: Mapping[str, str]
    response_body: bytes | None
    started: float  # seconds since the epoch
    elapsed: float  # seconds
    error: str | None = None


@dataclass(frozen=True)
class Query:
    """One SQL statement and at most `ROWS_KEPT` of its `total` rows."""

    statement: str
    parameters: Mapping[str, object] | Sequence[object] | None
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    total: int
    elapsed: float  # seconds
    error: str | None = None

    @property
    def cut(self) -> bool:
        """Whether there were more rows than are stored."""
        return bool(self.columns) and self.total > len(self.rows)


@dataclass(frozen=True)
class Command:
    """One command of a key-value store, as text, and its response."""

    store: str
    text: str
    answer: object
    elapsed: float  # seconds
    error: str | None = None


@dataclass(frozen=True)
class PartnerCall(Exchange):
    """A request of the platform to a partner, as its stub received it; of the response only the status is stored."""

    partner: str = ""


@dataclass(frozen=True)
class Wait:
    """A wait for a condition: each change of the value, with the seconds since the start."""

    what: str
    changes: Sequence[tuple[float, str]]
    elapsed: float  # seconds


Item: TypeAlias = Exchange | Query | Command | Wait
