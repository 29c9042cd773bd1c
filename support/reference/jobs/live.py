"""Jobs in live updates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from support.reference.access.service import User
from support.reference.errors import Forbidden
from support.reference.jobs import service
from support.reference.services import Services


def require_editor(user: User) -> None:
    """Raise Forbidden for a user who may not read jobs."""
    if not user.has_role("editor"):
        raise Forbidden


def may_see(user: User, owner: str) -> bool:
    """Return whether a user may see the job of an owner."""
    return owner == str(user.id) or user.has_role("administrator")


def read_state(services: Services, user: User, job_id: UUID) -> list[dict[str, Any]]:
    """Read the current state of a job. Raises Forbidden, and NotFound also for another user's job."""
    require_editor(user)
    job = service.get(services, user, job_id).job
    return [
        {
            "event": "job.state",
            "subject": f"job:{job.id}",
            "status": job.status,
            "progress": None,
            "attempts": job.attempts,
            "at": job.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
    ]
