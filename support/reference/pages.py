"""Pages of lists, newest first."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, SelectBase, func, select
from sqlalchemy.orm import Session

from support.reference.database import Base

Row = TypeVar("Row", bound=Base)


def newest(session: Session, query: Select[Row], *, limit: int, offset: int) -> tuple[list[Row], int]:
    """Return one page of a query, newest first by ``created_at``, and the number of all."""
    table = query.column_descriptions[0]["entity"]
    page = query.order_by(table.created_at.desc(), table.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(page)), count(session, query)


def count(session: Session, query: SelectBase) -> int:
    """Return the number of rows of a query."""
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
