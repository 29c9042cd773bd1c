"""What a scenario exchanges with the target and waits for: HTTP, SQL, commands of a key-value store, waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

ROWS_KEPT = 50


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its answer; `status` is None and `error` a sentence when no answer came."""

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
    """One SQL statement and at most `ROWS_KEPT` of its rows; `total` is how many there were."""

    statement: str
    parameters: Mapping[str, object] | Sequence[object] | None
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    total: int
    elapsed: float  # seconds
    error: str | None = None

    @property
    def cut(self) -> bool:
        """Whether there were more rows than are kept."""
        return bool(self.columns) and self.total > len(self.rows)


@dataclass(frozen=True)
class Command:
    """One command given to a key-value store, as text, and its answer."""

    store: str
    text: str
    answer: object
    elapsed: float  # seconds
    error: str | None = None


@dataclass(frozen=True)
class PartnerCall(Exchange):
    """A request that the platform sent to an outside service, as its stub got it; what was answered is a status."""

    partner: str = ""


@dataclass(frozen=True)
class Wait:
    """What was looked at again and again: each change that was seen, with the seconds since the first look."""

    what: str
    changes: Sequence[tuple[float, str]]
    elapsed: float  # seconds


Item: TypeAlias = Exchange | Query | Command | Wait
