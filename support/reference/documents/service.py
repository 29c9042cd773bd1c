"""Store and search documents. A document is visible only to its owner."""

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
"""A value, or a list of values, for each name of metadata."""


class SearchResult(NamedTuple):
    """A document and its score: 1 is the same direction."""

    document: DocumentRow
    score: float


def ingest(services: Services, user: User, documents: Sequence[Mapping[str, Any]]) -> list[DocumentRow]:
    """Store documents, replacing those of the same name; of two in a batch the last counts.

    Each mapping has content, source_type, source_id and metadata. Returns the rows in the order of ``documents``.
    """
    latest = {(each["source_type"], each["source_id"]): each for each in documents}
    if not latest:
        return []
    now = utc_now()
    # Rows are locked in one order: two batches of the same names in different orders would block each other.
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
    """Return one page of a user's documents, newest first, and the number of all."""
    own = select(DocumentRow).where(DocumentRow.owner_id == user.id)
    with services.database.begin() as session:
        return pages.newest(session, own, limit=limit, offset=offset)


def get(services: Services, user: User, document_id: UUID) -> DocumentRow:
    """Return one document. Raises NotFound if it is not the user's."""
    with services.database.begin() as session:
        return _owned(session, user, document_id)


def remove(services: Services, user: User, document_id: UUID) -> None:
    """Delete a document with its vector. Raises NotFound."""
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
    """Return one page of a user's documents, best first, and the number of all matches.

    Every document that passes the filters is compared, without approximation.
    """
    score = literal(1.0) - DocumentRow.embedding.op("<=>", return_type=Float())(embed(query))
    matches = select(DocumentRow, score.label("score")).where(DocumentRow.owner_id == user.id)
    if source_type is not None:
        matches = matches.where(DocumentRow.source_type == source_type)
    for name, value in filters.items():
        matches = matches.where(_has_value(name, value))
    for name, value in exclude.items():
        matches = matches.where(func.coalesce(_has_value(name, value), false()).is_(False))
    if min_score is not None:
        matches = matches.where(score >= min_score)
    best = matches.order_by(score.desc(), DocumentRow.id).limit(limit).offset(offset)
    with services.database.begin() as session:
        found = [SearchResult(document, score) for document, score in session.execute(best).tuples()]
        return found, pages.count(session, matches)


def _has_value(name: str, value: Any) -> ColumnElement[bool]:
    values = value if isinstance(value, list) else [value]
    return DocumentRow.details[name].in_([literal(each, JSONB(none_as_null=False)) for each in values])


def _owned(session: Session, user: User, document_id: UUID) -> DocumentRow:
    document = session.get(DocumentRow, document_id)
    if document is None or document.owner_id != user.id:
        raise NotFound("The document was not found.")
    return document
