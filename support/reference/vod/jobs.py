"""The jobs of the worker: caption a recording, publish a VOD.

A job is delivered at least once: its worker may be killed at any point, and another one runs it again. Every effect is
therefore a step from one stored state to the next, under the lock of the VOD's row, and files are replaced completely.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import cache, partial
from time import monotonic
from uuid import UUID

import procrastinate
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from sqlalchemy.orm import Session

from support.reference.cache import Cache
from support.reference.database import utc_now
from support.reference.errors import DatabaseUnavailable, StorageUnavailable
from support.reference.notifications.service import notify_administrators
from support.reference.queue import MAX_RUNS, RETRY, Backoff, on_given_up, queue
from support.reference.services import Services, services_of
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
"""Seconds between two reports of progress, as each is a transaction."""


CABLECAST_PAUSED = "paused:cablecast"
"""The key in Redis that exists during a pause of calls, for the health checks of the API process."""


def _announce(store: Cache, seconds: float) -> None:
    if seconds:
        logger.warning("Cablecast fails repeatedly: calls are paused for %.0f s", seconds)
        store.set(CABLECAST_PAUSED, b"1", seconds)
    else:
        store.delete(CABLECAST_PAUSED)


@cache
def _breaker_of(store: Cache) -> CircuitBreaker:
    """Return the circuit breaker that all runs of a process share."""
    return CircuitBreaker(partial(_announce, store))


class NothingToDo(Exception):
    """The VOD was deleted, or its task has already ended."""


class RetryAfterPause(Backoff):
    """Retries like every job, and after the pause while calls to Cablecast are paused."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """Return when to run the job again, or None to fail it."""
        if isinstance(exception, CablecastPaused):
            return procrastinate.RetryDecision(retry_at=utc_now() + timedelta(seconds=exception.seconds))
        return super().get_retry_decision(exception=exception, job=job)


class CaptionsMissing(Exception):
    """The captions are no longer in the storage."""


class TaskRun:
    """A task in the database, as the worker that runs it changes it."""

    def __init__(self, services: Services, vod_id: UUID, task_id: UUID) -> None:
        self._services = services
        self.vod_id = vod_id
        self._task_id = task_id

    @contextmanager
    def step(self) -> Iterator[tuple[Session, VodRow, TaskRow]]:
        """Change the VOD and its live task, committed at the end of the block.

        Raises ``NothingToDo``.
        """
        try:
            with self._services.database.begin() as session:
                vod = session.get(VodRow, self.vod_id, with_for_update=True)
                task = session.get(TaskRow, self._task_id)
                if vod is None or task is None or not task.is_live:
                    raise NothingToDo
                yield session, vod, task
        finally:
            # In any case: an earlier run may have been killed between its commit and this.
            self._services.cache.invalidate(cache_key(self.vod_id))

    def start(self) -> VodRow:
        """Set the task to processing; again if an earlier run was killed."""
        with self.step() as (session, vod, task):
            task.status = Status.PROCESSING
            task.started_at = task.started_at or utc_now()
            _start_captioning(session, vod, task)
        return vod

    def report(self, percent: int) -> None:
        """Store progress. It never decreases, and is 100 only when the task is completed."""
        with self.step() as (_, vod, task):
            task.progress = max(task.progress, min(percent, 99))
            if task.kind == Kind.TRANSCRIPTION:
                vod.progress = max(vod.progress, task.progress)

    def fail(self, reason: str) -> None:
        """Fail the task, and the captioning of its VOD, with a reason."""
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
    """Caption a recording: pending, processing, then completed, or failed with a reason."""
    current = services_of(context)
    run = TaskRun(current, UUID(vod_id), UUID(task_id))
    storage = MediaStorage(current.settings.media_root)
    with _ends_task(context, run):
        recording = run.start().file_path
        transcript = _transcript_of(context, storage, recording, run)
        _store_captions(storage, run, transcript)


@queue.task(name="vod.publish", retry=RetryAfterPause(DatabaseUnavailable, StorageUnavailable), pass_context=True)
def publish(context: JobContext, vod_id: str, task_id: str) -> None:
    """Publish a captioned VOD at Cablecast; its ids are stored at the end, all together."""
    current = services_of(context)
    run = TaskRun(current, UUID(vod_id), UUID(task_id))
    storage = MediaStorage(current.settings.media_root)
    with _ends_task(context, run), _cablecast(context, current) as cablecast:
        vod = run.start()
        show_id = vod.show_id or _show_of(cablecast, vod, run)
        cablecast_vod_id = cablecast.create_vod(show_id, _file_name(vod.file_path), key=vod.id)
        _upload_captions(cablecast, cablecast_vod_id, storage, vod)
        _follow(cablecast, cablecast_vod_id, run, lambda: _pause(context, current.settings.cablecast_poll))
        with run.step() as (_, stored, task):
            stored.show_id, stored.cablecast_vod_id, stored.published_at = show_id, cablecast_vod_id, utc_now()
            stored.suggestion = None
            end_task(task, Status.COMPLETED)


def _fail_task_of_lost_job(services: Services, vod_id: str, task_id: str) -> None:
    try:
        TaskRun(services, UUID(vod_id), UUID(task_id)).fail("the worker stopped too often while working on it")
    except NothingToDo:
        logger.info("the task of a lost job has already ended", extra={"task_id": task_id})


on_given_up(transcribe, _fail_task_of_lost_job)
on_given_up(publish, _fail_task_of_lost_job)


@contextmanager
def _ends_task(context: JobContext, run: TaskRun) -> Iterator[None]:
    """End the task when the block fails; raise what the queue is to retry."""
    try:
        try:
            yield
        except (MediaError, CablecastError, CaptionsMissing) as error:
            run.fail(str(error))
        except (StorageUnavailable, DatabaseUnavailable) as error:
            if context.job.attempts + 1 < MAX_RUNS:
                raise
            run.fail(error.message)
        except (NothingToDo, JobAborted, CablecastPaused):
            raise
        except Exception:
            run.fail("internal error")
            raise
    except NothingToDo:
        logger.info("nothing left to do for VOD %s", run.vod_id)


def _pause(context: JobContext, seconds: float) -> None:
    """Wait; raises JobAborted when the worker is stopped, so that the job is run again."""
    until = monotonic() + seconds
    while True:
        if context.should_abort():
            raise JobAborted
        remaining = until - monotonic()
        if remaining <= 0:
            return
        threading.Event().wait(min(remaining, _STOP_CHECK_SECONDS))


def _transcript_of(context: JobContext, storage: MediaStorage, recording: str, run: TaskRun) -> Transcript:
    transcriber = SpokenChunkTranscriber(lambda seconds: _pause(context, seconds))
    try:
        return transcriber.transcribe(storage.require_readable(recording), _at_intervals(run.report))
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


def _store_captions(storage: MediaStorage, run: TaskRun, transcript: Transcript) -> None:
    cues = build_cues(transcript)
    scc, summary = to_scc(cues), to_json(build_summary(cues))
    # Files are written under the lock of the row, so that a deletion either prevents or removes them.
    with run.step() as (session, vod, task):
        vod.captions_path, vod.summary_path = captions_path(vod.file_path), summary_path(vod.file_path)
        storage.write(vod.captions_path, scc, owner=vod.id)
        storage.write(vod.summary_path, summary, owner=vod.id)
        session.merge(TranscriptionRow(vod_id=vod.id, segments=[asdict(segment) for segment in transcript.segments]))
        change_status(session, vod, Status.COMPLETED)
        end_task(task, Status.COMPLETED)


def _cablecast(context: JobContext, services: Services) -> Cablecast:
    return Cablecast(
        str(services.settings.cablecast_url),
        services.settings.cablecast_username,
        services.settings.cablecast_password,
        timeout=services.settings.cablecast_timeout,
        first_wait=services.settings.cablecast_first_wait,
        pause=lambda seconds: _pause(context, seconds),
        breaker=_breaker_of(services.cache),
    )


def _show_of(cablecast: Cablecast, vod: VodRow, run: TaskRun) -> int:
    """Return the show of a VOD, created if Cablecast finds none.

    A poor match is stored as a suggestion and raises ``CablecastError``.
    """
    day = vod.created_at.date()
    match = best_match(cablecast.find_shows(vod.title), vod.title, day)
    if match is None:
        return cablecast.create_show(vod.title, day, key=vod.id)
    if match.score < MIN_SCORE:
        with run.step() as (_, stored, _task):
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


def _follow(cablecast: Cablecast, cablecast_vod_id: int, run: TaskRun, pause: Callable[[], None]) -> None:
    """Report Cablecast's progress until it is done."""
    until = monotonic() + _PROCESSING_TIMEOUT_SECONDS
    while True:
        state = cablecast.vod_status(cablecast_vod_id)
        if state.percent == 100:
            return
        run.report(state.percent)
        if state.status == "failed":
            raise CablecastError("Cablecast could not process the VOD")
        if monotonic() > until:
            raise CablecastError("Cablecast did not finish processing the VOD in time")
        pause()
