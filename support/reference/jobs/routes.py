"""``/api/jobs``: submitting jobs, reading them, and changing single jobs."""

from __future__ import annotations

import inspect
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from support.reference.access.dependencies import Administrator, Editor
from support.reference.access.service import User
from support.reference.errors import error_responses
from support.reference.idempotency.dependencies import Once, replayed
from support.reference.jobs import queues, service, statistics, submission
from support.reference.jobs.arguments import TASKS
from support.reference.jobs.requests import JobPage, NewJob, NewJobs, PauseChange, StatisticsQuery, check_arguments
from support.reference.jobs.responses import (
    JobEventResponse,
    JobEventsResponse,
    JobQueueResponse,
    JobResponse,
    JobsResponse,
    JobTaskResponse,
    QueuesResponse,
    StatisticsResponse,
    TasksResponse,
    job_response,
    new_job_response,
)
from support.reference.schemas import Page
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api/jobs", responses=error_responses(401, 403, 422, 500, 503))

TraceParent = Annotated[str | None, Header(description="W3C trace context; its trace is that of the job.")]

_ONE = "/{job_id:job_id}"


@router.post(
    "", status_code=202, response_model=JobResponse, responses={**replayed(JobResponse), **error_responses(413)}
)
def submit(body: NewJob, editor: Editor, once: Once, traceparent: TraceParent = None) -> Response:
    """Submit a job."""
    submission.require_permission(editor, [body])
    check_arguments([body])

    def submitted(session: Session) -> JobResponse:
        [job] = submission.submit(session, editor, [body], trace_id=submission.trace_of(traceparent))
        return new_job_response(job)

    return once(submitted, status_code=202)


@router.post(
    "/batch", status_code=202, response_model=JobsResponse, responses={**replayed(JobsResponse), **error_responses(413)}
)
def submit_batch(body: NewJobs, editor: Editor, once: Once, traceparent: TraceParent = None) -> Response:
    """Submit up to 1000 jobs in this order, all or none."""
    submission.require_permission(editor, body.jobs)
    check_arguments(body.jobs, ("jobs",))

    def submitted(session: Session) -> JobsResponse:
        jobs = submission.submit(session, editor, body.jobs, trace_id=submission.trace_of(traceparent))
        return JobsResponse(jobs=[new_job_response(job) for job in jobs], total=len(jobs))

    return once(submitted, status_code=202)


@router.get("")
def list_jobs(page: Annotated[JobPage, Query()], editor: Editor, services: ServicesDep) -> JobsResponse:
    """The caller's jobs, newest first; an administrator's list has all jobs."""
    filters = page.model_dump(exclude_none=True, exclude={"limit", "offset"})
    found, total = service.list_jobs(services, editor, filters, limit=page.limit, offset=page.offset)
    return JobsResponse(jobs=[job_response(each) for each in found], total=total)


@router.get("/tasks")
def list_tasks(editor: Editor) -> TasksResponse:
    """The tasks that the caller may submit, with the JSON schemas of their arguments."""
    return TasksResponse(tasks=_tasks(editor))


@router.get("/queues")
def list_queues(_editor: Editor, services: ServicesDep) -> QueuesResponse:
    """All queues, with their jobs by state."""
    return QueuesResponse(queues=[JobQueueResponse.model_validate(each) for each in queues.list_queues(services)])


@router.put("/queues/{name}", responses=error_responses(404, 413))
def pause_queue(name: str, body: PauseChange, _administrator: Administrator, services: ServicesDep) -> JobQueueResponse:
    """Pause or resume a queue; runs in progress continue."""
    return JobQueueResponse.model_validate(queues.pause(services, name, paused=body.paused))


@router.get("/stats")
def read_statistics(
    query: Annotated[StatisticsQuery, Query()], _administrator: Administrator, services: ServicesDep
) -> StatisticsResponse:
    """Figures of the last minutes."""
    figures = statistics.read_statistics(services, minutes=query.minutes, queue=query.queue, task=query.task)
    return StatisticsResponse.model_validate(figures)


# 405: paths of their own, such as /api/jobs/batch, look like an id to a reader of the document.
@router.get(_ONE, responses=error_responses(404, 405))
def get(job_id: UUID, editor: Editor, services: ServicesDep) -> JobResponse:
    """One job with its runs."""
    return job_response(service.get(services, editor, job_id))


@router.delete(_ONE, status_code=204, responses=error_responses(404, 405, 409))
def delete(job_id: UUID, editor: Editor, services: ServicesDep) -> None:
    """Delete a job that has ended, with its runs and events; its effect and its status stay."""
    service.delete(services, editor, job_id)


@router.get(f"{_ONE}/events", responses=error_responses(404))
def list_events(
    job_id: UUID, page: Annotated[Page, Query()], editor: Editor, services: ServicesDep
) -> JobEventsResponse:
    """The events of a job, oldest first."""
    found, total = service.list_events(services, editor, job_id, limit=page.limit, offset=page.offset)
    return JobEventsResponse(events=[JobEventResponse.model_validate(each) for each in found], total=total)


@router.post(f"{_ONE}/cancel", responses=error_responses(404, 409))
def cancel(job_id: UUID, editor: Editor, services: ServicesDep) -> JobResponse:
    """End a job that waits; it never runs."""
    return job_response(service.cancel(services, editor, job_id))


@router.post(f"{_ONE}/abort", status_code=202, responses=error_responses(404, 409))
def abort(job_id: UUID, editor: Editor, services: ServicesDep) -> JobResponse:
    """End a job that waits, or request the end of its run."""
    return job_response(service.abort(services, editor, job_id))


@router.post(f"{_ONE}/retry", status_code=202, responses=error_responses(404, 409))
def retry(job_id: UUID, editor: Editor, services: ServicesDep) -> JobResponse:
    """Put a job that failed or was aborted back to todo."""
    return job_response(service.retry(services, editor, job_id))


def _tasks(user: User) -> list[JobTaskResponse]:
    return [
        JobTaskResponse(
            name=task.name,
            queue=task.queue,
            description=inspect.getdoc(task.arguments) or "",
            arguments=task.arguments.model_json_schema(),
        )
        for task in TASKS.values()
        if user.has_role(task.role)
    ]
