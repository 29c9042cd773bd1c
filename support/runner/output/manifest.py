"""Builds the manifest of a run, the data of summary and report, from the outcomes of its scenarios."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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

# Errors that only a mistake in Python code raises: the step or hook is to blame.
_CODE_ERRORS = frozenset(
    one.__name__
    for one in (
        *(ArithmeticError, AttributeError, ImportError, IndexError, KeyError, LookupError, NameError, TypeError),
        *(ModuleNotFoundError, NotImplementedError, RecursionError, UnboundLocalError, ValueError, ZeroDivisionError),
        StepError,
    )
)


@dataclass(frozen=True)
class Circumstances:
    """What is known about a run besides its scenarios; `began` in UTC."""

    run: str
    began: datetime
    target: str
    build: str
    known_issues: Sequence[KnownIssue]
    product: str = ""
    minimum: int = 0
    links: Mapping[str, str] = field(default_factory=dict)
    available: int = 0


def manifest_of(
    chosen: Sequence[Scenario],
    outcomes: Mapping[int, ScenarioOutcome],
    problems: Sequence[str],
    circumstances: Circumstances,
    options: Options,
    config: Configuration,
) -> Manifest:
    """Return the manifest of a run; `chosen` are its scenarios with their statuses, `outcomes` theirs by position."""
    today = circumstances.began.astimezone().date()
    entries = [_entry(scenario, outcomes.get(number)) for number, scenario in enumerate(chosen)]
    entries = [_with_known_issue(entry, circumstances.known_issues, today) for entry in entries]
    selection = _selection(config)
    warnings = known_issues.warnings(
        circumstances.known_issues,
        passed=[entry for entry in entries if entry.status is Status.PASSED],
        not_passed=[entry for entry in entries if entry.cause is not None],
        today=today,
        everything_ran=not selection and options.shard.count == 1 and len(outcomes) == len(chosen),
    )
    return Manifest(
        run=circumstances.run,
        started=circumstances.began,
        seconds=round((datetime.now(UTC) - circumstances.began).total_seconds(), 2),
        target=circumstances.target,
        version=circumstances.build,
        product=circumstances.product,
        minimum=circumstances.minimum,
        available=circumstances.available,
        links=dict(circumstances.links),
        commit=_commit(),
        selection=selection,
        seed=options.seed or "",
        workers=config.jobs,
        shard_numbers=(options.shard.number,),
        shards=options.shard.count,
        flaky_fails=options.flaky_fails,
        scenarios=tuple(entries),
        errors=tuple(dict.fromkeys(problems)),
        known_issues=tuple(circumstances.known_issues),
        warnings=tuple(warnings),
    )


def _entry(scenario: Scenario, outcome: ScenarioOutcome | None) -> ScenarioEntry:
    description = described(scenario, 0)
    labels = {label.name: label.value for label in description.labels}
    severity = labels.get("severity", Severity.NORMAL)
    return ScenarioEntry(
        location=description.fullName,
        title=description.name,
        history_id=str(description.historyId or ""),
        feature=scenario.feature.name,
        epic=labels.get("epic", ""),
        behaviour=_behaviour(scenario),
        severity=Severity(severity) if severity in list(Severity) else Severity.NORMAL,
        status=Status(status_of(scenario)) if outcome else Status.NOT_RUN,
        cause=_cause(scenario, outcome) if outcome and scenario.status.has_failed() else None,
        message=outcome.message if outcome else "",
        attempts=outcome.attempts if outcome else 1,
        seconds=round(outcome.seconds, 3) if outcome else 0.0,
        skipped_checks=outcome.not_checked if outcome else (),
    )


def _behaviour(scenario: Scenario) -> str:
    return next((str(tag)[len(tags.ID) :] for tag in scenario.effective_tags if str(tag).startswith(tags.ID)), "")


def _cause(scenario: Scenario, outcome: ScenarioOutcome) -> Cause:
    """Return the cause of a failure; a failed check counts before other errors of the scenario."""
    steps = [step for step in scenario.all_steps if step.status.has_failed()]
    if outcome.product_failed or any(step.status == BehaveStatus.failed for step in steps):
        return Cause.PRODUCT
    if any(step.status.is_undefined() or step.status.is_pending() for step in steps):
        return Cause.NOT_IMPLEMENTED
    exceptions = [step.exception for step in steps] or [scenario.exception]
    if any(isinstance(one, FeatureError) or type(one).__name__ in _CODE_ERRORS for one in exceptions):
        return Cause.TEST_CODE
    return Cause.ENVIRONMENT


def _with_known_issue(entry: ScenarioEntry, issues: Sequence[KnownIssue], today: date) -> ScenarioEntry:
    issue = known_issues.explaining(issues, entry, today) if entry.cause else None
    return entry.model_copy(update={"cause": Cause.KNOWN, "known_issue": issue.id}) if issue else entry


def _selection(config: Configuration) -> str:
    """Return what on the command line excluded scenarios; empty if nothing did."""
    paths = [os.path.relpath(path) for path in config.paths]
    if paths == [os.path.relpath(path) for path in config.defaults.get("paths") or ()]:
        paths = []
    parts = [
        *paths,
        *(f"--tags={shlex.quote(tag)}" for tag in config.tags or ()),
        *(f"--name={shlex.quote(name)}" for name in config.name or ()),
        *([f"--include={shlex.quote(config.include_re.pattern)}"] if config.include_re else []),
        *([f"--exclude={shlex.quote(config.exclude_re.pattern)}"] if config.exclude_re else []),
    ]
    return " ".join(parts)


def _commit() -> str:
    """Return the commit of this project, and whether files differ from it; empty outside its git repository."""
    project = Path(__file__).resolve().parents[3]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def git(*arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=project, env=clean, capture_output=True, text=True, timeout=10, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    top = git("rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != project:  # the project may lie inside another repository
        return ""
    return git("describe", "--always", "--dirty=, with changes", "--abbrev=10", "--exclude=*")
