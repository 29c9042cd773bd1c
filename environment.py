"""Hooks of behave. They only wire; what they call lives in support/scenario.py."""

from behave.model import Scenario, Step
from behave.runner import Context

from support import parameters
from support import scenario as journey

journey.require_runner()
parameters.register()


def before_scenario(context: Context, scenario: Scenario) -> None:
    """Give the scenario its world, or skip it where the target lacks what it needs."""
    context.world = journey.begin(scenario)


def before_step(context: Context, step: Step) -> None:
    """Note the state of the stores where a later step compares with it."""
    journey.step_begins(context.world, step)


def after_step(context: Context, step: Step) -> None:
    """Keep what the step exchanged as evidence."""
    journey.step_ended(context.world, step)


def after_scenario(context: Context, scenario: Scenario) -> None:
    """Take away what the scenario created; trouble on the way fails the scenario."""
    journey.end(context.world, scenario)


def after_all(context: Context) -> None:
    """Sign out who was signed in for the whole run."""
    journey.finish()
