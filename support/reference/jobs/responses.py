"""The bodies of responses about jobs, records, counters and queues."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from support.reference.jobs.arguments import TaskName
from support.reference.jobs.service import JobWithRuns
from support.reference.jobs.states import JobEventType, JobState, Kind, Outcome, Queue
from support.reference.jobs.tables import JobRow
from support.reference.schemas import ResponseModel


class ErrorResponse(ResponseModel):
    """The error of a run."""

    kind: Kind
    message: str


class RunResponse(ResponseModel):
    """One attempt of a worker at a job."""

    number: int
    worker_id: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    error: ErrorResponse | None
    retry_at: datetime | None


class RetryResponse(ResponseModel):
    """When and how often a job runs again after a failure."""

    max_attempts: int
    base_seconds: float
    factor: float
    cap_seconds: float
    on: list[Literal[Kind, "*"]]


class JobFields(ResponseModel):
    """The fields of a job without its runs."""

    id: UUID
    task: TaskName
    args: dict[str, Any]
    queue: Queue
    status: JobState
    priority: int
    scheduled_at: datetime | None
    lock: str | None
    queueing_lock: str | None
    retry: RetryResponse
    timeout_seconds: float
    track: bool
    status_id: UUID | None
    attempts: int
    failures: int
    abort_requested: bool
    trace_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    submitted_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: Any | None
    error: ErrorResponse | None


class JobResponse(JobFields):
    """A job with its runs, oldest first."""

    runs: list[RunResponse]


class JobsResponse(ResponseModel):
    """Jobs, and the number of all that match."""

    jobs: list[JobResponse]
    total: int


class JobEventResponse(ResponseModel):
    """One event of a job; ``run`` is null for events outside a run."""

    seq: int
    type: JobEventType
    run: int | None
    at: datetime


class JobEventsResponse(ResponseModel):
    """Events of a job, oldest first, and their number."""

    events: list[JobEventResponse]
    total: int


class JobTaskResponse(ResponseModel):
    """A task that the caller may submit; ``arguments`` is the JSON schema of its arguments."""

    name: TaskName
    queue: Queue
    description: str
    arguments: dict[str, Any]


class TasksResponse(ResponseModel):
    """The tasks that the caller may submit."""

    tasks: list[JobTaskResponse]


class JobCounts(ResponseModel):
    """The number of jobs in each state."""

    todo: int
    doing: int
    succeeded: int
    failed: int
    cancelled: int
    aborted: int


class JobQueueResponse(ResponseModel):
    """A queue; ``oldest_waiting_seconds`` is null while no worker may take one of its jobs."""

    name: Queue
    paused: bool
    jobs: JobCounts
    oldest_waiting_seconds: float | None


class QueuesResponse(ResponseModel):
    """All queues."""

    queues: list[JobQueueResponse]


class RunCounts(ResponseModel):
    """The number of runs with each outcome."""

    running: int
    succeeded: int
    failed: int
    timed_out: int
    aborted: int
    requeued: int
    lost: int


class Quantiles(ResponseModel):
    """Durations in seconds; null without data."""

    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class StatisticsResponse(ResponseModel):
    """Figures of a period; ``busy_share`` is null without a worker."""

    jobs: JobCounts
    runs: RunCounts
    takeovers: int
    per_second: float
    wait_seconds: Quantiles
    run_seconds: Quantiles
    busy_share: float | None


class RequestedRecordResponse(ResponseModel):
    """A requested record and the job that imports it."""

    record_id: UUID
    job_id: UUID


class RecordResponse(ResponseModel):
    """A record of the record service."""

    id: UUID
    external_id: str
    text: str | None
    category: str | None
    state: Literal["requested", "imported", "failed"]
    imports: int
    imported_at: datetime | None


class RecordsResponse(ResponseModel):
    """One page of records, newest first, and the number of all that match."""

    records: list[RecordResponse]
    total: int


class RecordStatisticsResponse(ResponseModel):
    """The number of records, and that in each category."""

    total: int
    by_category: dict[str, int]


class CounterResponse(ResponseModel):
    """A counter and the number of its entries."""

    name: str
    value: int
    entries: int


def job_response(found: JobWithRuns) -> JobResponse:
    """Return the response of a job."""
    runs = [RunResponse.model_validate(run) for run in found.runs]
    return JobResponse(**_fields(found.job), runs=runs)


def new_job_response(job: JobRow) -> JobResponse:
    """Return the response of a job that was submitted now."""
    return JobResponse(**_fields(job), runs=[])


def _fields(job: JobRow) -> dict[str, Any]:
    return {name: getattr(job, name) for name in JobFields.model_fields}
