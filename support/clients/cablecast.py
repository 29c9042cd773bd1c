"""What a scenario tells Cablecast to answer, and what Cablecast was asked, restricted to that scenario."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise

from support.checks.matching import one
from support.cleanup import Cleanup
from support.partners.cablecast import Cablecast, Vod
from support.partners.server import Received
from support.testdata.media import Recording


class CablecastClient:
    """One scenario's view of the Cablecast stub."""

    def __init__(self, stub: Cablecast, cleanup: Cleanup) -> None:
        self._stub = stub
        self._cleanup = cleanup

    def has_show(self, title: str) -> int:
        """Have Cablecast know a show of today under this title; return its id."""
        show = self._stub.has_show(title, datetime.now(UTC).date().isoformat())
        self._cleanup.add(f"remove show {show} from Cablecast", lambda: self._stub.remove_show(show))
        return show

    def answers(self, status: int, operation: str, times: int | None) -> None:
        """Have Cablecast answer an operation with a status, a number of times and then as usual, or for good."""
        for registration in self._stub.answers(status, operation=operation, times=times):
            self._cleanup.add(f"have Cablecast answer {operation} as usual", registration.remove)

    def calls(self) -> int:
        """Return how often Cablecast was called so far, by anybody."""
        return len(self._stub.received())

    def wait_after(self, status: int) -> float:
        """Return for how many seconds nobody called after an answer with this status; fails where nobody did again."""
        received = self._stub.received()
        for before, after in pairwise(received):
            if before.status == status:
                return after.at - before.at
        raise AssertionError(f"Cablecast should be called again after it answered {status}, but was not")

    def vod_of(self, recording: Recording) -> Vod:
        """Return the one VOD that Cablecast has of a recording; fails where there is none, or more than one."""
        found = one(f'the VOD of "{recording.title}" at Cablecast', self._stub.vods_for(recording.path))
        if not isinstance(found, Vod):
            raise TypeError(found)
        return found

    def captions_of(self, recording: Recording) -> str:
        """Return the captions that Cablecast received for a recording."""
        return self._stub.captions_of(self.vod_of(recording).id).decode("utf-8")

    def accepted(self, recording: Recording) -> Mapping[str, int]:
        """Return how often Cablecast accepted to make a VOD of a recording, and to take captions for it."""
        vod = self.vod_of(recording)
        made = self._stub.asked("creating a VOD", where=lambda request: request.json()["fileName"] == vod.file_name)
        taken = self._stub.asked("receiving captions", where=lambda request: f"/vods/{vod.id}/" in request.path)
        return {"creating a VOD": _successes(made), "receiving captions": _successes(taken)}


def _successes(requests: list[Received]) -> int:
    return sum(request.status is not None and request.status < 400 for request in requests)
