"""The bodies of requests that create and change statuses."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from support.reference.schemas import Request
from support.reference.status.fields import (
    Boolean,
    Count,
    ErrorInfo,
    Name,
    Percentage,
    Reason,
    SmallObject,
    Step,
    Tags,
    Time,
    Whole,
    invalid,
    omittable,
)
from support.reference.status.states import STAGES, Priority, State

_TimeoutSeconds = Annotated[Whole, Field(ge=1, le=86_400)]


class NewStatus(Request):
    """A status to create. All fields are optional."""

    priority: Priority = Priority.NORMAL
    total_steps: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    vod_id: UUID | None = None
    external_id: Name | None = None
    tags: Tags = Field(default_factory=list)
    metadata: SmallObject = Field(default_factory=dict)
    heartbeat_timeout_seconds: _TimeoutSeconds = 300
    max_retries: Annotated[Whole, Field(ge=0, le=100)] = 3

    def fields(self) -> dict[str, Any]:
        """Return all fields, as ``service.create`` takes them."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class NewBatch(Request):
    """Statuses to create, all or none."""

    statuses: Annotated[list[NewStatus], Field(min_length=1, max_length=100)]


class ChangeRequest(Request):
    """The base of requests that change one status: omitted fields stay as they are."""

    def fields(self) -> dict[str, Any]:
        """Return the fields of the request, without omitted ones."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class StatusUpdate(ChangeRequest):
    """A change of the state and of other fields.

    Progress is accepted with a stage or completed, ``error_info`` is required with failed and accepted with no other
    state, ``result`` is accepted with completed.
    """

    new_status: State
    progress_percentage: Percentage = omittable()
    completed_steps: Count = omittable()
    current_step: Step | None = None
    worker_id: Name | None = None
    estimated_completion_time: Time | None = None
    error_info: ErrorInfo = omittable()
    result: SmallObject | None = None
    change_reason: Reason | None = None
    change_metadata: SmallObject | None = None
    expected_version: Annotated[Whole, Field(ge=1, le=2**31 - 1)] = omittable()

    @model_validator(mode="after")
    def check_state(self) -> Self:
        """Reject fields that the requested state does not allow."""
        given, state = self.model_fields_set, self.new_status
        if state is State.FAILED and "error_info" not in given:
            raise invalid("error_info", "missing")
        if state is not State.FAILED and "error_info" in given:
            raise invalid("error_info", "extra_forbidden")
        if state is not State.COMPLETED and self.result is not None:
            raise invalid("result", "extra_forbidden")
        if state not in (*STAGES, State.COMPLETED):
            for name in ("progress_percentage", "completed_steps"):
                if name in given:
                    raise invalid(name, "extra_forbidden")
        if state is State.COMPLETED and "progress_percentage" in given and self.progress_percentage != 100:
            raise invalid("progress_percentage", "greater_than_equal", ge=100)
        return self


class ProgressReport(ChangeRequest):
    """A progress report: at least one of ``progress_percentage`` and ``completed_steps``."""

    progress_percentage: Percentage = omittable()
    completed_steps: Count = omittable()
    current_step: Step | None = None
    worker_id: Name | None = None
    metadata: SmallObject = omittable("Merged into the metadata; a null removes its key.")

    @model_validator(mode="after")
    def check_figures(self) -> Self:
        """Reject a report without progress and steps."""
        if not self.model_fields_set & {"progress_percentage", "completed_steps"}:
            raise invalid("progress_percentage", "missing")
        return self


class ErrorReport(ChangeRequest):
    """An error of the work, with or without a retry."""

    error_info: ErrorInfo
    error_metadata: SmallObject | None = None
    worker_id: Name = omittable()
    should_retry: Boolean = True


class Heartbeat(ChangeRequest):
    """A heartbeat of the worker."""

    worker_id: Name


class BulkUpdates(Request):
    """Updates to apply later, in this order; each is checked separately."""

    updates: Annotated[list[Any], Field(min_length=1, max_length=1000)]


Kind = Literal["status", "progress", "error", "heartbeat"]

REQUEST_OF_KIND: dict[Kind, type[ChangeRequest]] = {
    "status": StatusUpdate,
    "progress": ProgressReport,
    "error": ErrorReport,
    "heartbeat": Heartbeat,
}
