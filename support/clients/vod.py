"""Video on demand: taking recordings in, captioning, publishing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.checks.eventually import Timeline, eventually
from support.checks.matching import require
from support.cleanup import Cleanup
from support.clients.access import AccessClient
from support.drivers.database import DatabaseDriver
from support.drivers.http import Answer, HttpDriver
from support.drivers.redis import RedisDriver
from support.drivers.storage import StorageDriver
from support.personas import Persona
from support.settings import Limits
from support.testdata.media import Recording

FINAL = frozenset({"completed", "failed"})


@dataclass(frozen=True)
class Vod:
    """A VOD as the one who registered it knows it."""

    id: str
    recording: Recording
    owner: Persona


@dataclass(frozen=True)
class Progress:
    """What one look at a VOD or a task showed. `percent` is 0..100."""

    status: str
    percent: int
    error: str | None

    def __str__(self) -> str:
        return self.status + (f" ({self.error})" if self.error else "")


class VodClient:
    """VODs of one scenario; every one that was registered is deleted at its end."""

    def __init__(self, http: HttpDriver, access: AccessClient, cleanup: Cleanup, limits: Limits) -> None:
        self._http = http
        self._access = access
        self._cleanup = cleanup
        self._limits = limits

    def register(self, recording: Recording, *, by: Persona) -> Vod:
        """Create the VOD of a recording. Source: Archivist plan, VOD processing, step 1."""
        content = (
            self._send(
                "POST",
                "/api/vod/create",
                by,
                json={"title": recording.title, "file_path": recording.path, "duration": recording.duration},
            )
            .expect(201)
            .json
        )
        vod = Vod(content["id"], recording, by)
        self._cleanup.add(f"delete VOD {vod.id}", lambda: self._send("DELETE", _path(vod), by).expect(204))
        return vod

    def submit(self, vod: Vod, *, by: Persona) -> str:
        """Hand a VOD in for captioning; return the id of the task. Source: Archivist plan, step 2."""
        return str(self._send("POST", f"{_path(vod)}/transcribe", by).expect(202).json["task_id"])

    def read(self, vod: Vod, *, by: Persona) -> Mapping[str, Any]:
        """Return the VOD as the API tells it."""
        return self._send("GET", _path(vod), by).expect(200).document

    def change(self, vod: Vod, fields: Mapping[str, object], *, by: Persona) -> Answer:
        """Ask for a change of some fields, whatever comes of it."""
        return self._send("PUT", _path(vod), by, json=fields)

    def list_page(self, *, by: Persona) -> Answer:
        """Ask for the first page of the list, whatever comes of it."""
        return self._send("GET", "/api/vod/list", by)

    def follow(self, vod: Vod, *, by: Persona, within: float | None = None) -> Timeline[Progress]:
        """Look at a VOD until its captioning has ended; return every change that was seen."""
        return eventually(
            f'VOD "{vod.recording.title}"',
            lambda: _progress(self.read(vod, by=by)),
            lambda seen: seen.status in FINAL,
            wish="completed or failed",
            within=within or self._limits.job,
        )

    def follow_task(self, task: str, *, by: Persona, within: float | None = None) -> Timeline[Progress]:
        """Look at a task until it has ended; return every change that was seen."""
        return eventually(
            "task",
            lambda: self.task(task, by=by),
            lambda seen: seen.status in FINAL,
            wish="completed or failed",
            within=within or self._limits.job,
        )

    def captions(self, vod: Vod, *, by: Persona) -> str:
        """Return the captions as the API serves them."""
        return self.ask_for_captions(vod, by=by).expect(200).text

    def ask_for_captions(self, vod: Vod, *, by: Persona) -> Answer:
        """Ask for the captions, whatever comes of it."""
        return self._send("GET", f"{_path(vod)}/captions", by)

    def is_cached(self, vod: Vod, *, by: Persona) -> bool:
        """Read a VOD; return whether it was served from the cache."""
        return self._send("GET", _path(vod), by).expect(200).headers.get("X-Cache") == "hit"

    def task(self, task: str, *, by: Persona) -> Progress:
        """Look at a task once."""
        return _progress(self._send("GET", f"/api/tasks/{task}", by).expect(200).document)

    def summary(self, vod: Vod, *, by: Persona) -> list[Mapping[str, Any]]:
        """Return the chunks of the summary as the API serves it."""
        chunks: list[Mapping[str, Any]] = self._send("GET", f"{_path(vod)}/summary", by).expect(200).document["chunks"]
        return chunks

    def publish(self, vod: Vod, *, by: Persona) -> str:
        """Ask for a VOD to be published at Cablecast; return the id of the task that does it, or has done it."""
        return str(self._send("POST", f"{_path(vod)}/publish", by).expect(200, 202).document["task_id"])

    def _send(self, method: str, path: str, by: Persona, *, json: object = None) -> Answer:
        return self._http.send(method, path, actor=by.name, token=self._access.token(by), json=json)


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

    def cached(self, vod: Vod) -> Mapping[str, Any] | None:
        """Return what Redis holds for the VOD; None where it holds nothing."""
        value = self._redis.get(f"vod:{vod.id}")
        return None if value is None else json.loads(value)

    def statuses(self, vod: Vod) -> list[str]:
        """Return every status that the VOD had, oldest first, as its history tells them."""
        history = self._database.rows(
            "SELECT old_status, new_status FROM vod_status_history WHERE vod_id = :id ORDER BY id", id=vod.id
        )
        first = [str(history[0]["old_status"])] if history else []
        return first + [str(change["new_status"]) for change in history]

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


def _path(vod: Vod) -> str:
    return f"/api/vod/{vod.id}"


def _progress(content: Mapping[str, Any]) -> Progress:
    return Progress(content["status"], content["progress"], content["error"])
