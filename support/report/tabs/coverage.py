"""The tab "Coverage": summary, behaviours, roles, faults and API operations, with links to the scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from support.faults.components import Component, FailureMode
from support.gherkin.behaviours import behaviours, families
from support.gherkin.personas import Role
from support.report.coverage import BehaviourStatus, Coverage, CoverageStatus, ScenarioCounts
from support.report.manifest import Manifest, ScenarioEntry

ROLES = ("unauthenticated", *Role)
# No emoji: not every machine has a font with them.
_SYMBOLS = {"allowed": "✓", "rejected": "–"}

Cells = TypeVar("Cells")


@dataclass(frozen=True)
class ScenarioLink:
    """A scenario of a behaviour; `anchor` is empty if the page does not contain it."""

    title: str
    status: str
    anchor: str


@dataclass(frozen=True)
class BehaviourRow:
    """A behaviour with its status and its scenarios in this run."""

    id: str
    text: str
    status: BehaviourStatus
    scenarios: Sequence[ScenarioLink] = ()

    @property
    def is_warning(self) -> bool:
        """Whether someone has to act: a scenario failed, or is missing."""
        return self.status in (BehaviourStatus.FAILED, BehaviourStatus.NO_SCENARIO)


@dataclass(frozen=True)
class Family:
    """The behaviours whose ids start with the same letters."""

    prefix: str
    name: str
    rows: Sequence[BehaviourRow]

    def count(self, status: BehaviourStatus) -> int:
        """Return how many of its behaviours have a status."""
        return sum(row.status is status for row in self.rows)


@dataclass(frozen=True)
class EpicCoverage:
    """The behaviours that the scenarios of one epic cover, and those scenarios."""

    name: str
    covered: int
    behaviours: int
    passed: int
    failed: int
    skipped: int

    @property
    def percent(self) -> int:
        """The share of covered behaviours, rounded down: 100 means all of them."""
        return 100 * self.covered // self.behaviours if self.behaviours else 0


@dataclass(frozen=True)
class Operation:
    """An API operation, its parameters as dots, with the documented responses that were received and those not."""

    name: str
    covered: str
    not_covered: str


@dataclass(frozen=True)
class CoverageTab:
    """Everything that the template shows."""

    coverage: Coverage
    families: Sequence[Family]
    epics: Sequence[EpicCoverage]
    operations: Sequence[Operation]
    roles: Sequence[tuple[str, Sequence[str]]]
    faults: Sequence[tuple[str, Sequence[str]]]
    injected: Sequence[tuple[str, Sequence[str]]]
    lines: Sequence[str]
    statuses: Sequence[BehaviourStatus]
    role_names: Sequence[str] = field(default=ROLES)
    components: Sequence[str] = field(default_factory=lambda: [str(component) for component in Component])


def coverage_tab(coverage: Coverage, manifest: Manifest, anchors: Mapping[str, str]) -> CoverageTab:
    """Return the content of the tab; `anchors` are the places of scenarios in the page by location."""
    scenarios: dict[str, list[ScenarioLink]] = {}
    for entry in manifest.scenarios:
        link = ScenarioLink(entry.title, str(entry.status), anchors.get(entry.location, ""))
        scenarios.setdefault(entry.behaviour, []).append(link)
    rows = [BehaviourRow(id, text, coverage.status_of(id), scenarios.get(id, ())) for id, text in behaviours().items()]
    return CoverageTab(
        coverage=coverage,
        families=[
            Family(prefix, name, [row for row in rows if row.id.startswith(f"{prefix}-")])
            for prefix, name in families().items()
        ],
        epics=list(_epics(coverage, manifest.scenarios)),
        operations=[
            Operation(
                name,
                _statuses(found, CoverageStatus.COVERED),
                _statuses(found, CoverageStatus.FAILED_ONLY, CoverageStatus.NOT_COVERED),
            )
            for name, found in by_path(coverage.responses)
        ],
        roles=[
            (operation, [_SYMBOLS.get(cell, cell) for cell in _by_role(cells)])
            for operation, cells in by_path(coverage.roles)
        ],
        faults=[
            (str(mode), [_count(coverage.faults.get(component, {}).get(mode)) for component in Component])
            for mode in FailureMode
        ],
        injected=[
            (f"{component} is {mode}", ids)
            for component, modes in coverage.faults.items()
            for mode, ids in modes.items()
        ],
        lines=list(coverage.lines()),
        statuses=[
            status for status in BehaviourStatus if status is BehaviourStatus.COVERED or coverage.with_status(status)
        ],
    )


def by_path(operations: Mapping[str, Cells]) -> list[tuple[str, Cells]]:
    """Return operations sorted by path, with their parameters as dots."""
    ordered = sorted(operations.items(), key=lambda one: one[0].split(" ")[::-1])
    return [(re.sub(r"\{\w+\}", "…", name), cells) for name, cells in ordered]


def _epics(coverage: Coverage, entries: Iterable[ScenarioEntry]) -> Iterable[EpicCoverage]:
    """Yield the coverage of each epic of the run, by name."""
    epics: dict[str, list[ScenarioEntry]] = {}
    for entry in entries:
        epics.setdefault(entry.epic or entry.feature, []).append(entry)
    for name, members in sorted(epics.items()):
        ids = {entry.behaviour for entry in members if entry.behaviour}
        covered = sum(coverage.behaviours.get(id, ScenarioCounts()).status is BehaviourStatus.COVERED for id in ids)
        statuses = [str(entry.status) for entry in members]
        skipped, passed = statuses.count("skipped"), statuses.count("passed")
        yield EpicCoverage(name, covered, len(ids), passed, len(members) - passed - skipped, skipped)


def _by_role(cells: Mapping[str, str]) -> list[str]:
    return [cells.get(role, "") for role in ROLES]


def _count(ids: Sequence[str] | None) -> str:
    return str(len(ids)) if ids else ""


def _statuses(found: Mapping[str, CoverageStatus], *selected: CoverageStatus) -> str:
    return ", ".join(
        f"{status}*" if coverage_status is CoverageStatus.FAILED_ONLY else status
        for status, coverage_status in found.items()
        if coverage_status in selected
    )
