"""The tasks that users can submit, with their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from support.reference.access.tables import Role
from support.reference.jobs.states import Kind, Queue
from support.reference.schemas import Request
from support.reference.status.fields import Boolean, Whole, invalid

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""The name of a counter or the id of a record: 1..64 of ``A-Za-z0-9._-``."""

Amount = Annotated[Whole, Field(ge=1, le=1_000_000)]

TaskName = Literal["records.import", "counters.add", "counters.transfer", "probe.echo", "probe.sleep", "probe.fail"]


class ImportArguments(Request):
    """Read a record from the record service and write it, new or over the old one."""

    external_id: Name


class AddArguments(Request):
    """Add an entry to a counter, which rises by the amount."""

    counter: Name
    amount: Amount


class TransferArguments(Request):
    """Move an amount from one counter to another, or change nothing."""

    source: Name
    target: Name
    amount: Amount

    @model_validator(mode="after")
    def check_target(self) -> TransferArguments:
        """Reject a transfer of a counter to itself."""
        if self.source == self.target:
            raise invalid("target", "value_error", error=ValueError("is not valid"))
        return self


class EchoArguments(Request):
    """Return the value as the result."""

    value: Any


class SleepArguments(Request):
    """Sleep, then add 1 to the counter. A cooperative sleep checks every 0.1 s whether it should end."""

    seconds: Annotated[float, Field(strict=True, ge=0, le=60, allow_inf_nan=False)]
    cooperative: Boolean = True
    counter: Name | None = None


class FailArguments(Request):
    """Fail as often as requested, then succeed. Each run adds 1 to the counter before it fails."""

    failures: Annotated[Whole, Field(ge=0, le=20)]
    kind: Kind
    counter: Name | None = None


@dataclass(frozen=True)
class TaskDefinition:
    """A task: who may submit it, its queue and the model of its arguments."""

    name: TaskName
    role: Role
    queue: Queue
    arguments: type[Request]


TASKS: Mapping[str, TaskDefinition] = {
    task.name: task
    for task in (
        TaskDefinition("records.import", "editor", "imports", ImportArguments),
        TaskDefinition("counters.add", "editor", "default", AddArguments),
        TaskDefinition("counters.transfer", "editor", "default", TransferArguments),
        TaskDefinition("probe.echo", "administrator", "probes", EchoArguments),
        TaskDefinition("probe.sleep", "administrator", "probes", SleepArguments),
        TaskDefinition("probe.fail", "administrator", "probes", FailArguments),
    )
}
