"""Concurrent clients: released together, each with a connection of its own."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from time import monotonic

from support.drivers.http import HttpDriver, NoResponse, Response
from support.evidence.masking import Masker
from support.evidence.recorder import Exchange, Recorder
from support.evidence.svg import Svg

Sending = Callable[[HttpDriver], Response]

_RELEASE_TIMEOUT = 10.0  # seconds until all clients must be ready
FIGURES = ("response", "times", "fastest", "median", "slowest")
_BAR = 14  # pixels
_WIDTH = 600


@dataclass(frozen=True)
class Call:
    """One request of one client; `start` is on the monotonic clock, `response` is None if none came."""

    start: float
    seconds: float
    response: Response | None
    error: str = ""

    @property
    def outcome(self) -> str:
        """The status, or "no response"."""
        return "no response" if self.response is None else str(self.response.status)


class ConcurrentClients:
    """Send requests concurrently; the distribution of statuses and times is recorded as evidence."""

    def __init__(self, connect: Callable[[Recorder], HttpDriver], masker: Masker, evidence: Recorder) -> None:
        self._connect = connect
        self._masker = masker
        self._evidence = evidence

    def send(self, requests: Sequence[Sending], *, concurrency: int) -> list[Response]:
        """Return the responses in the order of the requests; fails if one request has no response."""
        barrier, lock, calls = threading.Barrier(concurrency + 1), threading.Lock(), dict[int, Call]()
        recorders = [Recorder(self._masker) for _ in range(concurrency)]
        released = 0.0

        def client(first: int) -> None:
            http = self._connect(recorders[first])
            try:
                barrier.wait(_RELEASE_TIMEOUT)
                for number in range(first, len(requests), concurrency):
                    call = _call(requests[number], http)
                    with lock:
                        calls[number] = call
            finally:
                http.close()

        with ThreadPoolExecutor(concurrency, thread_name_prefix="client") as clients:
            running = [clients.submit(client, first) for first in range(concurrency)]
            barrier.wait(_RELEASE_TIMEOUT)
            released = monotonic()
            for one in running:
                one.result()
        self._keep_samples(recorders)
        return self._responses([calls[number] for number in range(len(requests))], released, concurrency)

    def _keep_samples(self, recorders: Sequence[Recorder]) -> None:
        """Record the first exchange of each outcome; all of them would hide the one that differs."""
        samples: dict[int | None, Exchange] = {}
        for exchange in sorted((one for each in recorders for one in each.exchanges), key=lambda one: one.started):
            samples.setdefault(exchange.status, exchange)
        for exchange in samples.values():
            self._evidence.exchange(exchange)

    def _responses(self, calls: Sequence[Call], released: float, concurrency: int) -> list[Response]:
        name = f"{len(calls)} requests, {concurrency} concurrent"
        self._evidence.table(f"{name}: statuses and times", FIGURES, distribution(calls))
        self._evidence.attach(f"{name}: timeline", distribution_chart(calls, released), "image/svg+xml")
        if errors := [call.error for call in calls if call.response is None]:
            answered = len(calls) - len(errors)
            raise AssertionError(
                f"responses to {len(calls)} requests: expected {len(calls)}, got {answered}: {errors[0]}"
            )
        return [call.response for call in calls if call.response is not None]


def _call(request: Sending, http: HttpDriver) -> Call:
    start = monotonic()
    try:
        response = request(http)
    except NoResponse as error:
        return Call(start, monotonic() - start, None, str(error))
    return Call(start, monotonic() - start, response)


def distribution(calls: Sequence[Call]) -> list[list[str]]:
    """Return for each outcome its number and the fastest, median and slowest time in seconds."""
    times: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        times[call.outcome].append(call.seconds)
    lines = []
    for outcome, seconds in sorted(times.items()):
        figures = [f"{figure:.3f} s" for figure in (min(seconds), median(seconds), max(seconds))]
        lines.append([outcome, str(len(seconds)), *figures])
    return lines


def distribution_chart(calls: Sequence[Call], released: float) -> str:
    """Return an SVG with a bar for each call, from its start to its response."""
    longest = max((call.start - released + call.seconds for call in calls), default=0.0) or 1.0
    height = len(calls) * _BAR
    svg = Svg(_WIDTH, height + 16, font_size=11)
    for row, call in enumerate(calls):
        left, width = (max(0.0, part) / longest * _WIDTH for part in (call.start - released, call.seconds))
        colour = "#2e7d32" if call.outcome < "4" else "#c62828"
        title = f"{call.outcome} after {call.seconds:.3f} s"
        svg.rectangle(left, row * _BAR, max(1.0, width), _BAR - 3, fill=colour, title=title)
    svg.text("0 s", 0, height + 12)
    svg.text(f"{longest:.2f} s", _WIDTH, height + 12, anchor="end")
    return svg.render()
