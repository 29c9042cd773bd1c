"""Many callers at once: released together, each over a connection of its own, and what they were answered."""

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

_RELEASE_LIMIT = 10.0  # seconds until all callers must be at the line
FIGURES = ("answer", "times", "fastest", "median", "slowest")
_BAR = 14  # pixels
_WIDTH = 600


@dataclass(frozen=True)
class Call:
    """One request of one caller; `begin` is in seconds after the release, `answer` None where none came."""

    begin: float
    seconds: float
    answer: Response | None
    trouble: str = ""

    @property
    def outcome(self) -> str:
        """The status, or that there was none."""
        return "no answer" if self.answer is None else str(self.answer.status)


class ConcurrentClients:
    """Sends requests by several callers at once, and keeps the distribution of answers and times as evidence."""

    def __init__(self, connect: Callable[[Recorder], HttpDriver], masker: Masker, evidence: Recorder) -> None:
        self._connect = connect
        self._masker = masker
        self._evidence = evidence

    def send(self, requests: Sequence[Sending], *, at_once: int) -> list[Response]:
        """Return the answers in the order of the requests; fails where one was not answered at all."""
        line, lock, calls = threading.Barrier(at_once + 1), threading.Lock(), dict[int, Call]()
        recorders = [Recorder(self._masker) for _ in range(at_once)]
        released = 0.0

        def caller(first: int) -> None:
            http = self._connect(recorders[first])
            try:
                line.wait(_RELEASE_LIMIT)
                for number in range(first, len(requests), at_once):
                    call = _call(requests[number], http)
                    with lock:
                        calls[number] = call
            finally:
                http.close()

        with ThreadPoolExecutor(at_once, thread_name_prefix="caller") as callers:
            running = [callers.submit(caller, first) for first in range(at_once)]
            line.wait(_RELEASE_LIMIT)
            released = monotonic()
            for one in running:
                one.result()
        self._keep_samples(recorders)
        return self._answers([calls[number] for number in range(len(requests))], released, at_once)

    def _keep_samples(self, recorders: Sequence[Recorder]) -> None:
        """Keep the first exchange of each outcome as evidence: all of them would hide the one that differs."""
        samples: dict[int | None, Exchange] = {}
        for exchange in sorted((one for each in recorders for one in each.exchanges), key=lambda one: one.started):
            samples.setdefault(exchange.status, exchange)
        for exchange in samples.values():
            self._evidence.exchange(exchange)

    def _answers(self, calls: Sequence[Call], released: float, at_once: int) -> list[Response]:
        name = f"{len(calls)} requests, {at_once} at once"
        self._evidence.table(f"{name}: answers and times", FIGURES, distribution(calls))
        self._evidence.attach(f"{name}: who waited for whom", distribution_chart(calls, released), "image/svg+xml")
        if silent := [call.trouble for call in calls if call.answer is None]:
            raise AssertionError(f"{len(silent)} of {len(calls)} requests were not answered: {silent[0]}")
        return [call.answer for call in calls if call.answer is not None]


def _call(request: Sending, http: HttpDriver) -> Call:
    begin = monotonic()
    try:
        answer = request(http)
    except NoResponse as error:
        return Call(begin, monotonic() - begin, None, str(error))
    return Call(begin, monotonic() - begin, answer)


def distribution(calls: Sequence[Call]) -> list[list[str]]:
    """Return for each answer how often it came, and how long it took, in seconds."""
    times: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        times[call.outcome].append(call.seconds)
    lines = []
    for outcome, seconds in sorted(times.items()):
        figures = [f"{figure:.3f} s" for figure in (min(seconds), median(seconds), max(seconds))]
        lines.append([outcome, str(len(seconds)), *figures])
    return lines


def distribution_chart(calls: Sequence[Call], released: float) -> str:
    """Return an SVG with a bar for each call, from when it was sent to when it was answered."""
    longest = max((call.begin - released + call.seconds for call in calls), default=0.0) or 1.0
    height = len(calls) * _BAR
    svg = Svg(_WIDTH, height + 16, font_size=11)
    for row, call in enumerate(calls):
        left, width = (max(0.0, part) / longest * _WIDTH for part in (call.begin - released, call.seconds))
        colour = "#2e7d32" if call.outcome < "4" else "#c62828"
        title = f"{call.outcome} after {call.seconds:.3f} s"
        svg.rectangle(left, row * _BAR, max(1.0, width), _BAR - 3, fill=colour, title=title)
    svg.text("0 s", 0, height + 12)
    svg.text(f"{longest:.2f} s", _WIDTH, height + 12, anchor="end")
    return svg.render()
