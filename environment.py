"""Hooks of behave. They only delegate to support/scenario/hooks.py."""

from behave.model import Scenario, Step
from behave.runner import Context

from support.capabilities.registry import PARAMETER_TYPES
from support.gherkin import parameter_types
from support.scenario import hooks

hooks.require_runner()
parameter_types.register(PARAMETER_TYPES)


def before_scenario(context: Context, scenario: Scenario) -> None:
    """Create the scenario's world, or skip the scenario if the target does not provide what it needs."""
    context.world = hooks.begin(scenario)


def before_step(context: Context, step: Step) -> None:
    """Record the state of the stores if a later step compares with it."""
    hooks.step_begins(context.world, step)


def after_step(context: Context, step: Step) -> None:
    """Attach the step's exchanges as evidence."""
    hooks.step_ended(context.world, step)


def after_scenario(context: Context, scenario: Scenario) -> None:
    """Clean up after the scenario; an error in the cleanup fails the scenario."""
    if "world" in context:  # otherwise the setup failed, which is reported already
        hooks.end(context.world, scenario)


def after_all(context: Context) -> None:
    """End the sessions that all scenarios share."""
    hooks.finish()
