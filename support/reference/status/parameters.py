"""The parameters of paths and queries, and the bodies of requests that concern many statuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from starlette.convertors import Convertor, register_url_convertor

from support.reference.schemas import Page, Request
from support.reference.status.fields import Boolean, Name, Reason, Time, Whole, invalid
from support.reference.status.filters import Filter, Filters
from support.reference.status.states import ChangeType, EventType, Priority, State

_LONGEST_SPAN = timedelta(days=366)

# Paths of their own, which are not read as ids: another method is 405 there, not 422.
_OTHER_PATHS = "batch|filter|aggregates|updates|events|cleanup"


class _StatusIdConvertor(Convertor[str]):
    regex = rf"(?!(?:{_OTHER_PATHS})(?:/|$))[^/]+"

    def convert(self, value: str) -> str:
        """Return the text; the route checks that it is a UUID."""
        return value

    def to_string(self, value: str) -> str:
        """Return the text."""
        return value


register_url_convertor("status_id", _StatusIdConvertor())


class StatusPage(Page):
    """Which statuses are requested; all of the values must match."""

    status: State | None = None
    priority: Priority | None = None
    worker_id: Name | None = None
    vod_id: UUID | None = None
    batch_id: UUID | None = None
    external_id: Name | None = None
    tag: Name | None = None


class PresetPage(Page):
    """Which page of a preset is requested; ``timeout_seconds`` replaces the timeouts of the preset stale."""

    timeout_seconds: int | None = Field(default=None, ge=1, le=86_400)


class HistoryPage(Page):
    """Which entries of a history are requested."""

    change_type: ChangeType | None = None
    since: Time | None = None
    until: Time | None = None


class EventPage(Request):
    """Which events are requested: those after a number, oldest first."""

    after: int = Field(default=0, ge=0, le=2**63 - 1)
    type: EventType | None = None
    status_id: UUID | None = None
    limit: int = Field(default=20, ge=1, le=100)


class Span(Request):
    """A span of creation times, ``end`` excluded."""

    start: Time | None = None
    end: Time | None = None

    @model_validator(mode="after")
    def check_length(self) -> Self:
        """Reject a negative span, and one of more than 366 days."""
        if self.start is None or self.end is None:
            return self
        if not timedelta(0) <= self.end - self.start <= _LONGEST_SPAN:
            raise invalid("end", "value_error", error=ValueError("is not valid"))
        return self


class Days(Request):
    """The number of days that figures cover."""

    days: int = Field(default=7, ge=1, le=90)


class BulkCancel(Request):
    """Which statuses to cancel, and why."""

    filters: Annotated[list[Filter], Field(min_length=1, max_length=20)]
    change_reason: Reason


class CleanUp(Request):
    """Which ended statuses to delete."""

    older_than_days: Annotated[Whole, Field(ge=0, le=3650)] = 30
    keep_failed: Boolean = True
    filters: Filters = Field(default_factory=list)
