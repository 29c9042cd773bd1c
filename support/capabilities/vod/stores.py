"""Where the platform keeps VODs: database, cache and media storage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from support.capabilities.vod.client import Vod
from support.checks.comparison import require
from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.drivers.storage import StorageDriver
from support.polling import eventually
from support.testdata.media import Recording


class VodStores:
    """The places where the platform keeps VODs: the database, the cache and the media storage."""

    def __init__(self, database: DatabaseDriver, redis: RedisDriver, storage: StorageDriver) -> None:
        self._database = database
        self._redis = redis
        self._storage = storage

    def row(self, vod: Vod) -> Mapping[str, Any]:
        """Return the VOD's row with the user name of who created it; fails where there is no row."""
        found = self._database.rows(
            "SELECT vods.*, users.username AS creator FROM vods "
            "LEFT JOIN users ON users.id = created_by WHERE vods.id = :id",
            id=vod.id,
        )
        require(found, f'the VOD "{vod.recording.title}" should have a row in the database, but has none')
        return found[0]

    def rows_of(self, vod: Vod) -> int:
        """Return how many rows of any kind belong to the VOD: its own, tasks, history, transcription, jobs."""
        counts = " + ".join(
            f"(SELECT count(*) FROM {table} WHERE {column} = :id)"
            for table, column in (
                ("vods", "id::text"),
                ("tasks", "vod_id::text"),
                ("vod_status_history", "vod_id::text"),
                ("transcriptions", "vod_id::text"),
                ("procrastinate_jobs", "args->>'vod_id'"),
            )
        )
        return int(self._database.rows(f"SELECT {counts} AS number", id=vod.id)[0]["number"])

    def await_gone(self, vod: Vod) -> None:
        """Wait until no row belongs to the VOD: a job that is running when its VOD is deleted ends a moment later."""
        what = f'what is left of the VOD "{vod.recording.title}"'
        eventually(what, lambda: self.rows_of(vod), lambda rows: rows == 0, expected="no row", within=5.0)

    def count(self, status: str | None) -> int:
        """Return how many VODs the database holds, in this status or in all."""
        return self._database.count("vods", **({} if status is None else {"status": status}))

    def tasks(self) -> Mapping[str, int]:
        """Return how many pieces of work on VODs are in each state."""
        found = self._database.rows("SELECT status, count(*) AS number FROM tasks GROUP BY status")
        counts = {str(row["status"]): int(row["number"]) for row in found}
        return {status: counts.get(status, 0) for status in ("pending", "processing", "completed", "failed")}

    def insert(self, vod: Vod) -> None:
        """Write a pending VOD straight into the database, past the platform."""
        made = vod.recording
        self._database.write(
            "INSERT INTO vods (id, title, file_path, duration, status, progress, created_at, updated_at) "
            "VALUES (:id, :title, :path, :duration, 'pending', 0, now(), now())",
            id=vod.id,
            title=made.title,
            path=made.path,
            duration=made.duration,
        )

    def recache(self, vod: Vod, field: str, value: object) -> None:
        """Change what Redis holds for a VOD; fails where it holds nothing."""
        cached = {**(self.cached(vod) or {}), field: value}
        written = self._redis.replace(_key(vod), json.dumps(cached))
        require(written, f'Redis should hold the VOD "{vod.recording.title}", but does not')

    def cached(self, vod: Vod) -> Mapping[str, Any] | None:
        """Return what Redis holds for the VOD; None where it holds nothing."""
        value = self._redis.get(_key(vod))
        return None if value is None else json.loads(value)

    def statuses(self, vod: Vod) -> list[str]:
        """Return every status that the VOD had, oldest first, as its history tells them."""
        history = self._database.rows(
            "SELECT old_status, new_status FROM vod_status_history WHERE vod_id = :id ORDER BY id", id=vod.id
        )
        first = [str(history[0]["old_status"])] if history else []
        return first + [str(change["new_status"]) for change in history]

    def files(self, vod: Vod) -> list[str]:
        """Return what captioning left beside the recording, whole or in part."""
        stem = _stem(vod.recording)
        beside = [*self._storage.listing(f"{stem}*"), *self._storage.listing(f".{stem}*")]
        return [path for path in beside if path != vod.recording.path]

    def captions_name(self, vod: Vod) -> str:
        """Return the name of the caption file."""
        return captions_path(vod.recording).rpartition("/")[2]

    def captions(self, vod: Vod) -> str:
        """Return the caption file; fails with a sentence where there is none."""
        return self._storage.read(captions_path(vod.recording))

    def summary(self, vod: Vod) -> list[Mapping[str, Any]]:
        """Return the content of the summary file; fails with a sentence where there is none."""
        content = json.loads(self._storage.read(_stem(vod.recording) + "_summary.json"))
        if not isinstance(content, list):
            raise AssertionError(f"a summary file should hold a list of chunks, but holds {content!r}")
        return content


def captions_path(recording: Recording) -> str:
    """Return where the captions of a recording belong: beside the media. Source: contract, captions."""
    return _stem(recording) + ".scc"


def _stem(recording: Recording) -> str:
    return recording.path.rpartition(".")[0]


def _key(vod: Vod) -> str:
    return f"vod:{vod.id}"
