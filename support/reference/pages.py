"""Pages of a list, newest first."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, SelectBase, func, select
from sqlalchemy.orm import Session

from support.reference.database import Base

Row = TypeVar("Row", bound=Base)


def newest(session: Session, wanted: Select[Row], *, limit: int, offset: int) -> tuple[list[Row], int]:
    """One page of the rows that a query finds, newest first by ``created_at``, and how many it finds in all."""
    table = wanted.column_descriptions[0]["entity"]
    page = wanted.order_by(table.created_at.desc(), table.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(page)), count(session, wanted)


def count(session: Session, wanted: SelectBase) -> int:
    """How many rows a query finds."""
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
