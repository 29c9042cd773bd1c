"""What a run showed: agreed behaviours, the API's operations and answers, who may do what, what was broken on purpose.

Only what a passing scenario showed counts as shown. What lies outside a run of a part of the suite is not missing: it
is "not in this run".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from support.gherkin.behaviours import behaviours

FILE = "coverage.json"

Cell = TypeVar("Cell")


class State(StrEnum):
    """What a run says of an agreed behaviour, the best first."""

    SHOWN = "shown"
    NOT_PASSED = "did not pass"
    SKIPPED = "skipped"
    NOT_PART = "not in this run"
    NO_SCENARIO = "without a scenario"


class CoverageStatus(StrEnum):
    """Whether an answer that the OpenAPI document describes was given."""

    SEEN = "seen"
    UNPROVEN = "seen only in scenarios that did not pass"
    NOT_SEEN = "not seen"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Shown(_Part):
    """How many scenarios of a behaviour passed, and so on; `known` says whether it has any, selected or not."""

    passed: int = 0
    not_passed: int = 0
    skipped: int = 0
    known: bool = False

    @property
    def state(self) -> State:
        """The behaviour is shown if all of its scenarios that had a say passed."""
        if self.not_passed:
            return State.NOT_PASSED
        if self.passed:
            return State.SHOWN
        if self.skipped:
            return State.SKIPPED
        return State.NOT_PART if self.known else State.NO_SCENARIO

    def __add__(self, other: Shown) -> Shown:
        return Shown(
            passed=self.passed + other.passed,
            not_passed=self.not_passed + other.not_passed,
            skipped=self.skipped + other.skipped,
            known=self.known or other.known,
        )


class Coverage(_Part):
    """What a run, or several shards of one, showed. `scenarios` of `available` were selected."""

    scenarios: int
    available: int
    behaviours: dict[str, Shown]
    answers: dict[str, dict[str, CoverageStatus]]
    roles: dict[str, dict[str, str]]
    faults: dict[str, dict[str, list[str]]]

    @property
    def whole(self) -> bool:
        """Whether the run had every scenario that there is."""
        return self.scenarios >= self.available

    def in_state(self, state: State) -> list[str]:
        """The ids of the catalogue's behaviours in a state."""
        return [id for id in behaviours() if self.behaviours.get(id, Shown()).state is state]

    @property
    def never_called(self) -> list[str]:
        """Operations of which no answer was seen in a passing scenario."""
        return [name for name, answers in self.answers.items() if CoverageStatus.SEEN not in answers.values()]

    def count(self, sight: CoverageStatus) -> int:
        """How many answers were seen, or not."""
        return sum(each is sight for answers in self.answers.values() for each in answers.values())

    def lines(self) -> Iterable[str]:
        """Yield what was shown in a line for each kind."""
        part = "" if self.whole else f"; this was a part of the suite, {self.scenarios} of {self.available} scenarios"
        yield f"Agreed behaviours shown: {len(self.in_state(State.SHOWN))} of {len(behaviours())}{part}"
        if self.answers:
            yield (
                f"Compared with the OpenAPI document: {len(self.answers) - len(self.never_called)} of "
                f"{len(self.answers)} operations, {self.count(CoverageStatus.SEEN)} of "
                f"{sum(map(len, self.answers.values()))} of their answers were seen"
            )

    def write(self, folder: Path) -> Path:
        """Write it into a folder of reports."""
        file = folder / FILE
        states = {id: self.behaviours.get(id, Shown()).state for id in behaviours()}
        content = self.model_dump(mode="json") | {"whole": self.whole, "states": states}
        file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return file


def read(folder: Path) -> Coverage | None:
    """Read what a run wrote; None where it wrote nothing. ValueError for something else."""
    file = folder / FILE
    return Coverage.model_validate_json(file.read_bytes()) if file.exists() else None


def read_all(folders: Iterable[Path]) -> Coverage | None:
    """Read what a run, or its shards, wrote; None where none of them wrote anything."""
    parts = [part for part in map(read, folders) if part is not None]
    return merged(parts) if parts else None


def merged(parts: Iterable[Coverage]) -> Coverage:
    """Make one of the shards of a run: each scenario ran in one of them."""
    return reduce(_both, parts)


def _both(one: Coverage, other: Coverage) -> Coverage:
    ids = dict.fromkeys([*one.behaviours, *other.behaviours])
    return Coverage(
        scenarios=one.scenarios + other.scenarios,
        available=max(one.available, other.available),
        behaviours={id: one.behaviours.get(id, Shown()) + other.behaviours.get(id, Shown()) for id in ids},
        answers=_joined(one.answers, other.answers, _better),
        roles=_joined(one.roles, other.roles, _either),
        faults=_joined(one.faults, other.faults, lambda a, b: sorted({*a, *b})),
    )


def _joined(
    one: Mapping[str, Mapping[str, Cell]], other: Mapping[str, Mapping[str, Cell]], join: Callable[[Cell, Cell], Cell]
) -> dict[str, dict[str, Cell]]:
    """Join two tables; `join` is asked where both have a cell."""
    table = {row: dict(cells) for row, cells in one.items()}
    for row, cells in other.items():
        known = table.setdefault(row, {})
        for column, cell in cells.items():
            known[column] = join(known[column], cell) if column in known else cell
    return table


def _better(one: CoverageStatus, other: CoverageStatus) -> CoverageStatus:
    return min(one, other, key=list(CoverageStatus).index)


def _either(one: str, other: str) -> str:
    """Two scenarios that saw the same say it once."""
    return one if one == other else f"{one}; {other}"
