"""behave's summary of a run, corrected."""

from __future__ import annotations

import time

from behave.configuration import Configuration
from behave.model import Feature, Rule
from behave.model_type import Status
from behave.reporter.summary import SummaryReporter


class Totals(SummaryReporter):  # type: ignore[misc]
    """Counts features, rules, scenarios and steps.

    The duration is wall clock time: behave adds up steps, without those under rules. In a dry run nothing passed or
    failed: behave counts an outline that did not run as passed, and then its feature as failed. The same holds for a
    feature with scenarios that passed and others that did not run, because the run ended early.
    """

    def __init__(self, config: Configuration) -> None:
        self._start = time.monotonic()
        self._dry_run = config.dry_run
        super().__init__(config)

    def process_feature(self, feature: Feature) -> None:
        """Count a feature and what it contains."""
        self.feature_summary[self._status_of(feature)] += 1
        self.process_run_items_for(feature)

    def process_rule(self, rule: Rule) -> None:
        """Count a rule and what it contains."""
        self.rule_summary[self._status_of(rule)] += 1
        self.process_run_items_for(rule)

    def _status_of(self, container: Feature | Rule) -> str:
        status = container.status
        statuses = {scenario.status for scenario in container.walk_scenarios()}
        if container.hook_failed:
            status = Status.hook_error
        elif status.has_failed() and not any(one.has_failed() for one in statuses):
            status = Status.untested if Status.untested in statuses else Status.passed
        return str((Status.untested if self._dry_run and status in (Status.passed, Status.failed) else status).name)

    @property
    def duration(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start
