"""What the stores hold, and what changed in them."""

from behave import then
from behave.runner import Context

from support.scenario import compares_states


@then("nothing was changed")
@compares_states
def nothing_changed(context: Context) -> None:
    """Compare every record of database, queue and sessions with what it was before the scenario's first When.

    Example: Then nothing was changed
    """
    context.world.stores.require_unchanged()


@then("exactly these records changed")
@compares_states
def exactly_these_changed(context: Context) -> None:
    """Compare every record of database, queue and sessions with before; a change that is not in the table fails.

    Columns: store, record (a name that the scenario knows: its record, or one that refers to it), field, from, to. A
    record that came or went has no field, and is `absent` or `present`. `any` stands for any value.
    Example: Then exactly these records changed
    """
    world = context.world
    world.stores.require_changes(context.table, world.identity)


@then("at least these records changed")
@compares_states
def at_least_these_changed(context: Context) -> None:
    """Look for the changes of the table, and let others be; where the exact form says more than is meant.

    Example: Then at least these records changed
    """
    world = context.world
    world.stores.require_changes(context.table, world.identity, exactly=False)
