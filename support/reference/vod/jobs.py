"""The worker's side: captioning a recording, publishing a VOD.

A job is delivered at least once: its worker may be killed at any point, and another runs it again. So every effect is a
step from one recorded state to the next, taken under the lock of the VOD's row, and files are replaced whole.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from time import monotonic
from uuid import UUID

import procrastinate
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from sqlalchemy.orm import Session

from support.reference.database import utc_now
from support.reference.errors import DatabaseUnavailable, StorageUnavailable
from support.reference.notifications.service import notify_administrators
from support.reference.queue import MAX_RUNS, RETRY, Backoff, on_given_up, queue, services
from support.reference.services import Services
from support.reference.vod.cablecast import (
    MIN_SCORE,
    Cablecast,
    CablecastError,
    CablecastPaused,
    CircuitBreaker,
    best_match,
)
from support.reference.vod.captions import build_cues, build_summary, to_json, to_scc
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
)
from support.reference.vod.transcriber import (
    MediaError,
    MediaMissing,
    MediaUnreadable,
    SpokenChunkTranscriber,
    Transcript,
)

logger = logging.getLogger(__name__)

_STOP_CHECK_SECONDS = 0.1
_PROCESSING_TIMEOUT_SECONDS = 30.0
_REPORT_INTERVAL_SECONDS = 0.05
"""Between two reports of a captioning's progress: more often nobody can see it, and each is a transaction."""


CABLECAST_PAUSED = "paused:cablecast"
"""Under which the cache holds, while it lasts, that Cablecast is not called: for the process that tells the health."""


def _announce(seconds: float) -> None:
    if seconds:
        logger.warning("Cablecast fails again and again: it is not called for %.0f s", seconds)
        services().cache.set(CABLECAST_PAUSED, b"1", seconds)
    else:
        services().cache.delete(CABLECAST_PAUSED)


_breaker = CircuitBreaker(_announce)


class NothingToDo(Exception):
    """There is nothing left to do: the VOD was deleted, or its task has already ended."""


class RetryAfterPause(Backoff):
    """As every job, and when nobody is to call Cablecast, after that pause, however often."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """When to run the job again, or None to let it fail."""
        if isinstance(exception, CablecastPaused):
            return procrastinate.RetryDecision(retry_at=utc_now() + timedelta(seconds=exception.seconds))
        return super().get_retry_decision(exception=exception, job=job)


class CaptionsMissing(Exception):
    """The captions that were made are no longer in the storage."""


class TaskRun:
    """A task in the database, seen from whoever works on it."""

    def __init__(self, services: Services, vod_id: UUID, task_id: UUID) -> None:
        self._services = services
        self.vod_id = vod_id
        self._task_id = task_id

    @contextmanager
    def step(self) -> Iterator[tuple[Session, VodRow, TaskRow]]:
        """One change of the VOD and its live task, committed at the end of the block. Raises ``NothingToDo``."""
        try:
            with self._services.database.begin() as session:
                vod = session.get(VodRow, self.vod_id, with_for_update=True)
                task = session.get(TaskRow, self._task_id)
                if vod is None or task is None or not task.is_live:
                    raise NothingToDo
                yield session, vod, task
        finally:
            # Also when nothing is left to do: an earlier run may have been killed between its commit and this.
            self._services.cache.invalidate(cache_key(self.vod_id))

    def start(self) -> VodRow:
        """Say that the task is being worked on; again, when an earlier run was killed."""
        with self.step() as (session, vod, task):
            task.status = Status.PROCESSING
            task.started_at = task.started_at or utc_now()
            _start_captioning(session, vod, task)
        return vod

    def report(self, percent: int) -> None:
        """Record progress. It never goes back, and is whole only when the task is completed."""
        with self.step() as (_, vod, task):
            task.progress = max(task.progress, min(percent, 99))
            if task.kind == Kind.TRANSCRIPTION:
                vod.progress = max(vod.progress, task.progress)

    def fail(self, reason: str) -> None:
        """End the task, and the captioning of its VOD, for a reason."""
        with self.step() as (session, vod, task):
            end_task(task, Status.FAILED, error=reason)
            if task.kind == Kind.TRANSCRIPTION:
                _start_captioning(session, vod, task)
                change_status(session, vod, Status.FAILED, error=reason)
                notify_administrators(
                    session,
                    type="captioning_failed",
                    title="Captioning failed",
                    message=f"{vod.title}: {reason}",
                    about={"vod_id": str(vod.id)},
                )


def _start_captioning(session: Session, vod: VodRow, task: TaskRow) -> None:
    if task.kind == Kind.TRANSCRIPTION and vod.status == Status.PENDING:
        change_status(session, vod, Status.PROCESSING)


@queue.task(name="vod.transcribe", retry=RETRY, pass_context=True)
def transcribe(context: JobContext, vod_id: str, task_id: str) -> None:
    """Caption a recording: pending, processing, completed or failed, with a reason."""
    held, work = services(), TaskRun(services(), UUID(vod_id), UUID(task_id))
    storage = MediaStorage(held.settings.media_root)
    with _ends_task(context, work):
        recording = work.start().file_path
        transcript = _transcript_of(context, storage, recording, work)
        _store_captions(storage, work, transcript)


@queue.task(name="vod.publish", retry=RetryAfterPause(DatabaseUnavailable, StorageUnavailable), pass_context=True)
def publish(context: JobContext, vod_id: str, task_id: str) -> None:
    """Put a captioned VOD on Cablecast. What it got there is recorded at the very end, all of it or nothing."""
    held, work = services(), TaskRun(services(), UUID(vod_id), UUID(task_id))
    storage = MediaStorage(held.settings.media_root)
    with _ends_task(context, work), _cablecast(context, held) as cablecast:
        vod = work.start()
        show_id = vod.show_id or _show_of(cablecast, vod, work)
        cablecast_vod_id = cablecast.create_vod(show_id, _file_name(vod.file_path), key=vod.id)
        _upload_captions(cablecast, cablecast_vod_id, storage, vod)
        _follow(cablecast, cablecast_vod_id, work, lambda: _pause(context, held.settings.cablecast_poll))
        with work.step() as (_, stored, task):
            stored.show_id, stored.cablecast_vod_id, stored.published_at = show_id, cablecast_vod_id, utc_now()
            stored.suggestion = None
            end_task(task, Status.COMPLETED)


def _fail_task_of_lost_job(vod_id: str, task_id: str) -> None:
    try:
        TaskRun(services(), UUID(vod_id), UUID(task_id)).fail("the worker stopped too often while working on it")
    except NothingToDo:
        logger.info("the task of an abandoned job has already ended", extra={"task_id": task_id})


on_given_up(transcribe, _fail_task_of_lost_job)
on_given_up(publish, _fail_task_of_lost_job)


@contextmanager
def _ends_task(context: JobContext, work: TaskRun) -> Iterator[None]:
    """Turn what stops the block into the end of its task; let through what the queue should try again."""
    try:
        try:
            yield
        except (MediaError, CablecastError, CaptionsMissing) as error:
            work.fail(str(error))
        except (StorageUnavailable, DatabaseUnavailable) as error:
            if context.job.attempts + 1 < MAX_RUNS:
                raise
            work.fail(error.message)
        except (NothingToDo, JobAborted, CablecastPaused):
            raise
        except Exception:
            work.fail("internal error")
            raise
    except NothingToDo:
        logger.info("nothing left to do for VOD %s", work.vod_id)


def _pause(context: JobContext, seconds: float) -> None:
    """Wait, giving up as soon as the worker is told to stop: the job is then run again."""
    until = monotonic() + seconds
    while True:
        if context.should_abort():
            raise JobAborted
        remaining = until - monotonic()
        if remaining <= 0:
            return
        threading.Event().wait(min(remaining, _STOP_CHECK_SECONDS))


def _transcript_of(context: JobContext, storage: MediaStorage, recording: str, work: TaskRun) -> Transcript:
    transcriber = SpokenChunkTranscriber(lambda seconds: _pause(context, seconds))
    try:
        return transcriber.transcribe(storage.require_readable(recording), _at_intervals(work.report))
    except (FileNotFoundError, NotADirectoryError):
        storage.check()
        raise MediaMissing from None
    except OSError:
        storage.check()
        raise MediaUnreadable from None


def _at_intervals(report: Callable[[int], None]) -> Callable[[int], None]:
    reported = monotonic()

    def progress(percent: int) -> None:
        nonlocal reported
        if monotonic() - reported >= _REPORT_INTERVAL_SECONDS:
            report(percent)
            reported = monotonic()

    return progress


def _store_captions(storage: MediaStorage, work: TaskRun, transcript: Transcript) -> None:
    cues = build_cues(transcript)
    scc, summary = to_scc(cues), to_json(build_summary(cues))
    # The files are written under the row's lock, so that a deletion either prevents them or removes them.
    with work.step() as (session, vod, task):
        vod.captions_path, vod.summary_path = captions_path(vod.file_path), summary_path(vod.file_path)
        storage.write(vod.captions_path, scc, owner=vod.id)
        storage.write(vod.summary_path, summary, owner=vod.id)
        session.merge(TranscriptionRow(vod_id=vod.id, segments=[asdict(segment) for segment in transcript.segments]))
        change_status(session, vod, Status.COMPLETED)
        end_task(task, Status.COMPLETED)


def _cablecast(context: JobContext, held: Services) -> Cablecast:
    return Cablecast(
        str(held.settings.cablecast_url),
        held.settings.cablecast_username,
        held.settings.cablecast_password,
        timeout=held.settings.cablecast_timeout,
        first_wait=held.settings.cablecast_first_wait,
        pause=lambda seconds: _pause(context, seconds),
        breaker=_breaker,
    )


def _show_of(cablecast: Cablecast, vod: VodRow, work: TaskRun) -> int:
    """The show a VOD belongs to, made if Cablecast finds none at all.

    A poor match is kept as a suggestion. Raises ``CablecastError`` for it.
    """
    day = vod.created_at.date()
    match = best_match(cablecast.find_shows(vod.title), vod.title, day)
    if match is None:
        return cablecast.create_show(vod.title, day, key=vod.id)
    if match.score < MIN_SCORE:
        with work.step() as (_, stored, _task):
            found = match.show
            stored.suggestion = {"show_id": found.id, "title": found.title, "score": round(match.score, 2)}
        raise CablecastError(f'no matching Cablecast show; best score: {match.score:.2f} ("{match.show.title}")')
    return match.show.id


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]


def _upload_captions(cablecast: Cablecast, cablecast_vod_id: int, storage: MediaStorage, vod: VodRow) -> None:
    path = captions_path(vod.file_path)
    scc = storage.read(path)
    if scc is None:
        raise CaptionsMissing("the caption file is missing")
    cablecast.upload_captions(cablecast_vod_id, _file_name(path), scc)


def _follow(cablecast: Cablecast, cablecast_vod_id: int, work: TaskRun, pause: Callable[[], None]) -> None:
    """Report Cablecast's own progress until it is done."""
    until = monotonic() + _PROCESSING_TIMEOUT_SECONDS
    while True:
        state = cablecast.vod_status(cablecast_vod_id)
        if state.percent == 100:
            return
        work.report(state.percent)
        if state.status == "failed":
            raise CablecastError("Cablecast could not process the VOD")
        if monotonic() > until:
            raise CablecastError("Cablecast did not finish processing the VOD in time")
        pause()
