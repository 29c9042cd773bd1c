"""The HTTP API of video on demand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import AfterValidator, Field, ValidationError
from typing_extensions import TypedDict

from support.reference.access.dependencies import Editor, current_user
from support.reference.errors import Detail, error_responses, validation_details
from support.reference.schemas import Page, Request, ResponseModel, Title
from support.reference.services import ServicesDep
from support.reference.vod.cablecast import MAX_ID
from support.reference.vod.service import RequestedTask, VodService
from support.reference.vod.tables import Kind, Status, TaskRow, VodRow

MEDIA_ENDINGS = {".mp4", ".mov", ".mkv", ".mpg", ".wav"}

_SHELL_CHARACTERS = frozenset("$`;&|<>(){}[]*?!'\"~#")
_MAX_NAME_BYTES = 200
"""File systems allow 255; names of captions and temporary files are longer."""


def _media_path(path: str) -> str:
    """Return the path. Raises ValueError unless it is a recording in the media storage."""
    if path.startswith("/"):
        raise ValueError("must be relative to the media storage")
    if "\\" in path or any(character in _SHELL_CHARACTERS or not _is_printable(character) for character in path):
        raise ValueError("must not contain shell or control characters")
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError("must not contain empty, . or .. parts")
    if any(len(part.encode()) > _MAX_NAME_BYTES for part in parts):
        raise ValueError("must not contain a name longer than 200 bytes")
    if PurePosixPath(path).suffix.lower() not in MEDIA_ENDINGS:
        raise ValueError("must end in mp4, mov, mkv, mpg or wav")
    return path


def _is_printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")


_PART = r"[^/\\$`;&|<>(){}\[\]*?!'\"~#\u0000-\u001f\u007f-\u009f\u2028\u2029]+"
_ENDING = "|".join(
    "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in ending[1:])
    for ending in sorted(MEDIA_ENDINGS)
)

MediaPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        description=f"Relative to the media storage; each part has at most {_MAX_NAME_BYTES} bytes.",
        json_schema_extra={"pattern": rf"^(?!(.*/)?\.{{1,2}}/)({_PART}/)*{_PART}\.({_ENDING})$"},
    ),
    AfterValidator(_media_path),
]
Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Bytes = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]


class NewVod(Request):
    """A recording to register; ``duration`` is in seconds."""

    title: Title
    file_path: MediaPath
    duration: Seconds | None = None
    file_size: Bytes | None = None


class VodChanges(TypedDict, total=False):
    """Fields to change; omitted fields stay as they are."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    title: Title
    duration: Seconds | None
    file_size: Bytes | None
    status: Status


class VodPage(Page):
    """Filter and page of the VODs."""

    status: Status | None = None


class VodResponse(ResponseModel):
    """A VOD. Paths are relative to the media storage."""

    id: UUID
    title: str
    file_path: str
    duration: float | None
    file_size: int | None
    status: Status
    progress: int
    error: str | None
    captions_path: str | None
    summary_path: str | None
    show_id: int | None
    cablecast_vod_id: int | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class VodList(ResponseModel):
    """One page of the VODs, newest first, and the number of all."""

    vods: list[VodResponse]
    total: int


class CaptioningRequest(Request):
    """The priority of a captioning; urgent ones run before waiting normal ones."""

    priority: Literal["normal", "urgent"] = "normal"


class Batch(Request):
    """Recordings to register and caption; each is validated by itself, like ``NewVod``."""

    recordings: Annotated[list[Any], Field(min_length=1, max_length=10)]


class BatchResult(ResponseModel):
    """The outcome of one recording of a batch: its VOD and task, or its invalid fields."""

    vod_id: UUID | None = None
    task_id: UUID | None = None
    issues: list[Detail] = Field(default_factory=list)


class BatchResponse(ResponseModel):
    """The results in the order of the request."""

    results: list[BatchResult]


class ShowLink(Request):
    """The Cablecast show to link."""

    show_id: Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]


class SuggestionResponse(ResponseModel):
    """The best matching show with a score below the limit; ``score`` is 0..1."""

    show_id: int
    title: str
    score: float


class ShowResponse(ResponseModel):
    """The linked show of a VOD, or null, and the suggested show."""

    show_id: int | None
    suggestion: SuggestionResponse | None


class TaskCounts(ResponseModel):
    """The number of tasks in each state."""

    pending: int
    processing: int
    completed: int
    failed: int


class RequestedTaskResponse(ResponseModel):
    """The task of the request."""

    task_id: UUID
    status: Status


class TaskResponse(ResponseModel):
    """A task of the worker."""

    id: UUID
    vod_id: UUID
    kind: Kind
    status: Status
    progress: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class SegmentResponse(ResponseModel):
    """An utterance, times in seconds."""

    start: float
    end: float
    speaker: str
    text: str


class TranscriptionResponse(ResponseModel):
    """The transcription of a VOD; ``output_path`` is its caption file, null before."""

    vod_id: UUID
    status: Status
    output_path: str | None
    segments: list[SegmentResponse]


class ChunkResponse(ResponseModel):
    """Five cues; ``start`` in seconds. The speaker is null in a silent recording."""

    speaker: str | None
    start: float
    text: str


class SummaryResponse(ResponseModel):
    """The summary of a VOD."""

    vod_id: UUID
    chunks: list[ChunkResponse]


async def vod_service(services: ServicesDep) -> VodService:
    """Return the service (a FastAPI dependency)."""
    return VodService(services)


VodServiceDep = Annotated[VodService, Depends(vod_service)]

router = APIRouter(prefix="/api", dependencies=[Depends(current_user)], responses=error_responses(401, 422, 500, 503))

_TASK_RESPONSES = {
    200: {"model": RequestedTaskResponse, "description": "Already done."},
    **error_responses(403, 404, 409),
}


@router.post("/vod/create", status_code=201, response_model=VodResponse, responses=error_responses(403, 413))
def create(new: NewVod, vods: VodServiceDep, editor: Editor) -> VodRow:
    """Register a recording. It is pending until it is submitted for captioning."""
    return vods.create(new.model_dump(), by=editor.id)


@router.get("/vod/list", response_model=VodList)
def page(vods: VodServiceDep, filters: Annotated[VodPage, Query()]) -> dict[str, object]:
    """List the VODs, newest first."""
    found, total = vods.page(limit=filters.limit, offset=filters.offset, status=filters.status)
    return {"vods": found, "total": total}


@router.post(
    "/vod/batch-transcribe", status_code=202, response_model=BatchResponse, responses=error_responses(403, 413)
)
def batch(body: Batch, vods: VodServiceDep, editor: Editor) -> dict[str, object]:
    """Register and caption up to ten recordings; invalid ones are reported."""
    validated = [_validate_recording(recording) for recording in body.recordings]
    valid = [recording.model_dump() for recording in validated if isinstance(recording, NewVod)]
    tasks = iter(vods.create_batch(valid, by=editor.id))
    return {"results": [_result(tasks, recording) for recording in validated]}


@router.get("/queue", response_model=TaskCounts)
def queue(vods: VodServiceDep) -> dict[str, int]:
    """Return the number of tasks in each state."""
    return vods.queue()


@router.get("/vod/{vod_id}", response_model=VodResponse, responses=error_responses(404))
def read(vod_id: UUID, vods: VodServiceDep) -> Response:
    """Return one VOD. ``X-Cache`` is ``hit`` if it came from the cache, else ``miss``."""
    content, cached = vods.read(vod_id, lambda vod: VodResponse.model_validate(vod).model_dump_json().encode())
    return Response(content, media_type="application/json", headers={"X-Cache": "hit" if cached else "miss"})


@router.put("/vod/{vod_id}", response_model=VodResponse, responses=error_responses(403, 404, 409, 413))
def update(vod_id: UUID, changes: Annotated[VodChanges, Body()], vods: VodServiceDep, editor: Editor) -> VodRow:
    """Change the given fields. A state change that is not allowed changes no field."""
    return vods.update(vod_id, changes)


@router.delete("/vod/{vod_id}", status_code=204, responses=error_responses(403, 404))
def delete(vod_id: UUID, vods: VodServiceDep, editor: Editor) -> None:
    """Delete a VOD with its captions, summary, tasks and history. The recording stays."""
    vods.delete(vod_id)


@router.post(
    "/vod/{vod_id}/transcribe",
    status_code=202,
    response_model=RequestedTaskResponse,
    responses={**_TASK_RESPONSES, **error_responses(413)},
)
def transcribe(
    vod_id: UUID, vods: VodServiceDep, editor: Editor, response: Response, body: CaptioningRequest | None = None
) -> dict[str, object]:
    """Submit a VOD for captioning. A repeated request returns the same task, 200 once captioned."""
    return _task_response(vods.transcribe(vod_id, urgent=body is not None and body.priority == "urgent"), response)


@router.post("/vod/{vod_id}/publish", status_code=202, response_model=RequestedTaskResponse, responses=_TASK_RESPONSES)
def publish(vod_id: UUID, vods: VodServiceDep, editor: Editor, response: Response) -> dict[str, object]:
    """Publish a captioned VOD. A repeated request returns the same task, 200 once published."""
    return _task_response(vods.publish(vod_id), response)


@router.get("/vod/{vod_id}/show", response_model=ShowResponse, responses=error_responses(404))
def show(vod_id: UUID, vods: VodServiceDep) -> VodRow:
    """Return the linked show of a VOD, and the suggested one."""
    return vods.get(vod_id)


@router.post(
    "/vod/{vod_id}/show", status_code=201, response_model=ShowResponse, responses=error_responses(403, 404, 409, 413)
)
def link(vod_id: UUID, body: ShowLink, vods: VodServiceDep, editor: Editor) -> VodRow:
    """Link a VOD to a show."""
    return vods.link(vod_id, body.show_id)


@router.delete("/vod/{vod_id}/show", status_code=204, responses=error_responses(403, 404, 409))
def unlink(vod_id: UUID, vods: VodServiceDep, editor: Editor) -> None:
    """Remove the link to a show."""
    vods.unlink(vod_id)


@router.get("/vod/{vod_id}/transcription", response_model=TranscriptionResponse, responses=error_responses(404))
def transcription(vod_id: UUID, vods: VodServiceDep) -> dict[str, object]:
    """Return what is said in a VOD; no segments before the captioning, or in a silent one."""
    vod, segments = vods.transcription(vod_id)
    return {"vod_id": vod.id, "status": vod.status, "output_path": vod.captions_path, "segments": segments}


@router.get(
    "/vod/{vod_id}/captions",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "SCC."},
        **error_responses(404),
    },
)
def captions(vod_id: UUID, vods: VodServiceDep) -> Response:
    """Return the captions as an SCC file."""
    return Response(vods.captions(vod_id), media_type="text/plain")


@router.get("/vod/{vod_id}/summary", response_model=SummaryResponse, responses=error_responses(404))
def summary(vod_id: UUID, vods: VodServiceDep) -> dict[str, object]:
    """Return the captions in chunks of five cues."""
    return {"vod_id": vod_id, "chunks": vods.summary(vod_id)}


@router.get("/tasks/{task_id}", response_model=TaskResponse, responses=error_responses(404))
def task(task_id: UUID, vods: VodServiceDep) -> object:
    """Return a task."""
    return vods.task(task_id)


@router.delete("/tasks/{task_id}", status_code=204, responses=error_responses(403, 404, 409))
def cancel(task_id: UUID, vods: VodServiceDep, editor: Editor) -> None:
    """Cancel a pending task."""
    vods.cancel(task_id)


def _result(tasks: Iterator[TaskRow], recording: NewVod | list[Detail]) -> dict[str, object]:
    if not isinstance(recording, NewVod):
        return {"issues": recording}
    task = next(tasks)
    return {"vod_id": task.vod_id, "task_id": task.id}


def _validate_recording(recording: object) -> NewVod | list[Detail]:
    try:
        return NewVod.model_validate(recording)
    except ValidationError as error:
        return validation_details(error, part="item")


def _task_response(requested: RequestedTask, response: Response) -> dict[str, object]:
    if requested.done:
        response.status_code = 200
    return {"task_id": requested.task.id, "status": requested.task.status}
