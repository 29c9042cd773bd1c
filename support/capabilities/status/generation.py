"""Generated rows, filters and sorts. The same seed gives the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from support.capabilities.status.evaluation import FIELDS, OPERATORS, PRIORITIES, comparable
from support.capabilities.status.states import STATES

REQUESTS: Mapping[str, str] = {
    "text filters": "text",
    "number filters": "number",
    "time filters": "time",
    "enumeration filters": "enumeration",
    "id filters": "id",
    "tag filters": "tags",
    "combined filters": "combined",
    "sorts": "sorts",
}
"""What can be generated, by the name that features use."""

ROUNDS = 2
COMBINED = 40
SORTS = 25
_WORDS = ("alpha", "Alpha", "ALPHA", "alpha_1", "alphaX1", "50%", "50 percent", "O'Brien", "back\\slash", "Café", '"q"')
_TAGS = ("news", "News", "council", "100%", "a,b", "{x}", "under_score")
_UNKNOWN = "00000000-0000-4000-8000-000000000000"


def values(random: Random, number: int) -> dict[str, Any]:
    """Return columns of a status that is to be found or not: texts with wildcards and quotes, nulls, equal values."""
    total = random.choice((None, 1, 3, 10))
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def moment() -> datetime | None:
        return random.choice((None, at + timedelta(hours=random.randint(-3, 3), microseconds=random.randint(0, 1))))

    status, retries = random.choice(STATES), random.randint(0, 3)
    return {
        "status": status,
        "priority": random.choice(PRIORITIES),
        "progress_percentage": random.choice((Decimal(0), Decimal("33.33"), Decimal(50), Decimal("99.99"))),
        "total_steps": total,
        "completed_steps": random.randint(0, total or 0),
        "retry_count": random.randint(0, retries),
        "max_retries": retries,
        "heartbeat_timeout_seconds": random.choice((86_000, 86_399, 86_400)),
        "version": random.randint(1, 4),
        "current_step": random.choice((None, *_WORDS)),
        "worker_id": random.choice((None, *_WORDS)),
        "error_info": random.choice((None, *_WORDS)),
        "tags": random.sample(_TAGS, random.randint(0, 3)),
        "created_at": at + timedelta(hours=number % 5, microseconds=number // 5),
        "updated_at": at + timedelta(days=1, hours=number % 4),
        "started_at": moment(),
        "completed_at": moment(),
        "heartbeat_at": moment(),
        "estimated_completion_time": moment(),
    }


def requests(
    random: Random, kind: str, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[list[dict[str, Any]], list[dict[str, str]]]]:
    """Return filters and sorts of requests: every operator of a type with every field, or combinations."""
    if kind == "sorts":
        return [([], _sorts(random)) for _ in range(SORTS)]
    if kind == "combined":
        return [([_any(random, rows) for _ in range(random.randint(2, 4))], []) for _ in range(COMBINED)]
    single = [(field, operator) for field in FIELDS[kind] for operator in OPERATORS[kind]] * ROUNDS
    return [([_filter(random, kind, field, operator, rows)], []) for field, operator in single]


def _any(random: Random, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kind = random.choice(list(FIELDS))
    return _filter(random, kind, random.choice(FIELDS[kind]), random.choice(OPERATORS[kind]), rows)


def _filter(random: Random, kind: str, field: str, operator: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {"field": field, "operator": operator}
    if operator in ("is_null", "is_not_null"):
        return made
    known = _known(field, kind, rows)
    if operator in ("in", "not_in"):
        return {**made, "value": [random.choice(known) for _ in range(random.randint(1, 3))]}
    if operator == "between":
        low, high = sorted((random.choice(known), random.choice(known)), key=comparable)
        return {**made, "value": low, "value2": high}
    value = random.choice(known)
    if operator in ("like", "ilike"):
        value = _like(random, value)
    elif operator == "contains" and kind == "text":
        start = random.randrange(len(value))
        value = value[start : start + random.randint(1, 6)]
    return {**made, "value": value}


def _known(field: str, kind: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return values of a field as requests have them: those of the rows, and one that no row has."""
    if kind == "tags":
        return [*_TAGS, "unknown"]
    found = [_sent(row[field]) for row in rows if row[field] is not None]
    other = {"text": "unknown", "number": 7, "time": "2026-03-01T12:00:00Z", "id": _UNKNOWN}.get(kind)
    return [*found, *([other] * (1 + len(found) // 5) if other is not None else [])]


def _sent(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case Decimal():
            return float(value)
        case UUID():
            return str(value)
    return value


def _like(random: Random, value: str) -> str:
    if random.random() < 0.3:  # a value with its own wildcards, escaped or not
        return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    value = value.replace("\\", "_")
    if random.random() < 0.5:
        value = value.swapcase()
    place = random.randrange(len(value))
    return random.choice((value[:place] + "_" + value[place + 1 :], value[:place] + "%", "%" + value[place:]))


def _sorts(random: Random) -> list[dict[str, str]]:
    # Texts are left out: the contract leaves their order to the collation of the database.
    sortable = [*FIELDS["number"], *FIELDS["time"], *FIELDS["enumeration"]]
    chosen = random.sample(sortable, random.randint(0, 5))
    return [{"field": field, "order": random.choice(("asc", "desc"))} for field in chosen]
