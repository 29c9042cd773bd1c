"""The operations of video on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.database import utc_now
from support.reference.errors import Conflict, NotFound
from support.reference.notifications.service import delete_about
from support.reference.queue import cancel_job, defer
from support.reference.services import Services
from support.reference.vod import jobs
from support.reference.vod.storage import MediaStorage, captions_path, summary_path
from support.reference.vod.tables import (
    Kind,
    Status,
    TaskRow,
    TranscriptionRow,
    VodRow,
    cache_key,
    change_status,
    end_task,
    latest_task,
    lock_vod,
    vod_not_found,
)

CACHE_SECONDS = 60
URGENT = 10
"""The priority of an urgent job; that of a normal one is 0."""


@dataclass(frozen=True)
class RequestedTask:
    """The task of a request; ``done`` if it was completed before."""

    task: TaskRow
    done: bool


class VodService:
    """Intake, captioning and publishing. Methods raise ``DatabaseUnavailable`` and ``NotFound``."""

    def __init__(self, services: Services) -> None:
        self._database = services.database
        self._cache = services.cache
        self._storage = MediaStorage(services.settings.media_root)

    def create(self, fields: Mapping[str, Any], *, by: UUID) -> VodRow:
        """Register a recording: a pending VOD."""
        now = utc_now()
        with self._database.begin() as session:
            vod = VodRow(**fields, created_by=by, created_at=now, updated_at=now)
            session.add(vod)
        return vod

    def page(self, *, limit: int, offset: int, status: Status | None) -> tuple[list[VodRow], int]:
        """Return one page of the VODs, newest first, and the number of all."""
        query = select(VodRow)
        if status is not None:
            query = query.where(VodRow.status == status)
        with self._database.begin() as session:
            return pages.newest(session, query, limit=limit, offset=offset)

    def read(self, vod_id: UUID, serialise: Callable[[VodRow], bytes]) -> tuple[bytes, bool]:
        """Return a serialised VOD, and whether it came from the cache."""
        loaded = False

        def load() -> bytes:
            nonlocal loaded
            loaded = True
            with self._database.begin() as session:
                return serialise(_vod(session, vod_id))

        content = self._cache.read_through(cache_key(vod_id), CACHE_SECONDS, load)
        return content, not loaded

    def update(self, vod_id: UUID, changes: Mapping[str, Any]) -> VodRow:
        """Change the given fields. Raises ``Conflict`` for a state change that is not allowed."""
        with self._database.begin() as session:
            vod = lock_vod(session, vod_id)
            for name, value in changes.items():
                if name == "status":
                    _set_status(session, vod, Status(value))
                else:
                    setattr(vod, name, value)
        self._cache.invalidate(cache_key(vod_id))
        return vod

    def delete(self, vod_id: UUID) -> None:
        """Delete a VOD and all it owns: tasks, history, waiting jobs, captions, summary.

        The recording stays: it existed before. A running job finds its VOD deleted and ends.
        """
        with self._database.begin() as session:
            vod = lock_vod(session, vod_id)
            files, shared = _files(session, vod)
            if files:
                self._storage.check()
            _delete_jobs(session, vod_id)
            delete_about(session, about={"vod_id": str(vod_id)})
            session.execute(delete(VodRow).where(VodRow.id == vod_id))
        self._cache.invalidate(cache_key(vod_id))
        for path in files:
            self._storage.remove(path, owner=vod_id, shared=shared)

    def get(self, vod_id: UUID) -> VodRow:
        """Return a VOD from the database."""
        with self._database.begin() as session:
            return _vod(session, vod_id)

    def transcribe(self, vod_id: UUID, *, urgent: bool = False) -> RequestedTask:
        """Submit a VOD for captioning, once; a repeated request returns the same task.

        A failed VOD is captioned again. Raises ``Conflict`` if an editor set it to processing or completed.
        """
        with self._database.begin() as session:
            vod = lock_vod(session, vod_id)
            task = latest_task(session, vod_id, Kind.TRANSCRIPTION)
            if task and (task.is_live or (vod.captions_path and task.status == Status.COMPLETED)):
                return RequestedTask(task, done=not task.is_live)
            if vod.status == Status.FAILED:
                change_status(session, vod, Status.PENDING)
            if vod.status != Status.PENDING:
                raise Conflict(f"The VOD is {vod.status} and was not captioned by the platform.")
            task = _add_task(session, vod, Kind.TRANSCRIPTION, priority=URGENT if urgent else 0)
        self._cache.invalidate(cache_key(vod_id))
        return RequestedTask(task, done=False)

    def publish(self, vod_id: UUID) -> RequestedTask:
        """Submit a captioned VOD for publication, once. Raises ``Conflict`` without captions."""
        with self._database.begin() as session:
            vod = lock_vod(session, vod_id)
            task = latest_task(session, vod_id, Kind.PUBLICATION)
            if task and (task.is_live or vod.published_at):
                return RequestedTask(task, done=not task.is_live)
            if vod.captions_path is None:
                raise Conflict("The VOD has no captions yet.")
            return RequestedTask(_add_task(session, vod, Kind.PUBLICATION), done=False)

    def create_batch(self, recordings: Sequence[Mapping[str, Any]], *, by: UUID) -> list[TaskRow]:
        """Register VODs and submit them for captioning, all or none, in this order."""
        now = utc_now()
        with self._database.begin() as session:
            vods = [VodRow(**fields, created_by=by, created_at=now, updated_at=now) for fields in recordings]
            session.add_all(vods)
            session.flush()
            return [_add_task(session, vod, Kind.TRANSCRIPTION) for vod in vods]

    def link(self, vod_id: UUID, show_id: int) -> VodRow:
        """Link a VOD to a show. Raises ``Conflict`` if it is linked, or being published."""
        with self._database.begin() as session:
            vod = lock_vod(session, vod_id)
            _reject_while_publishing(session, vod)
            if vod.show_id is not None:
                raise Conflict("The VOD is already linked to a show.")
            vod.show_id, vod.suggestion = show_id, None
        self._cache.invalidate(cache_key(vod_id))
        return vod

    def unlink(self, vod_id: UUID) -> None:
        """Remove the link to a show.

        Raises ``NotFound`` without a link, ``Conflict`` during and after a publication.
        """
        with self._database.begin() as session:
            vod = lock_vod(session, vod_id)
            _reject_while_publishing(session, vod)
            if vod.show_id is None:
                raise NotFound("The VOD is not linked to a show.")
            if vod.published_at:
                raise Conflict("The VOD is published under its show.")
            vod.show_id = None
        self._cache.invalidate(cache_key(vod_id))

    def cancel(self, task_id: UUID) -> None:
        """Cancel a pending task; its VOD stays pending. Raises ``Conflict`` afterwards."""
        with self._database.begin() as session:
            task = session.get(TaskRow, task_id)
            if task is None:
                raise _task_not_found()
            lock_vod(session, task.vod_id)
            task = session.get(TaskRow, task_id, populate_existing=True)
            if task is None:  # another request cancelled it before this one had the lock
                raise _task_not_found()
            if task.status != Status.PENDING or not cancel_job(session, str(task_id)):
                raise Conflict("The task is not pending.")
            session.delete(task)

    def queue(self) -> dict[str, int]:
        """Return the number of tasks in each state."""
        with self._database.begin() as session:
            return count_tasks(session)

    def task(self, task_id: UUID) -> TaskRow:
        """Return a task."""
        with self._database.begin() as session:
            task = session.get(TaskRow, task_id)
        if task is None:
            raise _task_not_found()
        return task

    def transcription(self, vod_id: UUID) -> tuple[VodRow, list[dict[str, Any]]]:
        """Return a VOD and its segments, none before it is captioned."""
        with self._database.begin() as session:
            vod = _vod(session, vod_id)
            spoken = session.get(TranscriptionRow, vod_id)
        return vod, spoken.segments if spoken else []

    def captions(self, vod_id: UUID) -> bytes:
        """Return the SCC file. Raises ``NotFound`` if there is none, ``StorageUnavailable``."""
        with self._database.begin() as session:
            path = _vod(session, vod_id).captions_path
        return self._file(path, "captions")

    def summary(self, vod_id: UUID) -> list[dict[str, Any]]:
        """Return the chunks of the summary. Raises as ``captions``."""
        with self._database.begin() as session:
            path = _vod(session, vod_id).summary_path
        chunks: list[dict[str, Any]] = json.loads(self._file(path, "summary"))
        return chunks

    def _file(self, path: str | None, what: str) -> bytes:
        content = self._storage.read(path) if path else None
        if content is None:
            raise NotFound(f"The VOD has no {what}.")
        return content


def count_tasks(session: Session) -> dict[str, int]:
    """Return the number of tasks in each state."""
    counts = dict(session.execute(select(TaskRow.status, func.count()).group_by(TaskRow.status)).tuples().all())
    return {status: counts.get(status, 0) for status in Status}


_JOBS = {Kind.TRANSCRIPTION: jobs.transcribe, Kind.PUBLICATION: jobs.publish}


def _task_not_found() -> NotFound:
    return NotFound("The task was not found.")


def _reject_while_publishing(session: Session, vod: VodRow) -> None:
    task = latest_task(session, vod.id, Kind.PUBLICATION)
    if task and task.is_live:
        raise Conflict("The VOD is being published.")


def _vod(session: Session, vod_id: UUID) -> VodRow:
    vod = session.get(VodRow, vod_id)
    if vod is None:
        raise vod_not_found()
    return vod


def _set_status(session: Session, vod: VodRow, status: Status) -> None:
    """Change the state for an editor; an end of the captioning fails its task."""
    change_status(session, vod, status)
    task = latest_task(session, vod.id, Kind.TRANSCRIPTION)
    if task and task.is_live and status not in (Status.PENDING, Status.PROCESSING):
        end_task(task, Status.FAILED, error=f"the VOD was set to {status} by an editor")


def _add_task(session: Session, vod: VodRow, kind: Kind, *, priority: int = 0) -> TaskRow:
    """Add a task and its job in the caller's transaction: both are committed, or neither."""
    task = TaskRow(vod_id=vod.id, kind=kind)
    session.add(task)
    session.flush()
    defer(session, _JOBS[kind], priority=priority, vod_id=str(vod.id), task_id=str(task.id))
    return task


def _files(session: Session, vod: VodRow) -> tuple[list[str], bool]:
    """Return the files of the captioning of a VOD, and whether another VOD has them, too."""
    task = latest_task(session, vod.id, Kind.TRANSCRIPTION)
    if not vod.captions_path and not (task and task.is_live):
        return [], False
    path = captions_path(vod.file_path)
    other = session.scalar(select(VodRow.id).where(VodRow.captions_path == path, VodRow.id != vod.id).limit(1))
    return [path, summary_path(vod.file_path)], other is not None


def _delete_jobs(session: Session, vod_id: UUID) -> None:
    """Delete the jobs of a VOD; a trigger deletes a running one when it ends.

    They are locked first, so that one that ends just now is deleted here or by the trigger.
    """
    of_vod = {"vod_id": str(vod_id)}
    session.execute(text("SELECT FROM procrastinate_jobs WHERE args->>'vod_id' = :vod_id FOR UPDATE"), of_vod)
    session.execute(
        text("DELETE FROM procrastinate_jobs WHERE args->>'vod_id' = :vod_id AND status <> 'doing'"), of_vod
    )
