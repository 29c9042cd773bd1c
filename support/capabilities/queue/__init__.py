"""The job queue and its workers."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.declaration import Capability
from support.capabilities.queue.stores import STATES, QueueStores
from support.gherkin.parameter_types import ParameterType, one_of, whole
from support.scenario.base_world import BaseWorld


class QueueAttributes(BaseWorld):
    """What `world` offers for the queue."""

    @cached_property
    def queue(self) -> QueueStores:
        """The stores of jobs."""
        return QueueStores(self.database)


def _jobs(text: str) -> tuple[int, str]:
    number, state, _ = text.split()
    return whole(number), state


QUEUE = Capability(
    name="queue",
    epic="Task_queue",
    behaviours="QUE",
    parameter_types={
        "Jobs": ParameterType(
            rf"(?:no|\d+) (?:{'|'.join(STATES)}) jobs?",
            f"how many jobs in which state: no failed jobs, 1 succeeded job (the states: {', '.join(STATES)})",
            _jobs,
        ),
        "JobState": one_of(STATES, "a state of a job"),
    },
    remembered={"earlier counts": "Given the worker is paused"},
    # Heartbeats and descriptions of workers, the schedule of periodic tasks, and the log of what the jobs show as well.
    volatile=(
        "procrastinate_workers",
        "procrastinate_periodic_defers",
        "procrastinate_events",
        "queue_workers",
        "alembic_version",
    ),
)
