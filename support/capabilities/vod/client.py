"""Video on demand: taking recordings in, captioning, publishing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from support.capabilities.access.client import AccessClient
from support.checks.comparison import require_equal
from support.checks.matchers import without_absent
from support.drivers.http import HttpDriver, Response
from support.gherkin.personas import Persona
from support.polling import Timeline, eventually
from support.scenario.cleanup import Cleanup
from support.targets.settings import Limits
from support.testdata.media import Recording

FINAL = frozenset({"completed", "failed"})

FIELDS = {
    "title": "title",
    "file path": "file_path",
    "duration": "duration",
    "file size": "file_size",
    "status": "status",
    "progress": "progress",
    "error": "error",
    "show": "show_id",
    "unknown field": "colour",
}
"""What a feature calls the fields of a VOD; it has no colour."""


class Action(NamedTuple):
    """Something that can be asked of a VOD: the request, and the kind of task that it starts, if any."""

    method: str
    path: str
    json: object = None
    starts: str | None = None


ACTIONS: Mapping[str, Action] = {
    "reads": Action("GET", "/api/vod/{vod}"),
    "deletes": Action("DELETE", "/api/vod/{vod}"),
    "renames": Action("PUT", "/api/vod/{vod}", {"title": "Renamed"}),
    "submits": Action("POST", "/api/vod/{vod}/transcribe", starts="captioning"),
    "urgently submits": Action("POST", "/api/vod/{vod}/transcribe", {"priority": "urgent"}, starts="captioning"),
    "publishes": Action("POST", "/api/vod/{vod}/publish", starts="publication"),
    "links": Action("POST", "/api/vod/{vod}/show", {"show_id": 7}),
    "unlinks": Action("DELETE", "/api/vod/{vod}/show"),
    "requests the show of": Action("GET", "/api/vod/{vod}/show"),
    "requests the transcription of": Action("GET", "/api/vod/{vod}/transcription"),
    "requests the captions of": Action("GET", "/api/vod/{vod}/captions"),
    "requests the summary of": Action("GET", "/api/vod/{vod}/summary"),
    "requests the captioning task of": Action("GET", "/api/tasks/{captioning}"),
    "cancels the captioning of": Action("DELETE", "/api/tasks/{captioning}"),
    "cancels the publication of": Action("DELETE", "/api/tasks/{publication}"),
}
"""By the verb of the sentence: {vod} is the VOD's id, {captioning} and {publication} those of its last tasks."""
STAGES: Mapping[str, Sequence[str]] = {
    "unregistered": (),
    "pending": (),
    "processing": ("processing",),
    "completed": ("processing", "completed"),
    "failed": ("processing", "failed"),
    "submitted": (),
    "captioned": (),
    "published": (),
}
"""How far a VOD is, and the statuses that an editor sets to get it there. An unknown one was never registered."""
REQUEST_TYPES = ("registrations", "reads", "list requests", "changes", "submissions", "publications")
"""Requests that many can send at once."""
PAST_ACTIONS = {
    "read": "reads",
    "deleted": "deletes",
    "submitted": "submits",
    "urgently submitted": "urgently submits",
    "published": "publishes",
    "cancelled the captioning of": "cancels the captioning of",
}
"""The verbs of what has happened already."""


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
        self._tasks: dict[tuple[str, str], str] = {}

    def over(self, http: HttpDriver) -> VodClient:
        """Return the same client over other connections."""
        other = VodClient(http, self._access, self._cleanup, self._limits)
        other._tasks = self._tasks
        return other

    def do(self, deed: str, vod: Vod, *, by: Persona) -> Response:
        """Do one of `DEEDS` to a VOD without asserting the result."""
        expected = ACTIONS[deed]
        ids = {"vod": vod.id, "captioning": self.task_of(vod, "captioning")}
        ids["publication"] = self.task_of(vod, "publication")
        answer = self._send(expected.method, expected.path.format_map(ids), by, json=expected.json)
        if expected.starts and answer.status in (200, 202):
            self._tasks[vod.id, expected.starts] = str(answer.document["task_id"])
        return answer

    def task_of(self, vod: Vod, kind: str) -> str:
        """Return the id of the last task of this kind; a made-up one where there was none."""
        return self._tasks.get((vod.id, kind), str(UUID(int=0)))

    def has_task(self, vod: Vod, kind: str) -> bool:
        """Whether a task of this kind was asked for."""
        return (vod.id, kind) in self._tasks

    def fresh(self, recording: Recording, owner: Persona) -> tuple[Vod, Mapping[str, Any]]:
        """Return a VOD that does not exist, and what its owner would send to register it."""
        return Vod(str(uuid4()), recording, owner), _content(recording)

    def attempt(self, content: Mapping[str, object] | bytes, *, by: Persona) -> Response:
        """Try to create a VOD of this content, or of these bytes without asserting the result."""
        if isinstance(content, bytes):
            return self._send("POST", "/api/vod/create", by, body=content)
        answer = self._send("POST", "/api/vod/create", by, json=content)
        if answer.status == 201:
            self._delete_at_the_end(answer.document["id"], by)
        return answer

    def batch(self, recordings: Sequence[Recording], *, by: Persona) -> Response:
        """Hand in several recordings at once without asserting the result."""
        content = {"recordings": [_content(recording) for recording in recordings]}
        answer = self._send("POST", "/api/vod/batch-transcribe", by, json=content)
        for result in answer.document.get("results", ()):
            if result["vod_id"]:
                self._tasks[result["vod_id"], "captioning"] = result["task_id"]
                self._delete_at_the_end(result["vod_id"], by)
        return answer

    def call(self, calls: str, number: int, vod: Vod, *, by: Persona) -> Response:
        """Send one of `CALLS` without asserting the result; the number makes each registration and change another."""
        made = vod.recording
        match calls:
            case "registrations":
                changed = {"title": f"{made.title} {number}", "duration": number}
                return self.attempt({**_content(made), **changed}, by=by)
            case "list requests":
                return self.list_page(by=by)
            case "changes":
                return self.change(vod, variant(made, number), by=by)
            case _:
                action = {"reads": "reads", "submissions": "submits", "publications": "publishes"}[calls]
                return self.do(action, vod, by=by)

    def adopt(self, vod: Vod) -> None:
        """Take away at the scenario's end what came to be without this client."""
        self._delete_at_the_end(vod.id, vod.owner)

    def _delete_at_the_end(self, id: str, by: Persona) -> None:
        self._cleanup.add(f"delete VOD {id}", self._access.removal(f"/api/vod/{id}", of=by))

    def list_some(self, params: Mapping[str, str | int], *, by: Persona) -> Response:
        """Ask for part of the list, with the parameters as they are."""
        return self._send("GET", "/api/vod/list", by, params=params)

    def link(self, vod: Vod, show: object, *, by: Persona) -> Response:
        """Link a VOD to a show by hand without asserting the result."""
        return self._send("POST", f"{_path(vod)}/show", by, json={"show_id": show})

    def show(self, vod: Vod, *, by: Persona) -> Mapping[str, Any]:
        """Return the link of a VOD to its show."""
        return self._send("GET", f"{_path(vod)}/show", by).expect(200).document

    def queue_counts(self, *, by: Persona) -> Mapping[str, Any]:
        """Return how many tasks are in each state, as the API tells."""
        return self._send("GET", "/api/queue", by).expect(200).document

    def register(self, recording: Recording, *, by: Persona, gone: Callable[[Vod], None] | None = None) -> Vod:
        """Create the VOD of a recording; `gone` is called once it has been deleted at the scenario's end.

        Source: Archivist plan, VOD processing, step 1.
        """
        created = self._send("POST", "/api/vod/create", by, json=_content(recording)).expect(201)
        vod = Vod(created.document["id"], recording, by)
        if gone is not None:
            self._cleanup.add(f"wait until nothing is left of VOD {vod.id}", lambda: gone(vod))
        self.adopt(vod)
        return vod

    def submit(self, vod: Vod, *, by: Persona) -> str:
        """Submit a VOD for captioning; return the id of the task. Source: Archivist plan, step 2."""
        self.do("submits", vod, by=by).expect(202)
        return self.task_of(vod, "captioning")

    def caption(self, vod: Vod, *, by: Persona) -> None:
        """Submit a VOD for captioning, and wait until that has ended well."""
        self.submit(vod, by=by)
        require_equal(
            f'the captioning of "{vod.recording.title}"', str(self.follow(vod, by=by).values[-1]), "completed"
        )

    def publish(self, vod: Vod, *, by: Persona) -> None:
        """Have a captioned VOD published, and wait until that has ended well."""
        self.do("publishes", vod, by=by).expect(202)
        require_equal(f'the publication of "{vod.recording.title}"', str(self.end_of("publication", vod)), "completed")

    def bring(self, vod: Vod, stage: str, *, by: Persona) -> None:
        """Bring a pending VOD to one of `STAGES`; by hand, but for what only the worker can do."""
        for status in STAGES[stage]:
            self.change(vod, {"status": status}, by=by).expect(200)
        if stage == "submitted":
            self.submit(vod, by=by)
        if stage in ("captioned", "published"):
            self.caption(vod, by=by)
        if stage == "published":
            self.publish(vod, by=by)

    def read(self, vod: Vod, *, by: Persona) -> Mapping[str, Any]:
        """Return the VOD as the API tells it."""
        return self._send("GET", _path(vod), by).expect(200).document

    def change(self, vod: Vod, fields: Mapping[str, object], *, by: Persona) -> Response:
        """Ask for a change of some fields without asserting the result."""
        return self._send("PUT", _path(vod), by, json=fields)

    def list_page(self, *, by: Persona) -> Response:
        """Ask for the first page of the list without asserting the result."""
        return self._send("GET", "/api/vod/list", by)

    def follow(
        self, vod: Vod, *, by: Persona, within: float | None = None, until: Collection[str] = FINAL
    ) -> Timeline[Progress]:
        """Look at a VOD until it has one of these states, at first its last; return every change that was seen."""
        return eventually(
            f'VOD "{vod.recording.title}"',
            lambda: _progress(self.read(vod, by=by)),
            lambda seen: seen.status in until,
            expected=" or ".join(sorted(until)),
            within=within or self._limits.job,
            # With the percentage: a look at which only that has changed is kept as well.
            show=lambda seen: f"{seen} at {seen.percent} %",
        )

    def follow_task(self, task: str, *, by: Persona, within: float | None = None) -> Timeline[Progress]:
        """Look at a task until it has ended; return every change that was seen."""
        return eventually(
            "task",
            lambda: self.task(task, by=by),
            lambda seen: seen.status in FINAL,
            expected="completed or failed",
            within=within or self._limits.job,
        )

    def captions(self, vod: Vod, *, by: Persona) -> str:
        """Return the captions as the API serves them."""
        return self.ask_for_captions(vod, by=by).expect(200).text

    def ask_for_captions(self, vod: Vod, *, by: Persona) -> Response:
        """Ask for the captions without asserting the result."""
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

    def end_of(self, kind: str, vod: Vod) -> Progress:
        """Wait until the last task of this kind has ended, and return how."""
        return self.follow_task(self.task_of(vod, kind), by=vod.owner).values[-1]

    def _send(
        self,
        method: str,
        path: str,
        by: Persona,
        *,
        json: object = None,
        body: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Response:
        """Send a request as a persona, without what is `ABSENT` in its JSON."""
        sent, token = without_absent(json), self._access.token(by)
        return self._http.send(method, path, actor=by.name, token=token, json=sent, body=body, params=params)


def variant(made: Recording, number: int) -> Mapping[str, object]:
    """Return fields that belong together: none of them fits another number."""
    return {"title": f"{made.title} {number}", "duration": float(number), "file_size": number}


def _content(recording: Recording) -> dict[str, object]:
    return {"title": recording.title, "file_path": recording.path, "duration": recording.duration}


def _path(vod: Vod) -> str:
    return f"/api/vod/{vod.id}"


def _progress(content: Mapping[str, Any]) -> Progress:
    return Progress(content["status"], content["progress"], content["error"])
