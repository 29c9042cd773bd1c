"""Updates in bulk: stored at once, applied by the worker one after the other.

Items are applied in the order of their receipts and, within one, of the request. Items and their effects are committed
together, so that a worker that is killed neither loses one nor applies one twice.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from support.reference.access.service import User
from support.reference.database import utc_now
from support.reference.errors import DatabaseUnavailable, NotFound, PlatformError, ValidationFailed, validation_details
from support.reference.queue import RETRY, defer, queue
from support.reference.services import Services, services_of
from support.reference.status import service
from support.reference.status.changes import unknown_status
from support.reference.status.requests import REQUEST_OF_KIND, Kind
from support.reference.status.service import Outdated
from support.reference.status.tables import ReceiptRow, StatusRow, UpdateRow

logger = logging.getLogger(__name__)

_LOCK = "status.updates"
_CHUNK = 200
# Of two workers only one applies items, even if the first one was thought dead.
_APPLYING = text("SELECT pg_advisory_xact_lock(hashtextextended('status.updates', 0))")
_IS_ENQUEUED = text(
    "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = 'status.apply_updates' "
    "AND status IN ('todo', 'doing'))"
)

_STORE_OUTCOMES = text(
    "UPDATE status_updates SET outcome = new.outcome, error_type = new.error_type, "
    "error_message = new.error_message, applied_at = :now "
    "FROM unnest(CAST(:receipts AS uuid[]), CAST(:positions AS integer[]), CAST(:outcomes AS text[]), "
    "CAST(:types AS text[]), CAST(:messages AS text[])) "
    "AS new (receipt_id, position, outcome, error_type, error_message) "
    "WHERE status_updates.receipt_id = new.receipt_id AND status_updates.position = new.position"
)

_Apply = Callable[[Session, StatusRow, Mapping[str, Any], UUID | None], None]
_APPLY: dict[str, _Apply] = {
    "status": lambda session, row, fields, by: service.update(session, row, fields, by=by),
    "progress": lambda session, row, fields, by: service.report_progress(session, row, fields, by=by),
    "error": lambda session, row, fields, by: service.report_error(session, row, fields, by=by),
    "heartbeat": lambda session, row, fields, by: service.beat(session, row, fields, by=by),
}
_CAN_BE_SKIPPED = ("progress", "heartbeat")

_ids: TypeAdapter[UUID] = TypeAdapter(UUID)


class Item(NamedTuple):
    """A valid item that waits."""

    receipt_id: UUID
    position: int
    status_id: UUID
    kind: Kind
    fields: dict[str, Any]


class _Outcome(NamedTuple):
    name: str
    error: PlatformError | None = None


class Receipt(NamedTuple):
    """A receipt with its items in the order of the request."""

    row: ReceiptRow
    items: Sequence[UpdateRow]

    @property
    def is_applied(self) -> bool:
        """Whether no item waits."""
        return all(item.outcome for item in self.items)

    @property
    def counts(self) -> dict[str, int]:
        """The number of items by outcome."""
        counts = Counter(item.outcome for item in self.items)
        return {outcome: counts[outcome] for outcome in ("applied", "skipped", "refused")}


def submit(services: Services, items: Sequence[Any], *, by: UUID) -> ReceiptRow:
    """Store items and enqueue their application. An invalid item is stored as refused."""
    receipt = ReceiptRow(sender=by, total=len(items), created_at=utc_now())
    with services.database.begin() as session:
        session.add(receipt)
        session.flush()
        of_receipt = {"receipt_id": receipt.receipt_id, "receipt_number": receipt.number}
        rows = [{**of_receipt, "position": position, **_stored(item)} for position, item in enumerate(items)]
        session.execute(insert(UpdateRow), rows)
        _enqueue(session)
    return receipt


def get_receipt(services: Services, receipt_id: UUID, user: User) -> Receipt:
    """Return a receipt. Raises NotFound unless the user sent it or is an administrator."""
    items = select(UpdateRow).where(UpdateRow.receipt_id == receipt_id).order_by(UpdateRow.position)
    with services.database.begin() as session:
        row = session.get(ReceiptRow, receipt_id)
        if row is None or not (row.sender == user.id or user.has_role("administrator")):
            raise NotFound("The receipt was not found.")
        return Receipt(row, session.scalars(items).all())


def enqueue_forgotten(session: Session) -> None:
    """Enqueue the application of items that wait without a job, as after a job that was given up."""
    waiting = session.scalar(select(UpdateRow.position).where(UpdateRow.outcome.is_(None)).limit(1))
    if waiting is not None and not session.scalar(_IS_ENQUEUED):
        _enqueue(session)


@queue.task(name="status.apply_updates", retry=RETRY, pass_context=True)
def apply_updates(context: JobContext) -> None:
    """Apply all items that wait. A job that finds none has been overtaken by the one before it."""
    while _apply_chunk(services_of(context), _CHUNK):
        if context.should_abort():
            raise JobAborted


def _enqueue(session: Session) -> None:
    defer(session, apply_updates, lock=_LOCK)


def _apply_chunk(services: Services, size: int) -> int:
    """Apply the next items in one transaction; returns their number."""
    try:
        with services.database.begin() as session:
            items = _next_items(session, size)
            _apply_items(session, items)
            return len(items)
    except DatabaseUnavailable:
        raise
    except Exception:
        logger.exception("updates could not be applied")
        if size > 1:
            return _apply_chunk(services, 1)
        return _refuse_next(services)


def _next_items(session: Session, size: int) -> Sequence[Item]:
    session.execute(_APPLYING)
    table = UpdateRow
    columns = (table.receipt_id, table.position, table.status_id, table.kind, table.fields)
    waiting = select(*columns).where(table.outcome.is_(None)).order_by(table.receipt_number, table.position)
    return [Item(*row) for row in session.execute(waiting.limit(size))]


def _apply_items(session: Session, items: Sequence[Item]) -> None:
    ids = {item.status_id for item in items}
    locked = select(StatusRow).where(StatusRow.status_id.in_(ids)).order_by(StatusRow.status_id).with_for_update()
    statuses = {row.status_id: row for row in session.scalars(locked)}
    senders = _senders(session, {item.receipt_id for item in items})
    _store(session, items, [_apply_item(session, item, statuses, senders[item.receipt_id]) for item in items])


def _apply_item(session: Session, item: Item, statuses: Mapping[UUID, StatusRow], by: UUID | None) -> _Outcome:
    try:
        row = statuses.get(item.status_id)
        if row is None:
            raise unknown_status()
        request = REQUEST_OF_KIND[item.kind].model_validate(item.fields)
        _APPLY[item.kind](session, row, request.fields(), by)
    except PlatformError as error:
        if isinstance(error, Outdated) and item.kind in _CAN_BE_SKIPPED:
            return _Outcome("skipped")
        return _Outcome("refused", error)
    return _Outcome("applied")


def _refuse_next(services: Services) -> int:
    """Refuse the next item, which cannot be applied for an unexpected reason."""
    with services.database.begin() as session:
        items = _next_items(session, 1)
        _store(session, items, [_Outcome("refused", PlatformError()) for _ in items])
        return len(items)


def _store(session: Session, items: Sequence[Item], outcomes: Sequence[_Outcome]) -> None:
    errors = [outcome.error for outcome in outcomes]
    columns = {
        "receipts": [item.receipt_id for item in items],
        "positions": [item.position for item in items],
        "outcomes": [outcome.name for outcome in outcomes],
        "types": [error and error.type for error in errors],
        "messages": [error and _message(error) for error in errors],
    }
    session.execute(_STORE_OUTCOMES, {**columns, "now": utc_now()})


def _message(error: PlatformError) -> str:
    places = [f"{detail['field']} {detail['issue']}" for detail in error.details]
    return f"{error.message} {'; '.join(places)}".strip()


def _senders(session: Session, receipt_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    found = select(ReceiptRow).where(ReceiptRow.receipt_id.in_(set(receipt_ids)))
    return {receipt.receipt_id: receipt.sender for receipt in session.scalars(found)}


def _stored(item: object) -> dict[str, Any]:
    """Return the columns of an item: its fields if they are valid, else the outcome."""
    status_id, kind, details = _parts(item)
    if not details:
        assert isinstance(item, dict)
        fields = {name: value for name, value in item.items() if name not in ("status_id", "kind")}
        return {**_NOTHING, "status_id": status_id, "kind": kind, "fields": fields}
    error = ValidationFailed(details=details)
    refused = {"outcome": "refused", "error_type": error.type, "error_message": _message(error)}
    return {**_NOTHING, "status_id": status_id, **refused, "applied_at": utc_now()}


_NOTHING = dict.fromkeys(("status_id", "kind", "fields", "outcome", "error_type", "error_message", "applied_at"), None)


def _parts(item: object) -> tuple[UUID | None, str | None, list[Any]]:
    """Return the id and the kind of an item, and its invalid fields."""
    if not isinstance(item, dict):
        return None, None, [{"field": "item", "issue": "must be an object"}]
    details: list[Any] = []
    status_id, kind = None, item.get("kind")
    try:
        status_id = _ids.validate_python(item["status_id"]) if "status_id" in item else None
    except ValidationError:
        details.append({"field": "status_id", "issue": "must be a UUID"})
    if "status_id" not in item:
        details.append({"field": "status_id", "issue": "is missing"})
    if not isinstance(kind, str) or kind not in REQUEST_OF_KIND:
        issue = "must be 'status', 'progress', 'error' or 'heartbeat'" if "kind" in item else "is missing"
        return status_id, None, [*details, {"field": "kind", "issue": issue}]
    try:
        REQUEST_OF_KIND[_kind(kind)].model_validate(
            {name: value for name, value in item.items() if name not in ("status_id", "kind")}
        )
    except ValidationError as error:
        details += validation_details(error)
    return status_id, kind, details


def _kind(name: str) -> Kind:
    kinds: dict[str, Kind] = {kind: kind for kind in REQUEST_OF_KIND}
    return kinds[name]
