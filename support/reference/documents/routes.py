"""``/api/documents``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from support.reference.access.dependencies import Researcher
from support.reference.documents import service
from support.reference.documents.tables import DocumentRow
from support.reference.errors import Detail, error_responses, validation_details
from support.reference.schemas import BodyPage, JsonObject, Page, Request, ResponseModel, Text, TypeName, validate_text
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api/documents", responses=error_responses(401, 403, 422, 500, 503))

_CONTENT_LENGTH = 20_000

Content = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=_CONTENT_LENGTH),
    AfterValidator(validate_text),
]
SourceId = Annotated[Text, Field(min_length=1, max_length=255)]


def _validate_filter(filters: dict[str, Any]) -> dict[str, Any]:
    for value in filters.values():
        values = value if isinstance(value, list) else [value]
        if not values or len(values) > 100 or any(isinstance(each, dict | list) for each in values):
            raise ValueError("must contain values, or lists of 1 to 100 values")
    return filters


Filter = Annotated[
    JsonObject,
    AfterValidator(_validate_filter),
    Field(description='A value, or a list of 1 to 100 values, for each name of metadata: {"ticker": ["A", "B"]}.'),
]


class NewDocument(Request):
    """A document; the same (source_type, source_id) replaces the earlier one."""

    content: Content
    source_type: TypeName
    source_id: SourceId
    metadata: JsonObject = Field(default_factory=dict)


class DocumentBatch(Request):
    """Documents to store; each is validated by itself."""

    documents: Annotated[list[Any], Field(min_length=1, max_length=100)]


class SearchRequest(BodyPage):
    """A query and filters; filters are applied before ranking."""

    query: Content
    source_type: TypeName | None = None
    filters: Filter = Field(default_factory=dict)
    exclude: Filter = Field(default_factory=dict, description="Documents with one of these values are excluded.")
    min_score: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None


class DocumentResponse(ResponseModel):
    """A document."""

    id: UUID
    source_type: str
    source_id: str
    content: str
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class DocumentsResponse(ResponseModel):
    """One page of documents, newest first."""

    documents: list[DocumentResponse]
    total: int


class DocumentBatchItem(ResponseModel):
    """The outcome of one document of a batch: its id, or its invalid fields."""

    index: int
    id: UUID | None = None
    errors: list[Detail] = Field(default_factory=list)


class DocumentBatchResponse(ResponseModel):
    """The outcome of a batch, in the order of the request."""

    results: list[DocumentBatchItem]
    stored: int
    refused: int


class SearchResultResponse(DocumentResponse):
    """A document with ``score``, the cosine of its vector and the query's."""

    score: float


class SearchResponse(ResponseModel):
    """One page of search results, best first."""

    results: list[SearchResultResponse]
    total: int


@router.post("", status_code=201, responses=error_responses(413))
def ingest(body: NewDocument, user: Researcher, services: ServicesDep) -> DocumentResponse:
    """Store a document."""
    [stored] = service.ingest(services, user, [body.model_dump()])
    return to_response(stored)


@router.post("/batch", responses=error_responses(413))
def ingest_batch(body: DocumentBatch, user: Researcher, services: ServicesDep) -> DocumentBatchResponse:
    """Store up to 100 documents; invalid ones are reported."""
    items: list[DocumentBatchItem] = []
    valid: list[tuple[DocumentBatchItem, dict[str, Any]]] = []
    for index, raw in enumerate(body.documents):
        items.append(DocumentBatchItem(index=index))
        try:
            valid.append((items[-1], NewDocument.model_validate(raw).model_dump()))
        except ValidationError as error:
            items[-1].errors = validation_details(error, part="item")
    stored = service.ingest(services, user, [document for _, document in valid])
    for (item, _), row in zip(valid, stored, strict=True):
        item.id = row.id
    return DocumentBatchResponse(results=items, stored=len(valid), refused=len(items) - len(valid))


@router.post("/search", responses=error_responses(413))
def search(body: SearchRequest, user: Researcher, services: ServicesDep) -> SearchResponse:
    """Search the caller's documents by meaning, best first; every document is compared."""
    found, total = service.search(services, user, **body.model_dump())
    results = [SearchResultResponse(**to_response(document).model_dump(), score=score) for document, score in found]
    return SearchResponse(results=results, total=total)


@router.get("")
def list_documents(page: Annotated[Page, Query()], user: Researcher, services: ServicesDep) -> DocumentsResponse:
    """List the caller's documents, newest first."""
    found, total = service.list_for(services, user, limit=page.limit, offset=page.offset)
    return DocumentsResponse(documents=[to_response(each) for each in found], total=total)


@router.get("/{document_id}", responses=error_responses(404))
def get(document_id: UUID, user: Researcher, services: ServicesDep) -> DocumentResponse:
    """Return one document."""
    return to_response(service.get(services, user, document_id))


@router.delete("/{document_id}", status_code=204, responses=error_responses(404))
def remove(document_id: UUID, user: Researcher, services: ServicesDep) -> None:
    """Delete a document permanently."""
    service.remove(services, user, document_id)


def to_response(row: DocumentRow) -> DocumentResponse:
    """Return a document as the API returns it."""
    return DocumentResponse(
        id=row.id,
        source_type=row.source_type,
        source_id=row.source_id,
        content=row.content,
        metadata=row.details,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
