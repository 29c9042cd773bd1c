"""The coverage of a run: behaviours, API operations and their responses, roles, and injected faults.

A behaviour is covered if its scenarios passed. Behaviours outside the selection are "not in this run".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from support.errors import ReportError
from support.gherkin.behaviours import behaviours

FILE = "coverage.json"

Cell = TypeVar("Cell")


class BehaviourStatus(StrEnum):
    """The status of a behaviour in a run, the best first."""

    COVERED = "covered"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_IN_RUN = "not in this run"
    NO_SCENARIO = "no scenario"


class CoverageStatus(StrEnum):
    """Whether a documented response was received."""

    COVERED = "covered"
    FAILED_ONLY = "only in failed scenarios"
    NOT_COVERED = "not covered"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScenarioCounts(_Part):
    """How many scenarios of a behaviour passed, failed and were skipped; `known` if it has any, selected or not."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    known: bool = False

    @property
    def status(self) -> BehaviourStatus:
        """The status of the behaviour: covered if all of its scenarios that were not skipped passed."""
        if self.failed:
            return BehaviourStatus.FAILED
        if self.passed:
            return BehaviourStatus.COVERED
        if self.skipped:
            return BehaviourStatus.SKIPPED
        return BehaviourStatus.NOT_IN_RUN if self.known else BehaviourStatus.NO_SCENARIO

    def __add__(self, other: ScenarioCounts) -> ScenarioCounts:
        return ScenarioCounts(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            known=self.known or other.known,
        )


class Coverage(_Part):
    """The coverage of a run, or of several shards of one. `scenarios` of `available` were selected."""

    scenarios: int
    available: int
    behaviours: dict[str, ScenarioCounts]
    responses: dict[str, dict[str, CoverageStatus]]
    roles: dict[str, dict[str, str]]
    faults: dict[str, dict[str, list[str]]]

    @property
    def complete(self) -> bool:
        """Whether all scenarios were selected."""
        return self.scenarios >= self.available

    def status_of(self, id: str) -> BehaviourStatus:
        """Return the status of a behaviour."""
        return self.behaviours.get(id, ScenarioCounts()).status

    def with_status(self, status: BehaviourStatus) -> list[str]:
        """Return the ids of the behaviours with a status."""
        return [id for id in behaviours() if self.status_of(id) is status]

    @property
    def not_called(self) -> list[str]:
        """The operations without a response in a passed scenario."""
        return [name for name, found in self.responses.items() if CoverageStatus.COVERED not in found.values()]

    def count(self, status: CoverageStatus) -> int:
        """Return how many documented responses have a status."""
        return sum(each is status for found in self.responses.values() for each in found.values())

    def lines(self) -> Iterable[str]:
        """Yield the coverage in one line for behaviours and one for the API."""
        part = "" if self.complete else f" (partial run: {self.scenarios:,} of {self.available:,} scenarios)"
        yield f"Behaviours covered: {len(self.with_status(BehaviourStatus.COVERED))} of {len(behaviours())}{part}"
        if self.responses:
            yield (
                f"API operations covered: {len(self.responses) - len(self.not_called)} of {len(self.responses)}; "
                f"{self.count(CoverageStatus.COVERED)} different documented responses received"
            )

    def write(self, folder: Path) -> Path:
        """Write the coverage into a folder of reports and return the file."""
        file = folder / FILE
        statuses = {id: self.status_of(id) for id in behaviours()}
        content = self.model_dump(mode="json") | {"complete": self.complete, "statuses": statuses}
        file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return file


def read(folder: Path) -> Coverage | None:
    """Read the coverage of a run; None if there is none. Raises ReportError if it is unreadable."""
    file = folder / FILE
    if not file.exists():
        return None
    try:
        return Coverage.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise ReportError(f"{file}: unreadable ({error.errors()[0]['msg']}). Run behave again.") from error


def read_all(folders: Iterable[Path]) -> Coverage | None:
    """Read the coverage of all shards of a run; None if there is none."""
    parts = [part for part in map(read, folders) if part is not None]
    return merged(parts) if parts else None


def merged(parts: Iterable[Coverage]) -> Coverage:
    """Return the coverage of all shards together: each scenario ran in one of them."""
    return reduce(_both, parts)


def _both(one: Coverage, other: Coverage) -> Coverage:
    ids = dict.fromkeys([*one.behaviours, *other.behaviours])
    return Coverage(
        scenarios=one.scenarios + other.scenarios,
        available=max(one.available, other.available),
        behaviours={
            id: one.behaviours.get(id, ScenarioCounts()) + other.behaviours.get(id, ScenarioCounts()) for id in ids
        },
        responses=_joined(one.responses, other.responses, _better),
        roles=_joined(one.roles, other.roles, _either),
        faults=_joined(one.faults, other.faults, lambda a, b: sorted({*a, *b})),
    )


def _joined(
    one: Mapping[str, Mapping[str, Cell]], other: Mapping[str, Mapping[str, Cell]], join: Callable[[Cell, Cell], Cell]
) -> dict[str, dict[str, Cell]]:
    """Join two tables; `join` combines cells that both have."""
    table = {row: dict(cells) for row, cells in one.items()}
    for row, cells in other.items():
        known = table.setdefault(row, {})
        for column, cell in cells.items():
            known[column] = join(known[column], cell) if column in known else cell
    return table


def _better(one: CoverageStatus, other: CoverageStatus) -> CoverageStatus:
    return min(one, other, key=list(CoverageStatus).index)


def _either(one: str, other: str) -> str:
    """Return both results, equal ones once."""
    return one if one == other else f"{one}; {other}"
