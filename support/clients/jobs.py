"""The worker's jobs, as the queue in the database holds them."""

from __future__ import annotations

from support.checks.eventually import eventually
from support.clients.vod import Vod
from support.drivers.database import DatabaseDriver

_STATES = {"todo": "waiting", "doing": "in hand", "succeeded": "done"}


class JobStores:
    """What the queue says of the newest job of a VOD."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def state(self, vod: Vod) -> str:
        """Return "waiting", "in hand", "done", or what else became of the job; "missing" where there is none."""
        found = self._database.rows(
            "SELECT status::text FROM procrastinate_jobs WHERE args->>'vod_id' = :vod ORDER BY id DESC LIMIT 1",
            vod=vod.id,
        )
        status = str(found[0]["status"]) if found else "missing"
        return _STATES.get(status, status)

    def starts(self, vod: Vod) -> int:
        """Return how often a worker began with a job of this VOD."""
        return int(
            self._database.rows(
                "SELECT count(*) AS starts FROM procrastinate_events events JOIN procrastinate_jobs jobs "
                "ON jobs.id = events.job_id WHERE jobs.args->>'vod_id' = :vod AND events.type = 'started'",
                vod=vod.id,
            )[0]["starts"]
        )

    def await_starts(self, vod: Vod, starts: int, *, within: float) -> None:
        """Wait until a worker has begun so often."""
        eventually(
            f'how often a worker began with "{vod.recording.title}"',
            lambda: self.starts(vod),
            lambda seen: seen >= starts,
            wish=f"{starts} times",
            within=within,
        )

    def await_start_or_end(self, vod: Vod, starts: int, *, within: float) -> str:
        """Wait until a worker has begun so often, or never will again; return "begun" or "ended"."""

        def look() -> str:
            if self.state(vod) in ("done", "failed"):
                return "ended"
            return "begun" if self.starts(vod) >= starts and self.state(vod) == "in hand" else "not begun"

        what = f'the {starts}. start of the job of "{vod.recording.title}"'
        timeline = eventually(what, look, lambda seen: seen != "not begun", wish="begun or ended", within=within)
        return timeline.values[-1]

    def tasks(self) -> dict[str, int]:
        """Return how many pieces of work are in each state, as the database has them."""
        found = self._database.rows("SELECT status, count(*) AS number FROM tasks GROUP BY status")
        counts = {str(row["status"]): int(row["number"]) for row in found}
        return {status: counts.get(status, 0) for status in ("pending", "processing", "completed", "failed")}

    def connections(self) -> int:
        """Return how many connections to the database there are beside this one."""
        return int(
            self._database.rows(
                "SELECT count(*) AS number FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )[0]["number"]
        )

    def await_state(self, vod: Vod, *states: str, within: float) -> None:
        """Wait until the job is in one of these states."""
        eventually(
            f'the job of "{vod.recording.title}"',
            lambda: self.state(vod),
            lambda state: state in states,
            wish=" or ".join(states),
            within=within,
        )
