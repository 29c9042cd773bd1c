"""Hooks of behave. They only wire; what they call lives in support/scenario/hooks.py."""

from behave.model import Scenario, Step
from behave.runner import Context

from support.capabilities.registry import PARAMETER_TYPES
from support.gherkin import parameter_types
from support.scenario import hooks

hooks.require_runner()
parameter_types.register(PARAMETER_TYPES)


def before_scenario(context: Context, scenario: Scenario) -> None:
    """Give the scenario its world, or skip it where the target lacks what it needs."""
    context.world = hooks.begin(scenario)


def before_step(context: Context, step: Step) -> None:
    """Note the state of the stores where a later step compares with it."""
    hooks.step_begins(context.world, step)


def after_step(context: Context, step: Step) -> None:
    """Keep what the step exchanged as evidence."""
    hooks.step_ended(context.world, step)


def after_scenario(context: Context, scenario: Scenario) -> None:
    """Take away what the scenario created; trouble on the way fails the scenario."""
    hooks.end(context.world, scenario)


def after_all(context: Context) -> None:
    """Sign out who was signed in for the whole run."""
    hooks.finish()
