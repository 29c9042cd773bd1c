"""The default format: a line for each feature, and the steps of scenarios that did not pass."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from behave.formatter.base import Formatter
from behave.model import Feature, Scenario, Step
from behave.model_type import Status

from support.allure.status import own_output


class ShortFormatter(Formatter):  # type: ignore[misc]
    """Prints features as they finish. `--format plain` and `--format pretty` print every step."""

    name = "short"
    description = "One line per feature; steps only of scenarios that did not pass"

    def __init__(self, stream_opener: Any, config: Any) -> None:
        super().__init__(stream_opener, config)
        self.stream = self.open()
        self._dry_run = config.dry_run
        self._feature: Feature | None = None
        self._scenario: Scenario | None = None
        self._statuses: Counter[str] = Counter()

    def feature(self, feature: Feature) -> None:
        """Start a feature."""
        self._feature = feature
        self._statuses.clear()

    def scenario(self, scenario: Scenario) -> None:
        """Print the scenario before, if it did not pass."""
        self._finish_scenario()
        self._scenario = scenario

    def eof(self) -> None:
        """Print the line of the feature."""
        self._finish_scenario()
        if self._feature is None:
            return
        counts = ", ".join(f"{count} {status}" for status, count in self._statuses.items())
        place = os.path.relpath(self._feature.filename)
        self.stream.write(f"{place}: {self._feature.name}: {counts or 'nothing ran'}\n")
        self.stream.flush()
        self._feature = None

    def _finish_scenario(self) -> None:
        scenario, self._scenario = self._scenario, None
        if scenario is None:
            return
        status = Status.untested if self._dry_run else scenario.status
        self._statuses[status.name.replace("_", " ")] += 1
        if status.has_failed():
            self._print_scenario(scenario)
        elif self._dry_run:
            self.stream.write(f"  {scenario.keyword}: {scenario.name}  # {scenario.location}\n")

    def _print_scenario(self, scenario: Scenario) -> None:
        self.stream.write(f"\n  {scenario.keyword}: {scenario.name}  # {scenario.location}\n")
        for step in scenario.all_steps:
            self._print_step(step)
        outcome = getattr(scenario, "outcome", None)
        if outcome is not None and not any(step.status.has_failed() for step in scenario.all_steps):
            self.stream.write(_indented(outcome.message, 4))
        for output in own_output(scenario):
            self.stream.write(_indented(output.make_report(), 4))
        self.stream.write("\n")

    def _print_step(self, step: Step) -> None:
        if step.status is Status.untested or step.status is Status.skipped:
            return
        self.stream.write(f"    {step.keyword} {step.name} ... {step.status.name}\n")
        if step.error_message:
            self.stream.write(_indented(step.error_message, 6))


def _indented(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in text.strip().splitlines())
