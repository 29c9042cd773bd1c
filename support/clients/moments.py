"""What people at work saw: what became of each request, told in words, figures and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from support.drivers.http import Answer
from support.evidence.timeline import Lane, Span, picture


class Outcome(StrEnum):
    """What became of one request."""

    SERVED = "successful"
    REFUSED = "refused in order"
    DISCONNECTED = "disconnected"
    HUNG = "left hanging"
    WRONG = "answered wrongly"


FIGURES = ("", *Outcome, "longest")
"""The columns of `figures`."""


TREATMENTS = {
    "successful": (Outcome.SERVED,),
    "successful or rejected with 503": (Outcome.SERVED, Outcome.REFUSED),
    "successful, rejected with 503 or disconnected": (Outcome.SERVED, Outcome.REFUSED, Outcome.DISCONNECTED),
    "successful or disconnected": (Outcome.SERVED, Outcome.DISCONNECTED),
}
"""What may become of requests, as features say it."""


@dataclass(frozen=True)
class Moment:
    """One request of one person; `begin` is on the monotonic clock, `told` what was wrong with the answer."""

    person: str
    begin: float
    seconds: float
    outcome: Outcome
    told: str = ""


def judge(answer: Answer) -> tuple[Outcome, str]:
    """Return what became of a request that was answered so, and what was wrong with the answer."""
    if answer.status < 400:
        return Outcome.SERVED, ""
    if answer.status == 503:
        return Outcome.REFUSED, str(answer.error["type"])
    return Outcome.WRONG, f"{answer} was answered {answer.status}: {answer.body[:200]!r}"


def all_served(moments: Sequence[Moment], number: int) -> bool:
    """Whether there are so many moments at least, and each was served."""
    return len(moments) >= number and all(moment.outcome is Outcome.SERVED for moment in moments)


def story(moments: Sequence[Moment], since: float) -> str:
    """Return the first moments in words, with times after `since` (seconds on the monotonic clock)."""
    told = [
        f"{moment.person} at {moment.begin - since:.1f} s: {moment.outcome} after {moment.seconds:.1f} s"
        + (f" ({moment.told})" if moment.told else "")
        for moment in moments[:5]
    ]
    return "; ".join(told) + (f"; and {len(moments) - 5} more" if len(moments) > 5 else "")


def drawing(people: Mapping[str, Sequence[Moment]], marks: Sequence[tuple[float, str]], since: float) -> str:
    """Return an SVG with a lane for each of the people, and a line for each mark: when something happened, and what."""
    lanes = [
        Lane(name, [Span(moment.begin - since, moment.seconds, moment.outcome, moment.told) for moment in moments])
        for name, moments in people.items()
    ]
    return picture(lanes, [(at - since, what) for at, what in marks], [*Outcome])


def figures(people: Mapping[str, Sequence[Moment]]) -> Iterator[Sequence[object]]:
    """Yield for each of the people how often each outcome was, and the longest wait."""
    for name, moments in people.items():
        counts = [sum(moment.outcome is outcome for moment in moments) for outcome in Outcome]
        longest = max((moment.seconds for moment in moments), default=0.0)
        yield name, *counts, f"{longest:.2f} s"
