"""The coverage of a run: behaviours, API responses, roles and faults, from the outcomes of its scenarios."""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from behave.model import Feature, Scenario
from behave.model_type import Status

from support.evidence.exchanges import Answered, Observed
from support.gherkin.behaviours import ids_of
from support.gherkin.keywords import keywords_in
from support.gherkin.parse import feature_files
from support.gherkin.tags import ID
from support.report.coverage import Coverage, CoverageStatus, ScenarioCounts
from support.runner.workers.outcome import ScenarioOutcome

_ID = re.compile(rf"@{re.escape(ID)}([A-Z]+-\d+)")


def coverage_of(
    features: Sequence[Feature],
    chosen: Sequence[Scenario],
    outcomes: Mapping[int, ScenarioOutcome],
    documented: Collection[Answered],
    folder: Path,
) -> Coverage:
    """Return the coverage of a run that has ended.

    `chosen` are the selected scenarios with their statuses, `outcomes` what they observed, by position. `folder`
    contains all features; those that were not loaded are not part of the run.
    """
    loaded = [scenario for feature in features for scenario in feature.walk_scenarios()]
    others = list(_not_loaded(folder, features))
    ran = [(scenario, outcomes[number].observed) for number, scenario in enumerate(chosen) if number in outcomes]
    passed = [(scenario, observed) for scenario, observed in ran if scenario.status == Status.passed]
    known = {id for scenario in loaded for id in ids_of(scenario.tags)}.union(*map(_ID.findall, others))
    return Coverage(
        scenarios=len(chosen),
        available=len(loaded) + sum(map(scenarios_in, others)),
        behaviours=_behaviours(chosen, known),
        responses=_responses(documented, ran, passed),
        roles=_roles(passed),
        faults=_faults(passed),
    )


def count_available(features: Sequence[Feature], folder: Path) -> int:
    """Return the number of scenarios in all features of the folder, selected or not."""
    loaded = sum(len(feature.walk_scenarios()) for feature in features)
    return loaded + sum(map(scenarios_in, _not_loaded(folder, features)))


def _not_loaded(folder: Path, features: Sequence[Feature]) -> Iterator[str]:
    """Yield the text of every feature that the command line did not select."""
    loaded = {Path(feature.filename).resolve() for feature in features}
    for file in feature_files([folder]) if folder.is_dir() else []:
        with contextlib.suppress(OSError):  # it was not to run: no reason to stop here
            if file.resolve() not in loaded:
                yield file.read_text(encoding="utf-8", errors="replace")


def scenarios_in(text: str) -> int:
    """Count the scenarios of a feature, each row of Examples being one, without the time that parsing takes."""
    known, count, examples = keywords_in(text), 0, False
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("|"):
            count += examples
        elif known.block_of(line) in known.examples:
            count, examples = count - 1, True  # the first row names the columns
        elif not line.startswith("#"):
            count, examples = count + (known.block_of(line) in known.scenarios), False
    return count


def _behaviours(chosen: Iterable[Scenario], known: Iterable[str]) -> dict[str, ScenarioCounts]:
    counts = {id: ScenarioCounts(known=True) for id in sorted(known)}
    for scenario in chosen:
        for id in ids_of(scenario.tags):
            counts[id] += ScenarioCounts(
                passed=scenario.status == Status.passed,
                failed=scenario.status not in (Status.passed, Status.skipped),
                skipped=scenario.status == Status.skipped,
            )
    return counts


Observations = Sequence[tuple[Scenario, Observed]]


def _responses(
    documented: Iterable[Answered], ran: Observations, passed: Observations
) -> dict[str, dict[str, CoverageStatus]]:
    responses: dict[str, dict[str, CoverageStatus]] = defaultdict(dict)
    for operation, status in sorted(documented):
        responses[operation][status] = CoverageStatus.NOT_COVERED
    for coverage_status, observations in ((CoverageStatus.FAILED_ONLY, ran), (CoverageStatus.COVERED, passed)):
        for _, observed in observations:
            for operation, status in observed.answers:
                responses[operation][status] = coverage_status
    return dict(responses)


def _roles(passed: Observations) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for _, observed in passed:
        for operation, role, verdict in observed.verdicts:
            found[operation][role].add(verdict)
    return {
        operation: {role: "; ".join(sorted(verdicts)) for role, verdicts in roles.items()}
        for operation, roles in sorted(found.items())
    }


def _faults(passed: Observations) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for scenario, observed in passed:
        for component, failure_mode in observed.faults:
            found[component][failure_mode].update(ids_of(scenario.tags))
    return {part: {mode: sorted(ids) for mode, ids in modes.items()} for part, modes in found.items()}
