"""The stub of Cablecast: shows, VODs and captions, stored as the real service does."""

from __future__ import annotations

import json as json_module
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath
from typing import Any, Unpack

from support.partners.listener import LOOPBACK
from support.partners.requests import Received
from support.partners.server import PartnerServer, Registration, Reply, ResponseOptions, Route

OPERATIONS: Mapping[str, Route] = {
    "finding shows": ("GET", "/shows"),
    "creating a show": ("POST", "/shows"),
    "creating a VOD": ("POST", "/vods"),
    "reading a VOD": ("GET", "/vods/{vod_id}"),
    "receiving captions": ("POST", "/vods/{vod_id}/captions"),
    "reporting progress": ("GET", "/vods/{vod_id}/status"),
}
ANYTHING = "anything"

_PROGRESS_STEP = 25


@dataclass(frozen=True)
class Show:
    """A show; `event_date` is YYYY-MM-DD."""

    id: int
    title: str
    event_date: str

    def to_json(self) -> dict[str, object]:
        """Return the JSON of the service."""
        return {"id": self.id, "title": self.title, "eventDate": self.event_date}


@dataclass(frozen=True)
class Vod:
    """A VOD of a show; `file_name` and `quality` are as the platform sent them."""

    id: int
    show: Show
    file_name: str
    quality: object

    def to_json(self) -> dict[str, object]:
        """Return the JSON of the service."""
        return {"id": self.id, "show": self.show.id, "fileName": self.file_name, "quality": self.quality}


@dataclass
class _State:
    """The data of the service. The first ids are those of the examples in its documentation."""

    shows: dict[int, Show] = field(default_factory=dict)
    vods: dict[int, Vod] = field(default_factory=dict)
    captions: dict[int, bytes] = field(default_factory=dict)
    percent: dict[int, int] = field(default_factory=dict)
    show_by_key: dict[str, int] = field(default_factory=dict)
    vod_by_key: dict[str, int] = field(default_factory=dict)
    show_ids: count[int] = field(default_factory=lambda: count(7))
    vod_ids: count[int] = field(default_factory=lambda: count(41))


class Cablecast(PartnerServer):
    """Cablecast as the platform uses it. It requires HTTP Basic credentials and responds with 401 without them.

    Registrations by `respond` precede credentials and data, because a faulty service checks neither.
    """

    def __init__(
        self, username: str, password: str, *, host: str = LOOPBACK, port: int = 0, public_url: str = ""
    ) -> None:
        self._expected_authorization = "Basic " + b64encode(f"{username}:{password}".encode()).decode()
        self._state_lock = threading.RLock()
        super().__init__("Cablecast", host=host, port=port, public_url=public_url)

    def add_show(self, title: str, date: str) -> int:
        """Add a show and return its id; `date` is YYYY-MM-DD."""
        with self._state_lock:
            show = Show(next(self._state.show_ids), title, date)
            self._state.shows[show.id] = show
            return show.id

    def respond(self, status: int, *, operation: str, **options: Unpack[ResponseOptions]) -> Registration:
        """Respond to an operation with this status; after `times` uses with the default response again.

        `operation` is a name of `OPERATIONS`, or "anything", whose uses are counted together. Returns the registration,
        to `remove` it. ValueError for an unknown operation.
        """
        return self.register_any(self._routes(operation), status=status, **options)

    def respond_late(self, operation: str, *, delay: float, times: int | None) -> Registration:
        """Execute an operation immediately and respond after a delay in seconds; see `respond`."""
        [(method, path)] = self._routes(operation)
        return self.register_callback(method, path, self._defaults[operation], times=times, delay=delay)

    def requests(self, operation: str, *, where: Callable[[Received], bool] = lambda received: True) -> list[Received]:
        """Return all requests for an operation, oldest first."""
        if operation == ANYTHING:
            return self.received(where=where)
        [(method, path)] = self._routes(operation)
        return self.received(method, path, where=where)

    def shows_for(self, title: str) -> list[Show]:
        """Return the shows with exactly this title."""
        with self._state_lock:
            return [show for show in self._state.shows.values() if show.title == title]

    def vods_for(self, name: str) -> list[Vod]:
        """Return the VODs whose show has this title, or whose file has this name, with or without folders."""
        with self._state_lock:
            return [
                vod
                for vod in self._state.vods.values()
                if name in (vod.show.title, vod.file_name, PurePosixPath(vod.file_name).name)
            ]

    def captions_of(self, vod_id: int) -> bytes:
        """Return the last captions received for a VOD. LookupError if there are none."""
        with self._state_lock:
            if vod_id not in self._state.captions:
                known = ", ".join(map(str, sorted(self._state.captions))) or "no VOD"
                raise LookupError(f"Cablecast has received no captions for VOD {vod_id}, only for: {known}")
            return self._state.captions[vod_id]

    def remove_show(self, show_id: int) -> None:
        """Delete a show with its VODs and its idempotency key, if it exists."""
        with self._state_lock:
            self._state.shows.pop(show_id, None)
            self._state.show_by_key = {key: id for key, id in self._state.show_by_key.items() if id != show_id}
            for vod in [vod for vod in self._state.vods.values() if vod.show.id == show_id]:
                self.remove_vod(vod.id)

    def remove_vod(self, vod_id: int) -> None:
        """Delete a VOD with its captions and its idempotency key, if it exists."""
        with self._state_lock:
            self._state.vods.pop(vod_id, None)
            self._state.captions.pop(vod_id, None)
            self._state.percent.pop(vod_id, None)
            self._state.vod_by_key = {key: id for key, id in self._state.vod_by_key.items() if id != vod_id}

    def _routes(self, operation: str) -> list[Route]:
        if operation == ANYTHING:
            return list(OPERATIONS.values())
        if operation not in OPERATIONS:
            known = ", ".join(f'"{name}"' for name in [*OPERATIONS, ANYTHING])
            raise ValueError(f'unknown operation "{operation}" of Cablecast. Known: {known}')
        return [OPERATIONS[operation]]

    def _register_defaults(self) -> None:
        with self._state_lock:
            self._state = _State()
        for operation, callback in self._defaults.items():
            self.register_callback(*OPERATIONS[operation], callback)

    @property
    def _defaults(self) -> Mapping[str, Callable[..., Reply]]:
        callbacks: Mapping[str, Callable[..., Reply]] = {
            "finding shows": self._find_shows,
            "creating a show": self._create_show,
            "creating a VOD": self._create_vod,
            "reading a VOD": self._read_vod,
            "receiving captions": self._receive_captions,
            "reporting progress": self._report_progress,
        }
        return {operation: self._authenticated(callback) for operation, callback in callbacks.items()}

    def _authenticated(self, callback: Callable[..., Reply]) -> Callable[..., Reply]:
        def respond(received: Received, **values: str) -> Reply:
            if received.headers.get("Authorization") != self._expected_authorization:
                return _json(401, _error("invalid credentials"), {"WWW-Authenticate": 'Basic realm="Cablecast"'})
            with self._state_lock:
                return callback(received, **values)

        return respond

    def _find_shows(self, received: Received) -> Reply:
        search = received.query.get("search", [""])[0].casefold()
        found = [show.to_json() for show in self._state.shows.values() if search in show.title.casefold()]
        return _json(200, {"shows": found})

    def _create_show(self, received: Received) -> Reply:
        key = received.headers.get("Idempotency-Key")
        if key in self._state.show_by_key:
            return _json(201, {"show": self._state.shows[self._state.show_by_key[key]].to_json()})
        fields = _fields(received)
        title, date = fields.get("title"), fields.get("eventDate")
        if not (isinstance(title, str) and title and isinstance(date, str) and date):
            return _json(422, _error("a show needs a title and an eventDate"))
        show = self._state.shows[self.add_show(title, date)]
        if key is not None:
            self._state.show_by_key[key] = show.id
        return _json(201, {"show": show.to_json()})

    def _create_vod(self, received: Received) -> Reply:
        key = received.headers.get("Idempotency-Key")
        if key in self._state.vod_by_key:
            return _json(201, {"vod": self._state.vods[self._state.vod_by_key[key]].to_json()})
        fields = _fields(received)
        show_id, file_name = fields.get("show"), fields.get("fileName")
        show = self._state.shows.get(show_id) if isinstance(show_id, int) else None
        if show is None or not (isinstance(file_name, str) and file_name):
            return _json(422, _error("a VOD needs a show that exists and a fileName"))
        vod = Vod(next(self._state.vod_ids), show, file_name, fields.get("quality"))
        self._state.vods[vod.id] = vod
        if key is not None:
            self._state.vod_by_key[key] = vod.id
        return _json(201, {"vod": vod.to_json()})

    def _read_vod(self, received: Received, vod_id: str) -> Reply:
        vod = self._vod(vod_id)
        return _json(200, {"vod": vod.to_json()}) if vod else _unknown_vod(vod_id)

    def _receive_captions(self, received: Received, vod_id: str) -> Reply:
        vod = self._vod(vod_id)
        if vod is None:
            return _unknown_vod(vod_id)
        upload = received.files().get("scc_file")
        if upload is None:
            return _json(422, _error("missing captions: expected a multipart body with the file scc_file"))
        self._state.captions[vod.id] = upload.content
        return _json(200, {"vod": vod.to_json()})

    def _report_progress(self, received: Received, vod_id: str) -> Reply:
        vod = self._vod(vod_id)
        if vod is None:
            return _unknown_vod(vod_id)
        percent = min(100, self._state.percent.get(vod.id, 0) + _PROGRESS_STEP)
        self._state.percent[vod.id] = percent
        return _json(200, {"status": "completed" if percent == 100 else "processing", "percent": percent})

    def _vod(self, vod_id: str) -> Vod | None:
        return self._state.vods.get(int(vod_id)) if vod_id.isdecimal() else None


def _fields(received: Received) -> dict[str, Any]:
    """Return the fields of a JSON object; no fields for any other body."""
    try:
        content = received.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _json(status: int, content: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Reply:
    return status, {"Content-Type": "application/json", **(headers or {})}, json_module.dumps(content)


def _error(text: str) -> dict[str, object]:
    return {"error": text}


def _unknown_vod(vod_id: str) -> Reply:
    return _json(404, _error(f"unknown VOD {vod_id}"))
