"""The real queue, as the database holds it: its jobs by state, and when workers took them. States are its own words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from support.drivers.database import DatabaseDriver
from support.polling import eventually

ENDED = ("succeeded", "failed", "cancelled", "aborted")
STATES = ("todo", "doing", *ENDED)


class QueueStores:
    """Jobs and their history. A job is known by the task of the platform that it does."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def job(self, what: str, task: str) -> Job:
        """Return the job that does a task; sentences call it `what`."""
        return Job(self, what, task)

    def state(self, task: str) -> str:
        """Return the state of a task's job, one of `STATES`; "missing" where it has none."""
        found = self._database.rows(
            "SELECT status::text FROM procrastinate_jobs WHERE args->>'task_id' = :task ORDER BY id DESC LIMIT 1",
            task=task,
        )
        return str(found[0]["status"]) if found else "missing"

    def taken(self, tasks: Collection[str]) -> list[str]:
        """Return tasks in the order in which workers took their jobs, each as often as it was taken."""
        events = self._database.rows(
            "SELECT args->>'task_id' AS task FROM procrastinate_events "
            "JOIN procrastinate_jobs jobs ON jobs.id = job_id "
            "WHERE type = 'started' AND args->>'task_id' = ANY(:tasks) ORDER BY procrastinate_events.id",
            tasks=list(tasks),
        )
        return [str(event["task"]) for event in events]

    def on_vods(self) -> Mapping[str, int]:
        """Return how many jobs there are on VODs, by state; a state that none is in is left out."""
        return self._counts("args ? 'vod_id'")

    def about(self, what: str) -> Mapping[str, int]:
        """Return how many jobs name something in their arguments, by state; a state that none is in is left out."""
        return self._counts("EXISTS (SELECT FROM jsonb_each_text(args) AS part WHERE part.value = :what)", what=what)

    def _counts(self, condition: str, **values: str) -> Mapping[str, int]:
        found = self._database.rows(
            "SELECT status::text AS state, count(*) AS number FROM procrastinate_jobs "
            f"WHERE {condition} GROUP BY status",
            **values,
        )
        return {str(row["state"]): int(row["number"]) for row in found}

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
            expected="none",
            within=5.0,
        )


class Job:
    """One job, to follow it."""

    def __init__(self, queue: QueueStores, what: str, task: str) -> None:
        self.what = what
        self._queue = queue
        self._task = task

    def state(self) -> str:
        """Return its state."""
        return self._queue.state(self._task)

    def starts(self) -> int:
        """Return how often a worker has taken it."""
        return len(self._queue.taken([self._task]))

    def await_state(self, *states: str, within: float) -> None:
        """Wait until it is in one of these states."""
        eventually(self.what, self.state, lambda seen: seen in states, expected=" or ".join(states), within=within)

    def await_starts(self, starts: int, *, within: float) -> None:
        """Wait until a worker has taken it so often."""
        what = f"how often a worker took {self.what}"
        eventually(what, self.starts, lambda seen: seen >= starts, expected=f"{starts} times", within=within)

    def await_start_or_end(self, start: int, *, within: float) -> bool:
        """Wait until a worker has it in hand after so many starts, or it has ended; return whether one has."""
        timeline = eventually(
            f"start {start} of {self.what}",
            lambda: (self.starts(), self.state()),
            lambda seen: seen[1] in ENDED or (seen[0] >= start and seen[1] == "doing"),
            expected="doing, or its end",
            within=within,
            show=lambda seen: f"{seen[1]} after {seen[0]} starts",
        )
        return timeline.values[-1][1] == "doing"
