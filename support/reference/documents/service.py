"""Ingesting and searching documents. A document exists only for the user whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Float, delete, false, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import User
from support.reference.database import utc_now
from support.reference.documents.embedding import embed
from support.reference.documents.tables import DocumentRow
from support.reference.errors import NotFound
from support.reference.services import Services

Filter = Mapping[str, Any]
"""What metadata must hold: by name a value, or a list of values of which one is enough."""


class SearchResult(NamedTuple):
    """A document and how near it is to what was searched: 1 is the same direction."""

    document: DocumentRow
    score: float


def ingest(services: Services, user: User, documents: Sequence[Mapping[str, Any]]) -> list[DocumentRow]:
    """Store documents, replacing those of the same name. Returns them in the order given; of two alike the last counts.

    Each mapping has content, source_type, source_id and metadata.
    """
    latest = {(each["source_type"], each["source_id"]): each for each in documents}
    if not latest:
        return []
    now = utc_now()
    # All lock rows in the same order: two batches of the same names in different orders would wait for each other.
    rows = [
        {
            "id": uuid4(),
            "owner_id": user.id,
            "source_type": each["source_type"],
            "source_id": each["source_id"],
            "content": each["content"],
            "details": each["metadata"],
            "embedding": embed(each["content"]),
            "created_at": now,
            "updated_at": now,
        }
        for _, each in sorted(latest.items(), key=itemgetter(0))
    ]
    new = insert(DocumentRow)
    replaced = {name: new.excluded[name] for name in ("content", "metadata", "embedding", "updated_at")}
    store = new.on_conflict_do_update(constraint="uq_documents_owner_id_source_type_source_id", set_=replaced)
    with services.database.begin() as session:
        stored = session.scalars(store.returning(DocumentRow), rows, execution_options={"populate_existing": True})
        by_name = {(row.source_type, row.source_id): row for row in stored}
    return [by_name[each["source_type"], each["source_id"]] for each in documents]


def list_for(services: Services, user: User, *, limit: int, offset: int) -> tuple[list[DocumentRow], int]:
    """One page of a user's documents, newest first, and how many there are."""
    own = select(DocumentRow).where(DocumentRow.owner_id == user.id)
    with services.database.begin() as session:
        return pages.newest(session, own, limit=limit, offset=offset)


def get(services: Services, user: User, document_id: UUID) -> DocumentRow:
    """One document. Raises NotFound when it is not the user's."""
    with services.database.begin() as session:
        return _owned(session, user, document_id)


def remove(services: Services, user: User, document_id: UUID) -> None:
    """Remove a document with its vector. Raises NotFound."""
    with services.database.begin() as session:
        document = _owned(session, user, document_id)
        session.execute(delete(DocumentRow).where(DocumentRow.id == document.id))


def search(
    services: Services,
    user: User,
    *,
    query: str,
    source_type: str | None,
    filters: Filter,
    exclude: Filter,
    min_score: float | None,
    limit: int,
    offset: int,
) -> tuple[list[SearchResult], int]:
    """One page of a user's documents, nearest first, and how many there are in all.

    Every document that passes the filters is compared; nothing is approximated.
    """
    score = literal(1.0) - DocumentRow.embedding.op("<=>", return_type=Float())(embed(query))
    wanted = select(DocumentRow, score.label("score")).where(DocumentRow.owner_id == user.id)
    if source_type is not None:
        wanted = wanted.where(DocumentRow.source_type == source_type)
    for name, value in filters.items():
        wanted = wanted.where(_has_value(name, value))
    for name, value in exclude.items():
        wanted = wanted.where(func.coalesce(_has_value(name, value), false()).is_(False))
    if min_score is not None:
        wanted = wanted.where(score >= min_score)
    best = wanted.order_by(score.desc(), DocumentRow.id).limit(limit).offset(offset)
    with services.database.begin() as session:
        found = [SearchResult(document, score) for document, score in session.execute(best).tuples()]
        return found, pages.count(session, wanted)


def _has_value(name: str, value: Any) -> ColumnElement[bool]:
    values = value if isinstance(value, list) else [value]
    return DocumentRow.details[name].in_([literal(each, JSONB(none_as_null=False)) for each in values])


def _owned(session: Session, user: User, document_id: UUID) -> DocumentRow:
    document = session.get(DocumentRow, document_id)
    if document is None or document.owner_id != user.id:
        raise NotFound("The document was not found.")
    return document
