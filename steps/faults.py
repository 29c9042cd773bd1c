"""Parts that fail and come back, the people at work meanwhile, and the ledger of what was acknowledged."""

from collections.abc import Sequence

from behave import given, then, when
from behave.runner import Context

from support.faults.components import Component, FailureMode
from support.faults.duration import inject_for, inject_until
from support.gherkin.step_declarations import requires
from support.load.samples import Outcome
from support.targets.capabilities import Capability


@given("background traffic is running")
def people_at_work(context: Context) -> None:
    """Have a handful of people read and write until the end of the scenario; the report shows what they saw.

    Example: Given background traffic is running
    """
    context.world.background.start()


@given("{component:Component} is {mode:FailureMode}")
@when("{component:Component} is suddenly {mode:FailureMode}")
@requires(Capability.FAULTS)
def breaks(context: Context, component: Component, mode: FailureMode) -> None:
    """Break a part for real; it stays broken until it comes back, or until the end of the scenario.

    Goes on once everybody who is at work has noticed: a frozen API answers nobody, so there it is enough to have asked.

    Parts: the database, Redis, the worker, the API, the media storage, Cablecast.
    Example: When the database is suddenly unavailable
    """
    world = context.world
    world.remember("API process", world.processes.id_of("api") if world.run.embedded else 0)
    world.faults.inject(component, mode)
    world.background.wait_for_effect(answered=(component, mode) != (Component.API, FailureMode.FROZEN))


@given("{component:Component} is {mode:FailureMode} for {seconds:Duration}")
@requires(Capability.FAULTS)
def unavailable_during_the_next_steps(
    context: Context, component: Component, mode: FailureMode, seconds: float
) -> None:
    """Inject a fault and go on; the component is restored after this time, or at the end of the scenario.

    Example: Given the database is unavailable for 5 seconds
    """
    world = context.world
    inject_until(world.faults, component, mode, seconds, world.cleanup)


@when("{component:Component} is {mode:FailureMode} for {seconds:Duration}")
@requires(Capability.FAULTS)
def unavailable_for(context: Context, component: Component, mode: FailureMode, seconds: float) -> None:
    """Inject a fault, wait for this time and restore the component.

    Example: When the database is unavailable for 5 seconds
    """
    inject_for(context.world.faults, component, mode, seconds)


@given("{component:Component} has been restored")
@when("{component:Component} is restored")
@requires(Capability.FAULTS)
def comes_back(context: Context, component: Component) -> None:
    """Mend what was broken, and go on once the part itself is there; the platform may still have to notice.

    Example: When the database is restored
    """
    context.world.faults.restore(component)


# People at work


@then("every background request was {outcome:Outcome} within {seconds:Duration}")
def everybody_was(context: Context, outcome: Sequence[Outcome], seconds: float) -> None:
    """Check every request of the people at work so far: served, served or refused in order, served or disconnected.

    Refused in order is 503 in the common envelope. Nobody may be left hanging, ever.
    Example: Then every background request was successful or rejected with 503 within 3 seconds
    """
    context.world.background.require_outcomes(outcome, within=seconds)


@then("background requests succeed again")
def everybody_is_served_again(context: Context) -> None:
    """Wait until each of the people at work was served twice in a row.

    Example: Then background requests succeed again
    """
    context.world.background.require_recovery()


@then("at most one request per database connection failed")
def failed_at_most_once_each(context: Context) -> None:
    """Compare the failed requests of the people at work with the connections that the platform had.

    Example: Then at most one request per database connection failed
    """
    world = context.world
    world.background.require_failures_at_most(world.recall("connections", int))


@given("the number of database connections is known")
def note_connections(context: Context) -> None:
    """Note how many connections the platform holds.

    Example: Given the number of database connections is known
    """
    world = context.world
    world.remember("connections", world.records.connections())


# The ledger


@then("no acknowledged change was lost")
def nothing_lost(context: Context) -> None:
    """Send the people home and compare every acknowledged write of the scenario with the stores.

    Records and deletions must be as acknowledged, sessions open, accepted work done once or failed with a reason.
    Example: Then no acknowledged change was lost
    """
    world = context.world
    world.background.stop()
    world.ledger.require_durable([*world.evidence.exchanges, *world.background.exchanges])


@then("every request was executed completely or not at all")
def all_or_nothing(context: Context) -> None:
    """Look for work without its job, and jobs without their work.

    Example: Then every request was executed completely or not at all
    """
    world = context.world
    world.background.stop()
    world.ledger.require_atomic([*world.evidence.exchanges, *world.background.exchanges])


@then("no request was executed without a response")
def answered_all(context: Context) -> None:
    """Look for writes in the database that nobody was told of.

    Example: Then no request was executed without a response
    """
    world = context.world
    world.background.stop()
    world.ledger.require_reported([*world.evidence.exchanges, *world.background.exchanges], world.background.title)
