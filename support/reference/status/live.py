"""The current states that subscribers of statuses and batches receive first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from support.reference.errors import NotFound
from support.reference.services import Services
from support.reference.status.finding import get
from support.reference.status.tables import StatusRow


def read_state(services: Services, status_id: UUID) -> list[dict[str, Any]]:
    """Return the state of a status, as the only one. Raises NotFound."""
    return [_state(get(services, status_id))]


def read_batch(services: Services, batch_id: UUID) -> list[dict[str, Any]]:
    """Return the state of each status of a batch, oldest first. Raises NotFound."""
    of_batch = select(StatusRow).where(StatusRow.batch_id == batch_id)
    with services.database.begin() as session:
        rows = session.scalars(of_batch.order_by(StatusRow.created_at, StatusRow.status_id)).all()
    if not rows:
        raise NotFound("The batch was not found.")
    return [_state(row) for row in rows]


def _state(row: StatusRow) -> dict[str, Any]:
    return {
        "event": "status.state",
        "subject": f"status:{row.status_id}",
        "status": row.status,
        "progress": float(row.progress_percentage),
        "at": row.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
