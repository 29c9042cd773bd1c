"""A dry run: announces every selected scenario, with the steps that no step definition matches as undefined."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from behave.matchers import NoMatch
from behave.model import Scenario
from behave.model_type import Status
from behave.runner import ModelRunner


def prepare_dry_run(chosen: Sequence[Scenario]) -> None:
    """Replace `Scenario.run`: behave does not report undefined steps to formatters, which then mix up the rest."""
    for scenario in chosen:
        scenario.run = functools.partial(_announce, scenario)


def _announce(scenario: Scenario, runner: ModelRunner) -> bool:
    scenario.clear_status()
    scenario.was_dry_run = True
    steps = list(scenario.all_steps)
    for formatter in runner.formatters:
        formatter.scenario(scenario)
        for step in steps:
            formatter.step(step)
    for step in steps:
        match = runner.step_registry.find_match(step)
        step.status = Status.untested if match else Status.undefined
        if not match:
            runner.undefined_steps.append(step)
        for formatter in runner.formatters:
            formatter.match(match or NoMatch())
            formatter.result(step)
    return any(step.status == Status.undefined for step in steps)
