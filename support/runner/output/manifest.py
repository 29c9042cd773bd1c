"""The manifest of a run: behave's own verdict on each scenario, as plain data for summary and report."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from behave.configuration import Configuration
from behave.model import Scenario
from behave.model_type import Status as BehaveStatus

from support.allure.descriptions import described
from support.allure.status import status_of
from support.errors import FeatureError, StepError
from support.gherkin import tags
from support.report import known_issues
from support.report.known_issues import KnownIssue
from support.report.manifest import Cause, Manifest, ScenarioEntry, Severity, Status
from support.runner.options import Options
from support.runner.workers.outcome import ScenarioOutcome

# What only a mistake in Python raises; a step or hook that raises it is itself to blame.
_MISTAKES = frozenset(
    one.__name__
    for one in (
        *(ArithmeticError, AttributeError, ImportError, IndexError, KeyError, LookupError, NameError, TypeError),
        *(ModuleNotFoundError, NotImplementedError, RecursionError, UnboundLocalError, ValueError, ZeroDivisionError),
        StepError,
    )
)


@dataclass(frozen=True)
class Circumstances:
    """What is known of a run beside its scenarios; `began` in UTC."""

    run: str
    began: datetime
    target: str
    build: str
    known_issues: Sequence[KnownIssue]


def manifest_of(
    chosen: Sequence[Scenario],
    outcomes: Mapping[int, ScenarioOutcome],
    troubles: Sequence[str],
    about: Circumstances,
    options: Options,
    config: Configuration,
) -> Manifest:
    """Describe a run that has ended; `chosen` holds behave's verdicts, `outcomes` what it took to come to them."""
    today = about.began.astimezone().date()
    entries = [_entry(scenario, outcomes.get(number)) for number, scenario in enumerate(chosen)]
    entries = [_with_known_issue(entry, about.known_issues, today) for entry in entries]
    selection = _selection(config)
    remarks = known_issues.warnings(
        about.known_issues,
        passed=[entry for entry in entries if entry.status is Status.PASSED],
        not_passed=[entry for entry in entries if entry.cause is not None],
        today=today,
        everything_ran=not selection and options.shard.count == 1,
    )
    return Manifest(
        run=about.run,
        began=about.began,
        seconds=round((datetime.now(UTC) - about.began).total_seconds(), 2),
        target=about.target,
        build=about.build,
        commit=_commit(),
        selection=selection,
        seed=options.seed or "",
        workers=config.jobs,
        given=(options.shard.number,),
        shards=options.shard.count,
        flaky_fails=options.flaky_fails,
        scenarios=tuple(entries),
        troubles=tuple(troubles),
        known_issues=tuple(about.known_issues),
        remarks=tuple(remarks),
    )


def _entry(scenario: Scenario, outcome: ScenarioOutcome | None) -> ScenarioEntry:
    shown = described(scenario, 0)
    labels = {label.name: label.value for label in shown.labels}
    severity = labels.get("severity", Severity.NORMAL)
    return ScenarioEntry(
        location=shown.fullName,
        title=shown.name,
        feature=scenario.feature.name,
        epic=labels.get("epic", ""),
        behaviour=_behaviour(scenario),
        severity=Severity(severity) if severity in list(Severity) else Severity.NORMAL,
        status=Status(status_of(scenario)) if outcome else Status.NOT_RUN,
        cause=_cause(scenario) if outcome and scenario.status.has_failed() else None,
        message=outcome.message if outcome else "",
        attempts=outcome.attempts if outcome else 1,
        seconds=round(outcome.seconds, 3) if outcome else 0.0,
        not_checked=outcome.not_checked if outcome else (),
    )


def _behaviour(scenario: Scenario) -> str:
    return next((str(tag)[len(tags.ID) :] for tag in scenario.effective_tags if str(tag).startswith(tags.ID)), "")


def _cause(scenario: Scenario) -> Cause:
    """A check that failed counts before whatever else went wrong in the same scenario."""
    steps = [step for step in scenario.all_steps if step.status.has_failed()]
    if any(step.status == BehaveStatus.failed for step in steps):
        return Cause.PRODUCT
    if any(step.status.is_undefined() or step.status.is_pending() for step in steps):
        return Cause.NOT_BUILT
    exceptions = [step.exception for step in steps] or [scenario.exception]
    if any(isinstance(one, FeatureError) or type(one).__name__ in _MISTAKES for one in exceptions):
        return Cause.TEST_CODE
    return Cause.SURROUNDINGS


def _with_known_issue(entry: ScenarioEntry, issues: Sequence[KnownIssue], today: date) -> ScenarioEntry:
    issue = known_issues.explaining(issues, entry, today) if entry.cause else None
    return entry.model_copy(update={"cause": Cause.KNOWN, "known_issue": issue.id}) if issue else entry


def _selection(config: Configuration) -> str:
    """What on the command line left scenarios out, as it was written there; empty where nothing did."""
    paths = [] if config.paths == config.defaults.get("paths") else config.paths
    parts = [
        *(os.path.relpath(path) for path in paths),
        *(f"--tags={shlex.quote(tag)}" for tag in config.tags or ()),
        *(f"--name={shlex.quote(name)}" for name in config.name or ()),
        *([f"--include={shlex.quote(config.include_re.pattern)}"] if config.include_re else []),
        *([f"--exclude={shlex.quote(config.exclude_re.pattern)}"] if config.exclude_re else []),
    ]
    return " ".join(parts)


def _commit() -> str:
    """The commit of this project, with a word where files differ from it; empty outside git."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty=, with changes", "--abbrev=10", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
