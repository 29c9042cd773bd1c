"""The fault matrix: which behaviours are covered for which component and failure mode, as Markdown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from support.faults.components import EMBEDDED_FAULTS, MEANINGS, Component, FailureMode

Fault = tuple[Component, FailureMode]
_INJECTION = re.compile(
    f"({'|'.join(map(re.escape, Component))}) is (?:suddenly )?({'|'.join(map(re.escape, FailureMode))})(?: for .+)?"
)


def fault_of_step(text: str) -> Fault | None:
    """Return the fault that a step injects; None for any other step."""
    found = _INJECTION.fullmatch(text)
    return (Component(found[1]), FailureMode(found[2])) if found else None


def behaviours_by_fault(scenarios: Iterable[tuple[str, Sequence[str]]]) -> Mapping[Fault, set[str]]:
    """Return the behaviour ids of each fault. A scenario is its behaviour id and the texts of its steps."""
    result: dict[Fault, set[str]] = defaultdict(set)
    for behaviour, steps in scenarios:
        for fault in filter(None, map(fault_of_step, steps)):
            result[fault].add(behaviour)
    return result


def render_matrix(behaviours: Mapping[Fault, Iterable[str]]) -> str:
    """Return the matrix as Markdown: components by failure modes, each cell with its behaviours.

    A cell is empty where the embedded platform has no such fault, and `-` where no scenario injects it.
    """
    return "\n".join([*_table(behaviours), "", *_legend()]) + "\n"


def _table(behaviours: Mapping[Fault, Iterable[str]]) -> Iterator[str]:
    yield "| " + " | ".join(["Failure mode", *Component]) + " |"
    yield "| " + " | ".join(["---"] * (len(Component) + 1)) + " |"
    for mode in FailureMode:
        cells = [_cell(component, mode, behaviours) for component in Component]
        yield "| " + " | ".join([mode, *cells]) + " |"


def _cell(component: Component, mode: FailureMode, behaviours: Mapping[Fault, Iterable[str]]) -> str:
    covered = sorted(behaviours.get((component, mode), ()))
    return ", ".join(covered) or ("-" if mode in EMBEDDED_FAULTS[component] else " ")


def _legend() -> Iterator[str]:
    yield "| Failure mode | Meaning |"
    yield "| --- | --- |"
    for mode, meaning in MEANINGS.items():
        yield f"| {mode} | {meaning} |"
