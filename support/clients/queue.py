"""The real queue, as the database holds it: what waits, and in which order it was taken."""

from __future__ import annotations

from collections.abc import Mapping

from support.checks.eventually import eventually
from support.drivers.database import DatabaseDriver

# The queue's own words for what the platform calls the states of a task.
_STATES = {"todo": "pending", "doing": "processing", "succeeded": "completed", "failed": "failed"}


class QueueStores:
    """Jobs and their history. Jobs are known by the task of the platform that they do."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def states(self, tasks: list[str]) -> Mapping[str, str]:
        """Return the state of each task's job (todo, doing, succeeded, failed, cancelled), or "none"."""
        jobs = self._database.rows(
            "SELECT args->>'task_id' AS task, status::text FROM procrastinate_jobs "
            "WHERE args->>'task_id' = ANY(:tasks)",
            tasks=tasks,
        )
        found = {str(job["task"]): str(job["status"]) for job in jobs}
        return {task: found.get(task, "none") for task in tasks}

    def counts(self) -> Mapping[str, int]:
        """Return how many jobs on VODs are in each state, in the words of the platform."""
        jobs = self._database.rows(
            "SELECT status::text, count(*) AS number FROM procrastinate_jobs WHERE args ? 'vod_id' GROUP BY status"
        )
        counts = {_STATES[job["status"]]: int(job["number"]) for job in jobs if job["status"] in _STATES}
        return {state: counts.get(state, 0) for state in _STATES.values()}

    def settle(self) -> None:
        """Wait until no job runs whose task has ended: a job ends a moment after the task that it does."""
        eventually(
            "jobs that run although their task has ended",
            lambda: self._database.rows(
                "SELECT count(*) AS number FROM procrastinate_jobs jobs "
                "JOIN tasks ON tasks.id::text = args->>'task_id' "
                "WHERE jobs.status = 'doing' AND tasks.status IN ('completed', 'failed')"
            )[0]["number"],
            lambda number: number == 0,
            wish="none",
            within=5.0,
        )

    def taken(self, tasks: list[str]) -> list[str]:
        """Return the tasks in the order in which workers took their jobs, each as often as it was taken."""
        events = self._database.rows(
            "SELECT args->>'task_id' AS task FROM procrastinate_events "
            "JOIN procrastinate_jobs jobs ON jobs.id = job_id "
            "WHERE type = 'started' AND args->>'task_id' = ANY(:tasks) ORDER BY procrastinate_events.id",
            tasks=tasks,
        )
        return [str(event["task"]) for event in events]
