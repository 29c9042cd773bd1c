"""The client of Cablecast, the station's broadcast system.

    GET  /shows?search=TITLE     200 {"shows": [{"id": 7, "title": "City Council", "eventDate": "2026-11-20"}]}
    POST /shows                  201 {"show": {"id": 7}}             {title, eventDate}, Idempotency-Key
    POST /vods                   201 {"vod": {"id": 41}}             {show, quality, fileName}, Idempotency-Key
    POST /vods/41/captions       2xx                                 multipart, field scc_file
    GET  /vods/41/status         200 {"status": "processing", "percent": 25}

HTTP Basic. Every call has a time limit; timeouts, connections that are refused or break off, and 5xx are tried again
three times, each wait twice the one before: 0.2, 0.4 and 0.8 seconds, unless the settings say otherwise; a 429 when
Cablecast asks for it. The waits are taken in the worker's thread rather than by the queue: a retried job would begin
with the first call again, and they are short enough for a killed worker's job to be taken over meanwhile.

A Cablecast that keeps failing is left alone for a while, see ``CircuitBreaker``: jobs then wait in the queue.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from http import HTTPStatus
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import requests
from pydantic import SecretStr

from support.reference.partners import PartnerSession

RETRIES = 3
MAX_RETRY_AFTER_SECONDS = 5.0
"""Seconds that Cablecast may ask us to wait (429); the worker has other things to do meanwhile."""
MAX_FAILURES = 10
FAILURE_WINDOW_SECONDS = 5.0
"""So many failures in so short a time make a pause. One publication that fails makes four."""
PAUSE_SECONDS = 3.0
PROBE_WINDOW_SECONDS = 1.0
"""When nobody has called for so long after a pause, what led to it is no longer held against Cablecast."""
MIN_SCORE = 0.7
MAX_DAYS_APART = 7
QUALITY = 1
"""Cablecast's first transcoding profile, the one every station has."""
MAX_ID = 2**31 - 1


T = TypeVar("T")


class CablecastError(Exception):
    """Publishing cannot go on. Its text is a sentence an editor understands."""


class CablecastPaused(Exception):
    """Cablecast has failed too often and is not called now; try again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("Cablecast is not called for a while")


class _TemporaryError(CablecastError):
    """A failure that may be gone at the next try; ``wait`` is how many seconds Cablecast asks to wait for it."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(message)


class CircuitBreaker:
    """Counts failures. After too many in a short time nobody calls for a while; then one call tries whether it works.

    Nobody calls either while Cablecast has asked to be left alone: other jobs do not know of that, nor does a second
    run of the same one, whose worker was thought dead.

    ``announce(seconds)`` is told when a pause begins, and for how long it is remembered; with 0 when it is over for
    good. Used by many threads.
    """

    def __init__(self, announce: Callable[[float], object]) -> None:
        self._announce = announce
        self._lock = threading.Lock()
        self._failures: deque[float] = deque(maxlen=MAX_FAILURES)
        self._paused_until: float | None = None
        self._busy_until = 0.0

    @property
    def wait(self) -> float:
        """Seconds until a busy Cablecast wants to be called again, by whoever: 0 when it is not busy."""
        return max(0.0, self._busy_until - monotonic())

    def asked_to_wait(self, seconds: float) -> None:
        """Have nobody call for so long, or longer if that was asked for before."""
        self._busy_until = max(self._busy_until, monotonic() + seconds)

    def before_call(self) -> None:
        """Raise ``CablecastPaused`` while nobody is to call; after the pause, let one caller a pause through."""
        with self._lock:
            if self._paused_until is None:
                return
            remaining = self._paused_until - monotonic()
            if remaining > 0:
                raise CablecastPaused(remaining)
            if remaining > -PROBE_WINDOW_SECONDS:
                self._paused_until = monotonic() + PAUSE_SECONDS
            else:
                self._paused_until = None
                self._failures.clear()

    def failed(self) -> None:
        """Count a failure."""
        now = monotonic()
        with self._lock:
            self._failures.append(now)
            many = len(self._failures) == MAX_FAILURES and now - self._failures[0] < FAILURE_WINDOW_SECONDS
            if self._paused_until is None and not many:
                return
            self._paused_until = now + PAUSE_SECONDS
        self._announce(PAUSE_SECONDS + PROBE_WINDOW_SECONDS)

    def succeeded(self) -> None:
        """Forget the failures."""
        with self._lock:
            was_paused, self._paused_until = self._paused_until is not None, None
            self._failures.clear()
        if was_paused:
            self._announce(0)


@dataclass(frozen=True)
class Show:
    """A show as Cablecast lists it."""

    id: int
    title: str
    event_date: date | None


@dataclass(frozen=True)
class Match:
    """How well a show fits a VOD: 0 (nothing in common) to 1 (same title, same day)."""

    show: Show
    score: float


@dataclass(frozen=True)
class VodStatus:
    """How far Cablecast is with a VOD; ``percent`` 100 is the end."""

    status: str
    percent: int


def match_score(show: Show, title: str, day: date) -> float:
    """The likeness of the titles, ignoring case, whole on the same day and less each day, down to half from a week on.

    So a show of the same title a week away, which is another week's meeting, scores 0.5 and is not linked.
    """
    likeness = SequenceMatcher(None, show.title.casefold(), title.casefold(), autojunk=False).ratio()
    days = MAX_DAYS_APART if show.event_date is None else abs((show.event_date - day).days)
    return likeness * (1 - min(days, MAX_DAYS_APART) / MAX_DAYS_APART / 2)


def best_match(shows: Iterable[Show], title: str, day: date) -> Match | None:
    """The best scoring show, the oldest of equals; None when there are no shows."""
    matches = [Match(show, match_score(show, title, day)) for show in shows]
    return max(matches, key=lambda match: (match.score, -match.show.id), default=None)


class Cablecast:
    """One conversation with Cablecast; used by one thread.

    ``timeout`` is in seconds, for the connection and then for the whole answer. ``first_wait`` is how many seconds lie
    before the second try. ``pause`` waits between tries; it may raise to stop.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: SecretStr,
        *,
        timeout: float,
        first_wait: float,
        pause: Callable[[float], object],
        breaker: CircuitBreaker,
    ) -> None:
        self._base = url.rstrip("/")
        self._first_wait = first_wait
        self._pause = pause
        self._breaker = breaker
        self._session = PartnerSession(timeout)
        self._session.auth = (username, password.get_secret_value())

    def __enter__(self) -> "Cablecast":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def find_shows(self, title: str) -> list[Show]:
        """The shows Cablecast's own search finds."""
        answer = self._call("GET", "/shows", params={"search": title})
        return _read(lambda: [_show(item) for item in answer.json()["shows"]])

    def create_show(self, title: str, day: date, *, key: UUID) -> int:
        """A new show; its id. The same ``key`` gives the same show, however often it is asked for."""
        body = {"title": title, "eventDate": day.isoformat()}
        answer = self._call("POST", "/shows", json=body, headers={"Idempotency-Key": str(key)})
        return _read(lambda: _id(answer.json()["show"]))

    def create_vod(self, show_id: int, file_name: str, *, key: UUID) -> int:
        """A new VOD of a show; its id. The same ``key`` gives the same VOD, however often it is asked for."""
        body = {"show": show_id, "quality": QUALITY, "fileName": file_name}
        answer = self._call("POST", "/vods", json=body, headers={"Idempotency-Key": str(key)})
        return _read(lambda: _id(answer.json()["vod"]))

    def upload_captions(self, vod_id: int, file_name: str, scc: bytes) -> None:
        """Put the captions of a VOD, replacing what is there."""
        self._call("POST", f"/vods/{vod_id}/captions", files={"scc_file": (file_name, scc, "text/plain")})

    def vod_status(self, vod_id: int) -> VodStatus:
        """How far Cablecast is with transcoding."""
        answer = self._call("GET", f"/vods/{vod_id}/status")
        return _read(lambda: _vod_status(answer.json()))

    def _call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        for tried in range(RETRIES):
            try:
                return self._call_once(method, path, **arguments)
            except _TemporaryError as failure:
                self._breaker.asked_to_wait(failure.wait or 0.0)
                self._pause(self._first_wait * 2**tried if failure.wait is None else failure.wait)
        return self._call_once(method, path, **arguments)

    def _call_once(self, method: str, path: str, **arguments: Any) -> requests.Response:
        if wait := self._breaker.wait:
            self._pause(wait)
        self._breaker.before_call()
        try:
            answer = self._send(method, path, **arguments)
        except _TemporaryError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        _raise_for_error(answer)
        return answer

    def _send(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """What Cablecast answers, if it works: 500 and above is no answer."""
        try:
            answer = self._session.request(method, self._base + path, allow_redirects=False, **arguments)
        except requests.Timeout:
            raise _TemporaryError("Cablecast did not respond in time") from None
        except requests.ConnectionError:
            raise _TemporaryError("Cablecast cannot be reached") from None
        except requests.exceptions.ChunkedEncodingError:
            raise _TemporaryError("Cablecast closed the connection early") from None
        except requests.RequestException:
            raise CablecastError("Cablecast returned an invalid response") from None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _TemporaryError(f"Cablecast returned an error ({answer.status_code})")
        return answer


def _raise_for_error(answer: requests.Response) -> None:
    status = answer.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _seconds(answer.headers.get("Retry-After"))
        if wait is None or wait <= MAX_RETRY_AFTER_SECONDS:
            raise _TemporaryError("Cablecast rejected too many requests (429)", wait=wait)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise CablecastError("Cablecast rejected the credentials")
    if status >= HTTPStatus.BAD_REQUEST:
        raise CablecastError(f"Cablecast rejected the request ({status})")
    if not answer.ok or status >= HTTPStatus.MULTIPLE_CHOICES:
        raise CablecastError("Cablecast returned an invalid response")


def _seconds(retry_after: str | None) -> float | None:
    """What a Retry-After asks for; None, which leaves it to us, when it is missing or names a date."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None


def _read(read: Callable[[], T]) -> T:
    """What ``read`` makes of an answer; an answer of another shape is unreadable."""
    try:
        return read()
    except (ValueError, TypeError, KeyError, RecursionError):
        raise CablecastError("Cablecast returned an invalid response") from None


def _show(item: dict[str, Any]) -> Show:
    title, day = item["title"], item.get("eventDate")
    if not isinstance(title, str):
        raise TypeError
    return Show(_id(item), title, None if day is None else datetime.fromisoformat(day).date())


def _id(item: dict[str, Any]) -> int:
    return _integer(item["id"])


def _vod_status(item: dict[str, Any]) -> VodStatus:
    status, percent = item["status"], _integer(item["percent"])
    if not isinstance(status, str) or percent > 100:
        raise ValueError
    return VodStatus(status, percent)


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_ID:
        raise TypeError
    return value
