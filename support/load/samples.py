"""Samples of background traffic: outcomes, figures and a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from support.checks.envelope import error_of
from support.drivers.http import Response
from support.evidence.timeline import Lane, Span, chart


class Outcome(StrEnum):
    """The outcome of one request."""

    SUCCESSFUL = "successful"
    REJECTED = "rejected with 503"
    DISCONNECTED = "disconnected"
    TIMED_OUT = "timed out"
    INVALID = "invalid response"


FIGURES = ("", *Outcome, "longest")
"""The columns of `count_outcomes`."""


OUTCOMES = {
    "successful": (Outcome.SUCCESSFUL,),
    "successful or rejected with 503": (Outcome.SUCCESSFUL, Outcome.REJECTED),
    "successful, rejected with 503 or disconnected": (Outcome.SUCCESSFUL, Outcome.REJECTED, Outcome.DISCONNECTED),
    "successful or disconnected": (Outcome.SUCCESSFUL, Outcome.DISCONNECTED),
}
"""Allowed outcomes of requests, as features write them."""


@dataclass(frozen=True)
class Sample:
    """One request of one client; `start` is on the monotonic clock, `error` the error of the response."""

    client: str
    start: float
    seconds: float
    outcome: Outcome
    error: str = ""


def classify(response: Response) -> tuple[Outcome, str]:
    """Return the outcome of a request with this response, and the error of the response."""
    if response.status < 400:
        return Outcome.SUCCESSFUL, ""
    if response.status == 503:
        return Outcome.REJECTED, str(error_of(response)["type"])
    return Outcome.INVALID, f"{response}: {response.status} {response.body[:200]!r}"


def all_successful(samples: Sequence[Sample], number: int) -> bool:
    """Whether there are at least `number` samples, and all are successful."""
    return len(samples) >= number and all(sample.outcome is Outcome.SUCCESSFUL for sample in samples)


def describe_samples(samples: Sequence[Sample], since: float) -> str:
    """Return the first samples as text, with times after `since` (seconds on the monotonic clock)."""
    listed = [
        f"{sample.client} at {sample.start - since:.1f} s: {sample.outcome} after {sample.seconds:.1f} s"
        + (f" ({sample.error})" if sample.error else "")
        for sample in samples[:5]
    ]
    return "; ".join(listed) + (f"; and {len(samples) - 5} more" if len(samples) > 5 else "")


def samples_chart(clients: Mapping[str, Sequence[Sample]], events: Sequence[tuple[float, str]], since: float) -> str:
    """Return an SVG with a lane for each client, and a line for each event (time, text)."""
    lanes = [
        Lane(name, [Span(sample.start - since, sample.seconds, sample.outcome, sample.error) for sample in samples])
        for name, samples in clients.items()
    ]
    return chart(lanes, [(at - since, text) for at, text in events], [*Outcome])


def count_outcomes(clients: Mapping[str, Sequence[Sample]]) -> Iterator[Sequence[object]]:
    """Yield for each client the number of samples of each outcome, and the longest duration."""
    for name, samples in clients.items():
        counts = [sum(sample.outcome is outcome for sample in samples) for outcome in Outcome]
        longest = max((sample.seconds for sample in samples), default=0.0)
        yield name, *counts, f"{longest:.2f} s"
