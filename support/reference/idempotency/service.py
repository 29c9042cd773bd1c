"""Running a request once for each key, and storing what it answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from support.reference.database import utc_now
from support.reference.errors import Conflict
from support.reference.idempotency.tables import IdempotencyKeyRow
from support.reference.services import Services

LIFETIME = timedelta(hours=24)

FIELD = "Idempotency-Key"


@dataclass(frozen=True)
class KeyedRequest:
    """A request as its key identifies it."""

    user_id: UUID
    key: str
    method: str
    path: str
    body_sha256: str


class Outcome(NamedTuple):
    """The body of a response, and whether it is that of an earlier request."""

    body: str
    replayed: bool


def run_once(services: Services, request: KeyedRequest | None, create: Callable[[Session], str]) -> Outcome:
    """Run ``create`` in a transaction and store its body under the key, or return the body that is stored there.

    ``request`` is None without a key. Requests with the same key run one after the other. Raises Conflict for a key
    that identifies another request; whatever ``create`` raises stores nothing.
    """
    with services.database.begin() as session:
        if request is None:
            return Outcome(create(session), replayed=False)
        if not _reserve(session, request):
            return Outcome(_stored_body(session, request), replayed=True)
        body = create(session)
        session.execute(update(IdempotencyKeyRow).where(*_of(request)).values(response=body))
        return Outcome(body, replayed=False)


def digest(body: Any) -> str:
    """Return the SHA-256 of a parsed JSON body; equal values have equal digests."""
    return hashlib.sha256(json.dumps(_canonical(body), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def remove_expired(services: Services) -> int:
    """Delete keys that are older than 24 hours; returns their number."""
    expired = delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at <= utc_now() - LIFETIME)
    with services.database.begin() as session:
        return len(session.scalars(expired.returning(IdempotencyKeyRow.key)).all())


def _reserve(session: Session, request: KeyedRequest) -> bool:
    """Store the key, also in place of an expired one; False if it is in use.

    It waits for another transaction that stores the same key, so that of simultaneous requests one creates.
    """
    now = utc_now()
    content = {
        "method": request.method,
        "path": request.path,
        "body_sha256": request.body_sha256,
        "response": None,
        "created_at": now,
    }
    reserved = (
        insert(IdempotencyKeyRow)
        .values(user_id=request.user_id, key=request.key, **content)
        .on_conflict_do_update(
            index_elements=["user_id", "key"],
            set_=content,
            where=IdempotencyKeyRow.created_at <= now - LIFETIME,
        )
        .returning(IdempotencyKeyRow.key)
    )
    return session.scalar(reserved) is not None


def _stored_body(session: Session, request: KeyedRequest) -> str:
    stored = session.scalars(select(IdempotencyKeyRow).where(*_of(request))).one()
    known = (stored.method, stored.path, stored.body_sha256)
    if known != (request.method, request.path, request.body_sha256) or stored.response is None:
        raise Conflict(
            "The idempotency key was used for another request.",
            [{"field": FIELD, "issue": "is not valid"}],
        )
    return stored.response


def _of(request: KeyedRequest) -> tuple[Any, ...]:
    return IdempotencyKeyRow.user_id == request.user_id, IdempotencyKeyRow.key == request.key


def _canonical(value: Any) -> Any:
    match value:
        case dict():
            return {name: _canonical(inner) for name, inner in value.items()}
        case list():
            return [_canonical(inner) for inner in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
