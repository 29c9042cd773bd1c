"""A chart of requests over time: a lane for each caller, and lines for events such as injected faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.evidence.svg import Svg

WIDTH, LEFT, ROW, TOP = 900, 190, 22, 34  # pixels
COLOURS = ("#2e7d32", "#f9a825", "#6a1b9a", "#c62828", "#000000")
"""Colours of the outcomes in the given order, from good to bad."""

_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 600)  # seconds between ticks


@dataclass(frozen=True)
class Span:
    """One request: `begin` and `seconds` in seconds since the start of the chart, its outcome, and a description."""

    begin: float
    seconds: float
    outcome: str
    told: str


@dataclass(frozen=True)
class Lane:
    """The requests of one caller."""

    name: str
    spans: Sequence[Span]


def chart(lanes: Sequence[Lane], marks: Sequence[tuple[float, str]], outcomes: Sequence[str]) -> str:
    """Return the chart as SVG; `marks` are events with their time in seconds, `outcomes` the legend."""
    ends = [span.begin + span.seconds for lane in lanes for span in lane.spans] + [at for at, _ in marks]
    seconds = max(ends, default=0.0)
    scale = (WIDTH - LEFT) / (seconds or 1.0)
    bottom = TOP + len(lanes) * ROW
    svg = Svg(WIDTH, bottom + 62)
    _add_axis(svg, seconds, scale, bottom)
    for row, lane in enumerate(lanes):
        y = TOP + row * ROW
        svg.text(lane.name, 0, y + 13)
        for span in lane.spans:
            _add_span(svg, span, y, scale, outcomes)
    for number, (at, event) in enumerate(marks):
        x = LEFT + at * scale
        svg.vertical_line(x, TOP - 4, bottom, stroke="#000")
        anchor = "end" if x > WIDTH - 120 else "start"
        svg.text(f"{event} ({at:.1f} s)", x, 12 + 13 * (number % 2), anchor=anchor, bold=True)
    for number, outcome in enumerate(outcomes):
        x, y = LEFT + 140 * number, bottom + 52
        svg.rectangle(x, y - 10, 10, 10, fill=COLOURS[number])
        svg.text(outcome, x + 14, y)
    return svg.render()


def _add_axis(svg: Svg, seconds: float, scale: float, y: int) -> None:
    """Add at most ten ticks with their times."""
    step = next(step for step in _TICKS if seconds <= 10 * step or step == _TICKS[-1])
    for number in range(int(seconds / step) + 1):
        x = LEFT + number * step * scale
        svg.vertical_line(x, TOP - 4, y, stroke="#ddd")
        svg.text(f"{number * step:g} s", x, y + 16, anchor="middle", fill="#666")


def _add_span(svg: Svg, span: Span, y: int, scale: float, outcomes: Sequence[str]) -> None:
    description = f": {span.told}" if span.told else ""
    svg.rectangle(
        LEFT + span.begin * scale,
        y,
        max(1.5, span.seconds * scale),
        ROW - 6,
        fill=COLOURS[outcomes.index(span.outcome)],
        title=f"{span.outcome} at {span.begin:.2f} s after {span.seconds:.2f} s{description}",
    )
