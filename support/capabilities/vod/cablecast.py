"""What a scenario tells Cablecast to answer, and what Cablecast was asked, restricted to that scenario."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import monotonic

from support.checks.comparison import require, require_one
from support.partners.cablecast import Cablecast
from support.partners.cablecast import Vod as CablecastVod
from support.partners.failures import FAILURES, NO_RESPONSE
from support.partners.requests import Received
from support.partners.server import ResponseOptions
from support.scenario.cleanup import Cleanup
from support.testdata.media import Recording

TOO_LATE = "a late success"
BROKEN: Mapping[str, ResponseOptions] = {
    "no response": FAILURES["no response"].options,
    "one byte at a time": FAILURES["one byte at a time"].options,
    "a closed connection": FAILURES["closed connection"].options,
}
REPLIES = (TOO_LATE, *BROKEN)
"""How Cablecast can answer, a plain status aside. Too late means: what was asked for is done, then there is silence."""


class CablecastClient:
    """One scenario's view of the Cablecast stub."""

    def __init__(self, stub: Cablecast, cleanup: Cleanup) -> None:
        self._stub = stub
        self._cleanup = cleanup
        self._begin = monotonic()  # what Cablecast was asked before is not looked at

    def add_show(self, title: str, days: int = 0) -> int:
        """Have Cablecast know a show under this title, so many days from today; return its id."""
        show = self._stub.add_show(title, (datetime.now(UTC).date() + timedelta(days=days)).isoformat())
        self._cleanup.add(f"remove show {show} from Cablecast", lambda: self._stub.remove_show(show))
        return show

    def answers(self, reply: int | str, operation: str, times: int | None, json: object = None) -> None:
        """Have Cablecast answer an operation so, a number of times and then as usual, or for good.

        `reply` is a status or one of `REPLIES`.
        """
        self._begin = monotonic()
        if reply == TOO_LATE:
            late = self._stub.respond_late(operation, delay=NO_RESPONSE, times=times)
            self._cleanup.add(f"have Cablecast answer {operation} as usual", late.remove)
            return
        status, broken = (reply, ResponseOptions()) if isinstance(reply, int) else (200, BROKEN[reply])
        how: ResponseOptions = {"times": times, "json": json, **broken}
        registration = self._stub.respond(status, operation=operation, **how)
        self._cleanup.add(f"have Cablecast answer {operation} as usual", registration.remove)

    def calls(self) -> int:
        """Return how often Cablecast was called so far, by anybody."""
        return len(self._stub.received())

    def wait_after(self, status: int) -> float:
        """Return for how many seconds nobody called after an answer with this status; fails where nobody did again."""
        received = self._stub.received(where=lambda request: request.at >= self._begin)
        for before, after in pairwise(received):
            if before.status == status:
                return after.at - before.at
        raise AssertionError(f"Cablecast should be called again after it answered {status}, but was not")

    def reports(self, status: str, percent: int, times: int | None) -> None:
        """Have Cablecast report this progress of every VOD, a number of times and then as usual, or for good."""
        self.answers(200, "reporting progress", times, json={"status": status, "percent": percent})

    def show_of(self, title: str) -> int:
        """Return the id of the one show of this title; fails where there is none, or more than one."""
        show = require_one(f'the show "{title}" at Cablecast', self._stub.shows_for(title)).id
        self._cleanup.add(f"remove show {show} from Cablecast", lambda: self._stub.remove_show(show))
        return show

    def asked(self, operation: str) -> list[Received]:
        """Return what Cablecast was asked since it was last told how to answer, or the scenario began, oldest first."""
        return self._stub.requests(operation, where=lambda request: request.at >= self._begin)

    def upload_of(self, recording: Recording) -> Received:
        """Return the one accepted upload of captions for a recording."""
        path = f"/vods/{self.vod_of(recording).id}/"
        uploads = [request for request in self.asked("receiving captions") if path in request.path]
        return require_one("the accepted upload of captions", [request for request in uploads if _accepted(request)])

    def credentials(self, request: Received) -> str:
        """Return name and password that came with a request by HTTP Basic."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        require(scheme == "Basic", f"{request.method} {request.path} should carry Basic credentials")
        return b64decode(encoded).decode()

    def vod_of(self, recording: Recording) -> CablecastVod:
        """Return the one VOD that Cablecast has of a recording; fails where there is none, or more than one."""
        return require_one(f'the VOD of "{recording.title}" at Cablecast', self._stub.vods_for(recording.path))

    def captions_of(self, recording: Recording) -> str:
        """Return the captions that Cablecast received for a recording."""
        return self._stub.captions_of(self.vod_of(recording).id).decode("utf-8")

    def count_of(self, recording: Recording) -> int:
        """Return how many VODs Cablecast has of a recording."""
        return len(self._stub.vods_for(recording.path))


def _accepted(request: Received) -> bool:
    return request.status is not None and request.status < 400
