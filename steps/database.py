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
