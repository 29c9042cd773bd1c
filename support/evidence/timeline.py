"""A small picture of who was answered what, and when: a lane for each, marks for what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, ROW, TOP = 900, 190, 22, 34  # pixels
COLOURS = ("#2e7d32", "#f9a825", "#6a1b9a", "#c62828", "#000000")
"""For the kinds of outcome, in the order they are given: good, expected, odd, bad, worse."""


@dataclass(frozen=True)
class Span:
    """One request: seconds from the beginning, its length, what became of it."""

    begin: float
    seconds: float
    outcome: str
    told: str


@dataclass(frozen=True)
class Lane:
    """Everything one person asked."""

    name: str
    spans: Sequence[Span]


def chart(lanes: Sequence[Lane], marks: Sequence[tuple[float, str]], outcomes: Sequence[str]) -> str:
    """Draw it as SVG."""
    ends = [span.begin + span.seconds for lane in lanes for span in lane.spans] + [at for at, _ in marks]
    scale = (WIDTH - LEFT) / (max(ends, default=0.0) or 1.0)
    end = TOP + len(lanes) * ROW
    height = end + 62
    parts = list(_axis(max(ends, default=0.0), scale, end))
    for row, lane in enumerate(lanes):
        y = TOP + row * ROW
        parts.append(f'<text x="0" y="{y + 13}">{escape(lane.name)}</text>')
        parts += [_bar(span, y, scale, outcomes) for span in lane.spans]
    for number, (at, what) in enumerate(marks):
        x = LEFT + at * scale
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{end}" stroke="#000"/>')
        anchor = "end" if x > WIDTH - 120 else "start"
        parts.append(
            f'<text x="{x:.1f}" y="{12 + 13 * (number % 2)}" text-anchor="{anchor}" font-weight="bold">'
            f"{escape(what)} ({at:.1f} s)</text>"
        )
    for number, outcome in enumerate(outcomes):
        x, y = LEFT + 140 * number, height - 10
        parts.append(f'<rect x="{x}" y="{y - 10}" width="10" height="10" fill="{COLOURS[number]}"/>')
        parts.append(f'<text x="{x + 14}" y="{y}">{escape(outcome)}</text>')
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" font-size="12" font-family="sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _axis(seconds: float, scale: float, y: int) -> Iterator[str]:
    """Yield a line for each tick, at most ten of them, and what it stands for."""
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 600) if seconds <= 10 * step or step == 600)
    for number in range(int(seconds / step) + 1):
        x = LEFT + number * step * scale
        yield f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{y}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{y + 16}" text-anchor="middle" fill="#666">{number * step:g} s</text>'


def _bar(span: Span, y: int, scale: float, outcomes: Sequence[str]) -> str:
    told = f": {span.told}" if span.told else ""
    return (
        f'<rect x="{LEFT + span.begin * scale:.1f}" y="{y}" width="{max(1.5, span.seconds * scale):.1f}" '
        f'height="{ROW - 6}" fill="{COLOURS[outcomes.index(span.outcome)]}">'
        f"<title>{escape(f'{span.outcome} at {span.begin:.2f} s after {span.seconds:.2f} s{told}')}</title></rect>"
    )
