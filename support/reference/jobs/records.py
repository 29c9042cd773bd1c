"""Records: requesting them, reading them, and the effect of an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import User
from support.reference.errors import Conflict, NotFound
from support.reference.jobs.record_service import ServedRecord
from support.reference.jobs.requests import NewJob
from support.reference.jobs.submission import submit
from support.reference.jobs.tables import JobRow, RecordRow
from support.reference.jobs.transitions import moment
from support.reference.services import Services

UNCATEGORISED = "uncategorised"


def request(services: Services, user: User, external_id: str, *, trace_id: str) -> tuple[RecordRow, JobRow]:
    """Store a requested record and the job that imports it, or neither. Raises Conflict if the record exists."""
    with services.database.begin() as session:
        values = {"id": uuid4(), "external_id": external_id, "state": "requested", "imports": 0}
        stored = insert(RecordRow).values(**values, created_at=moment(session)).on_conflict_do_nothing()
        record_id = session.scalar(stored.returning(RecordRow.id))
        if record_id is None:
            raise Conflict("The record exists.")
        new_job = NewJob(task="records.import", args={"external_id": external_id})
        [job] = submit(session, user, [new_job], trace_id=trace_id)
        record = session.get_one(RecordRow, record_id)
        record.job_id = job.id
        return record, job


def store_import(session: Session, served: ServedRecord) -> None:
    """Write a record that the record service returned, new or over the old one."""
    now = moment(session)
    content = {"text": served.text, "category": served.category, "state": "imported", "imported_at": now}
    session.execute(
        insert(RecordRow)
        .values(id=uuid4(), external_id=served.id, created_at=now, imports=1, **content)
        .on_conflict_do_update(index_elements=["external_id"], set_={**content, "imports": RecordRow.imports + 1})
    )


def list_records(
    services: Services, filters: Mapping[str, Any], *, limit: int, offset: int
) -> tuple[Sequence[RecordRow], int]:
    """Return a page of the records that match, newest first, and their number."""
    found = select(RecordRow)
    if "state" in filters:
        found = found.where(RecordRow.state == filters["state"])
    if "category" in filters:
        found = found.where(_category() == filters["category"])
    with services.database.begin() as session:
        return pages.newest(session, found, limit=limit, offset=offset)


def get(services: Services, record_id: UUID) -> RecordRow:
    """Return a record. Raises NotFound."""
    with services.database.begin() as session:
        record = session.get(RecordRow, record_id)
    if record is None:
        raise _unknown()
    return record


def count_by_category(services: Services) -> dict[str, int]:
    """Return the number of records in each category."""
    category = _category()
    with services.database.begin() as session:
        return dict(session.execute(select(category, func.count()).group_by(category)).tuples().all())


def remove(services: Services, record_id: UUID) -> None:
    """Delete a record. Raises NotFound."""
    with services.database.begin() as session:
        if session.scalar(delete(RecordRow).where(RecordRow.id == record_id).returning(RecordRow.id)) is None:
            raise _unknown()


def _category() -> Any:
    return func.coalesce(RecordRow.category, UNCATEGORISED)


def _unknown() -> NotFound:
    return NotFound("The record was not found.")
