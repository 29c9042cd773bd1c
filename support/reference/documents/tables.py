"""The table of documents and their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column
from sqlalchemy.types import UserDefinedType

from support.reference.database import Base
from support.reference.documents.embedding import DIMENSIONS


class Vector(UserDefinedType[Sequence[float]]):
    """A column of pgvector, written as text."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type in SQL."""
        return f"vector({DIMENSIONS})"

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[float] | None], str | None]:
        """Return the function that formats a vector."""
        return lambda vector: None if vector is None else "[" + ",".join(map(repr, vector)) + "]"


class DocumentRow(Base):
    """One document of one user; (source_type, source_id) is its name."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("owner_id", "source_type", "source_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    source_type: Mapped[str] = mapped_column(String(64))
    source_id: Mapped[str] = mapped_column(String(255))
    content: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)
    embedding: Mapped[Sequence[float]] = deferred(mapped_column(Vector))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
