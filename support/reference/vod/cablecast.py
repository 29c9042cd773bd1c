"""The client of Cablecast, the station's broadcast system.

    GET  /shows?search=TITLE     200 {"shows": [{"id": 7, "title": "City Council", "eventDate": "2026-11-20"}]}
    POST /shows                  201 {"show": {"id": 7}}             {title, eventDate}, Idempotency-Key
    POST /vods                   201 {"vod": {"id": 41}}             {show, quality, fileName}, Idempotency-Key
    POST /vods/41/captions       2xx                                 multipart, field scc_file
    GET  /vods/41/status         200 {"status": "processing", "percent": 25}

HTTP Basic. Every call has a timeout. Timeouts, failed or closed connections and 5xx are retried three times, with
waits that double: 0.2, 0.4 and 0.8 seconds by default; a 429 is retried when Cablecast requests it. The waits are in
the thread of the worker, not in the queue: a retried job would start with the first call again, and they are short
enough for recovery to take the job of a killed worker over meanwhile.

A Cablecast that keeps failing is not called for a while, see ``CircuitBreaker``: jobs then wait in the queue.
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
"""The longest Retry-After (429) that is respected: the wait blocks a thread of the worker."""
MAX_FAILURES = 10
FAILURE_WINDOW_SECONDS = 5.0
"""The number of failures in this time that start a pause. One failed publication has four."""
PAUSE_SECONDS = 3.0
PROBE_WINDOW_SECONDS = 1.0
"""Without a call for so long after a pause, the failures are reset."""
MIN_SCORE = 0.7
MAX_DAYS_APART = 7
QUALITY = 1
"""Cablecast's first transcoding profile, the one every station has."""
MAX_ID = 2**31 - 1


T = TypeVar("T")


class CablecastError(Exception):
    """The publication fails; the message is the reason for an editor."""


class CablecastPaused(Exception):
    """Calls are paused after too many failures; try again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("Cablecast is not called for a while")


class _TemporaryError(CablecastError):
    """A failure that is retried; ``wait`` is the number of seconds that Cablecast requested."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(message)


class CircuitBreaker:
    """Pauses calls after too many failures in a short time; then one call tries.

    Calls also wait while Cablecast has requested it: other jobs do not know of that, nor does a second run of the same
    job after its takeover. ``announce(seconds)`` is called when a pause starts, with the time to remember it, and with
    0 when it is over. Used by many threads.
    """

    def __init__(self, announce: Callable[[float], object]) -> None:
        self._announce = announce
        self._lock = threading.Lock()
        self._failures: deque[float] = deque(maxlen=MAX_FAILURES)
        self._paused_until: float | None = None
        self._busy_until = 0.0

    @property
    def wait(self) -> float:
        """Seconds until a busy Cablecast accepts calls again, 0 if it is not busy."""
        return max(0.0, self._busy_until - monotonic())

    def asked_to_wait(self, seconds: float) -> None:
        """Delay all calls for ``seconds``, or longer if that was requested before."""
        self._busy_until = max(self._busy_until, monotonic() + seconds)

    def before_call(self) -> None:
        """Raise ``CablecastPaused`` during a pause; after it, let one call through."""
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
        """Reset the failures."""
        with self._lock:
            was_paused, self._paused_until = self._paused_until is not None, None
            self._failures.clear()
        if was_paused:
            self._announce(0)


@dataclass(frozen=True)
class Show:
    """A show of Cablecast."""

    id: int
    title: str
    event_date: date | None


@dataclass(frozen=True)
class Match:
    """How well a show matches a VOD: 0 (nothing in common) to 1 (same title and day)."""

    show: Show
    score: float


@dataclass(frozen=True)
class VodStatus:
    """The processing of a VOD at Cablecast; ``percent`` 100 is the end."""

    status: str
    percent: int


def match_score(show: Show, title: str, day: date) -> float:
    """Return the likeness of the titles, case ignored, reduced by the days between them.

    It is halved from seven days on: a show of the same title a week away is another meeting, scores 0.5 and is not
    linked.
    """
    likeness = SequenceMatcher(None, show.title.casefold(), title.casefold(), autojunk=False).ratio()
    days = MAX_DAYS_APART if show.event_date is None else abs((show.event_date - day).days)
    return likeness * (1 - min(days, MAX_DAYS_APART) / MAX_DAYS_APART / 2)


def best_match(shows: Iterable[Show], title: str, day: date) -> Match | None:
    """Return the best match, of equal ones the oldest show; None without shows."""
    matches = [Match(show, match_score(show, title, day)) for show in shows]
    return max(matches, key=lambda match: (match.score, -match.show.id), default=None)


class Cablecast:
    """A session with Cablecast; used by one thread.

    ``timeout`` is in seconds, for the connection and then for the whole response; ``first_wait`` is the wait before the
    second attempt. ``pause`` waits between attempts; it may raise to stop.
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
        """Return the shows that Cablecast's search finds."""
        response = self._call("GET", "/shows", params={"search": title})
        return _read(lambda: [_show(item) for item in response.json()["shows"]])

    def create_show(self, title: str, day: date, *, key: UUID) -> int:
        """Create a show and return its id; the same ``key`` always returns the same show."""
        body = {"title": title, "eventDate": day.isoformat()}
        response = self._call("POST", "/shows", json=body, headers={"Idempotency-Key": str(key)})
        return _read(lambda: _id(response.json()["show"]))

    def create_vod(self, show_id: int, file_name: str, *, key: UUID) -> int:
        """Create a VOD of a show and return its id; the same ``key`` always returns the same VOD."""
        body = {"show": show_id, "quality": QUALITY, "fileName": file_name}
        response = self._call("POST", "/vods", json=body, headers={"Idempotency-Key": str(key)})
        return _read(lambda: _id(response.json()["vod"]))

    def upload_captions(self, vod_id: int, file_name: str, scc: bytes) -> None:
        """Upload the captions of a VOD, replacing earlier ones."""
        self._call("POST", f"/vods/{vod_id}/captions", files={"scc_file": (file_name, scc, "text/plain")})

    def vod_status(self, vod_id: int) -> VodStatus:
        """Return the status of the processing."""
        response = self._call("GET", f"/vods/{vod_id}/status")
        return _read(lambda: _vod_status(response.json()))

    def _call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        for attempt in range(RETRIES):
            try:
                return self._call_once(method, path, **arguments)
            except _TemporaryError as failure:
                self._breaker.asked_to_wait(failure.wait or 0.0)
                self._pause(self._first_wait * 2**attempt if failure.wait is None else failure.wait)
        return self._call_once(method, path, **arguments)

    def _call_once(self, method: str, path: str, **arguments: Any) -> requests.Response:
        if wait := self._breaker.wait:
            self._pause(wait)
        self._breaker.before_call()
        try:
            response = self._send(method, path, **arguments)
        except _TemporaryError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        _raise_for_error(response)
        return response

    def _send(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Return the response of Cablecast. A status of 500 and above is a temporary error."""
        try:
            response = self._session.request(method, self._base + path, allow_redirects=False, **arguments)
        except requests.Timeout:
            raise _TemporaryError("Cablecast did not respond in time") from None
        except requests.ConnectionError:
            raise _TemporaryError("Cablecast cannot be reached") from None
        except requests.exceptions.ChunkedEncodingError:
            raise _TemporaryError("Cablecast closed the connection early") from None
        except requests.RequestException:
            raise CablecastError("Cablecast returned an invalid response") from None
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _TemporaryError(f"Cablecast returned an error ({response.status_code})")
        return response


def _raise_for_error(response: requests.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _seconds(response.headers.get("Retry-After"))
        if wait is None or wait <= MAX_RETRY_AFTER_SECONDS:
            raise _TemporaryError("Cablecast rejected too many requests (429)", wait=wait)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise CablecastError("Cablecast rejected the credentials")
    if status >= HTTPStatus.BAD_REQUEST:
        raise CablecastError(f"Cablecast rejected the request ({status})")
    if not response.ok or status >= HTTPStatus.MULTIPLE_CHOICES:
        raise CablecastError("Cablecast returned an invalid response")


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After, None if it is missing or a date."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None


def _read(read: Callable[[], T]) -> T:
    """Return what ``read`` makes of a response. Raises CablecastError for another form."""
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
