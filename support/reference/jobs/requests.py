"""The bodies and parameters of requests about jobs, records and queues."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, Field, ValidationError, model_validator
from starlette.convertors import Convertor, register_url_convertor

from support.reference.jobs.arguments import TASKS, Name, TaskName
from support.reference.jobs.states import JobState, Kind, Queue
from support.reference.schemas import JsonObject, Page, Request, Text
from support.reference.status.fields import Boolean, Time, Whole, invalid, omittable

_ARGUMENTS_BYTES = 64 * 1024
_YEAR_SECONDS = 31_536_000


class _JobIdConvertor(Convertor[str]):
    """Read a part of a path as an id, but not paths of their own: another method is 405 there, not 422."""

    regex = r"(?!(?:batch|tasks|queues|stats)(?:/|$))[^/]+"

    def convert(self, value: str) -> str:
        """Return the text; the route checks that it is a UUID."""
        return value

    def to_string(self, value: str) -> str:
        """Return the text."""
        return value


class _RecordIdConvertor(_JobIdConvertor):
    regex = r"(?!stats(?:/|$))[^/]+"


register_url_convertor("job_id", _JobIdConvertor())
register_url_convertor("record_id", _RecordIdConvertor())


def _small(arguments: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode()) > _ARGUMENTS_BYTES:
        raise ValueError("is not valid")
    return arguments


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Lock = Annotated[Text, Field(min_length=1, max_length=128)]


RetriedKind = Literal[Kind, "*"]
_RETRIED: tuple[RetriedKind, ...] = ("transient", "time_limit")


class RetryPolicy(Request):
    """When and how often a job runs again after a failure."""

    max_attempts: Annotated[Whole, Field(ge=1, le=20)] = 5
    base_seconds: Annotated[Number, Field(ge=0, le=3600)] = 0.2
    factor: Annotated[Number, Field(ge=1, le=10)] = 2
    cap_seconds: Annotated[Number, Field(ge=0, le=86_400)] = 60
    on: list[RetriedKind] = Field(default_factory=lambda: list(_RETRIED))


class NewJob(Request):
    """A job to submit; only ``task`` is required. The arguments are those of the task."""

    task: TaskName
    args: Annotated[JsonObject, AfterValidator(_small)] = Field(default_factory=dict)
    queue: Queue = omittable("By default the queue of the task.")
    priority: Annotated[Whole, Field(ge=-100, le=100)] = 0
    schedule_at: Time | None = None
    schedule_in_seconds: Annotated[Number, Field(ge=0, le=_YEAR_SECONDS)] | None = None
    lock: Lock | None = None
    queueing_lock: Lock | None = None
    retry: RetryPolicy = Field(default_factory=RetryPolicy)
    timeout_seconds: Annotated[Number, Field(ge=0.1, le=3600)] = 300
    track: Boolean = False

    @model_validator(mode="after")
    def check_schedule(self) -> Self:
        """Reject two times."""
        if self.schedule_at is not None and self.schedule_in_seconds is not None:
            raise invalid("schedule_in_seconds", "extra_forbidden")
        return self


class NewJobs(Request):
    """Jobs to submit, all or none, in this order."""

    jobs: Annotated[list[NewJob], Field(min_length=1, max_length=1000)]


class NewRecord(Request):
    """A record to request from the record service."""

    external_id: Name


class PauseChange(Request):
    """Whether a queue is paused."""

    paused: Boolean


class JobPage(Page):
    """Which jobs are requested; all of the values must match. The times are those of the submission."""

    status: JobState | None = None
    task: TaskName | None = None
    queue: Queue | None = None
    lock: Lock | None = None
    since: Time | None = None
    until: Time | None = None


class RecordPage(Page):
    """Which records are requested; all of the values must match."""

    state: Literal["requested", "imported", "failed"] | None = None
    category: Annotated[Text, Field(min_length=1, max_length=255)] | None = None


class StatisticsQuery(Request):
    """The period in minutes, counted back from now, and the jobs that statistics cover."""

    minutes: int = Field(default=60, ge=1, le=1440)
    queue: Queue | None = None
    task: TaskName | None = None


def check_arguments(jobs: Sequence[NewJob], place: tuple[str | int, ...] = ()) -> None:
    """Reject arguments that the tasks do not accept. ``place`` is the path of the list; () for a single job.

    Raises RequestValidationError, which names each place: ``jobs.3.args.amount``.
    """
    errors: list[dict[str, Any]] = []
    for index, job in enumerate(jobs):
        try:
            TASKS[job.task].arguments.model_validate(job.args)
        except ValidationError as error:
            prefix = ("body", *place, index, "args") if place else ("body", "args")
            errors += [{**issue, "loc": (*prefix, *issue["loc"])} for issue in error.errors()]
    if errors:
        raise RequestValidationError(errors)
