"""The bodies of responses about statuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from support.reference.schemas import ResponseModel
from support.reference.status.states import ChangeType, EventType, Priority, State


class StatusResponse(ResponseModel):
    """A status."""

    status_id: UUID
    status: State
    priority: Priority
    progress_percentage: float
    current_step: str | None
    total_steps: int | None
    completed_steps: int
    estimated_completion_time: datetime | None
    vod_id: UUID | None
    batch_id: UUID | None
    external_id: str | None
    tags: list[str]
    metadata: dict[str, Any] = Field(validation_alias="details")
    result: dict[str, Any] | None
    worker_id: str | None
    heartbeat_at: datetime | None
    heartbeat_timeout_seconds: int
    retry_count: int
    max_retries: int
    error_info: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class StatusesResponse(ResponseModel):
    """One page of statuses, and the number of all that match."""

    statuses: list[StatusResponse]
    total: int


class StatusBatchResponse(ResponseModel):
    """A new batch with its statuses, in the order of the request."""

    batch_id: UUID
    statuses: list[StatusResponse]


class HistoryEntry(ResponseModel):
    """One entry of the history. ``duration_seconds`` is the time since the entry before."""

    change_type: ChangeType
    previous_status: State | None
    new_status: State
    previous_progress: float | None
    new_progress: float
    change_reason: str | None
    change_metadata: dict[str, Any] | None
    worker_id: str | None
    error_info: str | None
    changed_by: UUID | None
    changed_at: datetime
    duration_seconds: float | None


class HistoryResponse(ResponseModel):
    """One page of the history, newest first."""

    history: list[HistoryEntry]
    total: int


class StatusEventData(ResponseModel):
    """The data of an event, the same as in webhooks."""

    status: State
    previous_status: State | None
    progress_percentage: float
    priority: Priority
    batch_id: UUID | None
    external_id: str | None
    error_info: str | None


class StatusEvent(ResponseModel):
    """One event of the feed."""

    seq: int
    type: EventType
    status_id: UUID
    status: State
    progress_percentage: float
    data: StatusEventData
    at: datetime


class StatusEventsResponse(ResponseModel):
    """Events in the order of ``seq``; continue with ``after`` set to ``next_after``."""

    events: list[StatusEvent]
    next_after: int


class CancelledResponse(ResponseModel):
    """The number of statuses that were cancelled."""

    cancelled: int


class RemovedResponse(ResponseModel):
    """The number of statuses that were removed."""

    removed: int
