"""Any operation of an outside service: what it is to answer, and what it was asked."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Unpack
from urllib.parse import urlencode

from support.checks.comparison import fail
from support.errors import require_feature
from support.evidence.recorder import PartnerCall
from support.gherkin.parameter_types import Request
from support.partners.requests import Received
from support.partners.server import PartnerServer, ResponseOptions
from support.scenario.cleanup import Cleanup

PARTNERS: Mapping[str, str] = {"Cablecast": "cablecast", "the price service": "prices"}
"""Outside services by the name that features use, with the name that a run keeps its stub under."""


class PartnerClient:
    """One scenario's view of a stub; `since` (monotonic seconds) is when the scenario began."""

    def __init__(self, stub: PartnerServer, cleanup: Cleanup, since: float) -> None:
        self._stub = stub
        self._cleanup = cleanup
        self._since = since

    def answers(self, request: Request, status: int, **how: Unpack[ResponseOptions]) -> None:
        """Have it answer a request so, a number of times and then as usual, or for good. `*` in a path is any part."""
        registration = self._stub.register(request.method, _template(request.path), status=status, **how)
        self._cleanup.add(f"have {self._stub.name} answer {request} as usual", registration.remove)

    def asked(self, request: Request) -> list[Received]:
        """Return what this scenario's platform asked, oldest first."""
        path = request.path
        return [
            received for received in self._stub.received(request.method, _template(path)) if received.at >= self._since
        ]

    def require_asked(
        self, request: Request, times: int, differences: Callable[[Any], Iterator[str]] = lambda body: iter(())
    ) -> None:
        """Require that this was asked so often, with a body without differences."""
        found = self.asked(request)
        fitting = [one for one in found if not any(differences(_body(one)))]
        if len(fitting) == times:
            return
        others = [f"{one.method} {one.path}" for one in self._stub.received() if one.at >= self._since]
        near = difflib.get_close_matches(str(request), others, n=1)
        message = f"was asked {len(fitting)} times" if found or not others else f"was asked only: {', '.join(others)}"
        if found and not fitting:
            message += f"; a body: {'; '.join(differences(_body(found[-1])))}"
        hint = f" (did you mean {near[0]}?)" if near and not found else ""
        raise fail(f"{self._stub.name} should have been asked {request} {times} times, but {message}{hint}")


def _template(path: str) -> str:
    require_feature("?" not in path, f"{path}: the path of a partner is written without a query")
    numbers = count()
    return "/".join(f"{{part{next(numbers)}}}" if part == "*" else part for part in path.split("/"))


def _body(received: Received) -> Any:
    try:
        return received.json()
    except ValueError:
        return received.form() or received.body.decode(errors="replace")


def call_of(received: Received, partner: str, url: str) -> PartnerCall:
    """Return what a stub received as evidence."""
    query = urlencode(received.query, doseq=True)
    return PartnerCall(
        method=received.method,
        url=f"{url}{received.path}" + (f"?{query}" if query else ""),
        actor=None,
        request_headers=received.headers,
        request_body=received.body,
        status=received.status,
        reason=None,
        response_headers={},
        response_body=None,
        started=time.time() - (time.monotonic() - received.at),
        elapsed=0.0,
        error=None if received.status else "it was still waiting, or was hung up on",
        partner=partner,
    )
