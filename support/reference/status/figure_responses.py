"""The bodies of responses with figures and with receipts of updates in bulk."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from support.reference.schemas import ResponseModel
from support.reference.status.states import Priority, State


class ProgressFigures(ResponseModel):
    """The progress of several statuses."""

    average: float | None
    minimum: float
    maximum: float


class AggregatesResponse(ResponseModel):
    """Figures of several statuses; ``by_worker`` has the 100 workers with most statuses."""

    total: int
    by_status: dict[State, int]
    by_priority: dict[Priority, int]
    progress: ProgressFigures
    by_worker: dict[str, int]


class TodayFigures(ResponseModel):
    """What ended since midnight UTC."""

    completed: int
    failed: int
    cancelled: int
    success_rate: float | None


class StatusSummaryResponse(ResponseModel):
    """What is in progress: statuses in a stage, and their workers."""

    active: int
    workers: int
    average_progress: float | None
    waiting_updates: int
    today: TodayFigures


class WorkerFigures(ResponseModel):
    """What a worker ended in the last days; ``average_seconds`` is that of completed statuses."""

    worker_id: str
    days: int
    completed: int
    failed: int
    success_rate: float | None
    average_seconds: float | None


class BatchFigures(ResponseModel):
    """The statuses of a batch; ``ended`` is the number of ended ones."""

    batch_id: UUID
    total: int
    by_status: dict[State, int]
    average_progress: float | None
    ended: int


class AcceptedResponse(ResponseModel):
    """The receipt of updates in bulk."""

    receipt_id: UUID
    accepted: int


class UpdateError(ResponseModel):
    """Why an update was refused."""

    type: str
    message: str


class UpdateResult(ResponseModel):
    """The outcome of one update; ``index`` is its position in the request."""

    index: int
    status_id: UUID | None
    outcome: Literal["applied", "skipped", "refused"]
    error: UpdateError | None


class UpdateCounts(ResponseModel):
    """The number of updates by outcome."""

    applied: int
    skipped: int
    refused: int


class ReceiptResponse(ResponseModel):
    """A receipt; ``results`` is empty while it is waiting."""

    receipt_id: UUID
    state: Literal["waiting", "applied"]
    total: int
    counts: UpdateCounts
    results: list[UpdateResult]
