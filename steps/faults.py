"""Parts that fail and come back, the people at work meanwhile, and the ledger of what was acknowledged."""

from collections.abc import Sequence

from behave import given, then, when
from behave.runner import Context

from support.clients.moments import Outcome
from support.parts import Failure, Part


@given("people are at work")
def people_at_work(context: Context) -> None:
    """Have a handful of people read and write until the end of the scenario; the report shows what they saw.

    Example: Given people are at work
    """
    context.world.at_work.start()


@given("{part:Part} is {kind:Failure}")
@when("{part:Part} is suddenly {kind:Failure}")
def breaks(context: Context, part: Part, kind: Failure) -> None:
    """Break a part for real; it stays broken until it comes back, or until the end of the scenario.

    Goes on once everybody who is at work has noticed: a frozen API answers nobody, so there it is enough to have asked.

    Parts: the database, Redis, the worker, the API, the media storage, Cablecast.
    Example: When the database is suddenly gone
    """
    world = context.world
    world.note("API process", world.processes.id_of("api") if world.run.embedded else 0)
    world.faults.begin(part, kind)
    world.at_work.await_notice(answered=(part, kind) != (Part.API, Failure.FROZEN))


@given("{part:Part} came back")
@when("{part:Part} comes back")
def comes_back(context: Context, part: Part) -> None:
    """Mend what was broken, and go on once the part itself is there; the platform may still have to notice.

    Example: When the database comes back
    """
    context.world.faults.end(part)


# People at work


@then("everybody was {treatment:Treatment} within {seconds:Number} seconds")
def everybody_was(context: Context, treatment: Sequence[Outcome], seconds: float) -> None:
    """Check every request of the people at work so far: served, served or refused in order, served or disconnected.

    Refused in order is 503 in the common envelope. Nobody may be left hanging, ever.
    Example: Then everybody was served or refused in order within 3 seconds
    """
    context.world.at_work.require_treated(treatment, within=seconds)


@then("everybody is served again")
def everybody_is_served_again(context: Context) -> None:
    """Wait until each of the people at work was served twice in a row.

    Example: Then everybody is served again
    """
    context.world.at_work.require_served_again()


@then("no more requests failed than there were connections")
def failed_at_most_once_each(context: Context) -> None:
    """Compare the failed requests of the people at work with the connections that the platform had.

    Example: Then no more requests failed than there were connections
    """
    world = context.world
    world.at_work.require_troubled_at_most(world.noted("connections", int))


@given("the platform has its usual connections to the database")
def note_connections(context: Context) -> None:
    """Note how many connections the platform holds.

    Example: Given the platform has its usual connections to the database
    """
    world = context.world
    world.note("connections", world.records.connections())


# The ledger


@then("nothing acknowledged was lost")
def nothing_lost(context: Context) -> None:
    """Send the people home and compare every acknowledged write of the scenario with the stores.

    Records and deletions must be as acknowledged, sessions open, accepted work done once or failed with a reason.
    Example: Then nothing acknowledged was lost
    """
    world = context.world
    world.at_work.stop()
    world.ledger.require_kept([*world.evidence.exchanges, *world.at_work.exchanges])


@then("every request was carried out whole or not at all")
def all_or_nothing(context: Context) -> None:
    """Look for work without its job, and jobs without their work.

    Example: Then every request was carried out whole or not at all
    """
    world = context.world
    world.at_work.stop()
    world.ledger.require_whole([*world.evidence.exchanges, *world.at_work.exchanges])


@then("no request was carried out without its answer")
def answered_all(context: Context) -> None:
    """Look for writes in the database that nobody was told of.

    Example: Then no request was carried out without its answer
    """
    world = context.world
    world.at_work.stop()
    world.ledger.require_told([*world.evidence.exchanges, *world.at_work.exchanges], world.at_work.title)
