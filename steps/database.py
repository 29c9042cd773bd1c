"""What the stores hold, and what changed in them."""

from behave import then
from behave.runner import Context

from support.gherkin.step_declarations import TABLE, compares_states, requires, step_input
from support.scenario import inputs, step_checks
from support.targets.capabilities import Capability


@then("nothing was changed")
@compares_states
@requires(Capability.DATABASE)
def nothing_changed(context: Context) -> None:
    """Compare every record of database, queue and sessions with what it was before the scenario's first When.

    Example: Then nothing was changed
    """
    context.world.stores.require_unchanged()


@then("exactly these records changed")
@compares_states
@requires(Capability.DATABASE)
@step_input(TABLE)
def exactly_these_changed(context: Context) -> None:
    """Compare every record of database, queue and sessions with before; a change that is not in the table fails.

    Columns: store, record (a name that the scenario knows: its record, or one that refers to it), field, from, to. A
    record that came or went has no field, and goes from `{absent}` to `{anything}`, or back.
    Example: Then exactly these records changed
    """
    world = context.world
    world.stores.require_changes(context.table, world.identity, world.values.expected)


@then("at least these records changed")
@compares_states
@requires(Capability.DATABASE)
@step_input(TABLE)
def at_least_these_changed(context: Context) -> None:
    """Look for the changes of the table, and let others be; where the exact form says more than is meant.

    Example: Then at least these records changed
    """
    world = context.world
    world.stores.require_changes(context.table, world.identity, world.values.expected, exactly=False)


@then("{within:Within}the table {table:Quoted} has {count:Rows} with")
@requires(Capability.DATABASE)
@step_input(TABLE)
def table_has_rows(context: Context, within: float, table: str, count: int) -> None:
    """Count the rows that have the values, or kinds of values, of a table: column, value.

    Example: Then the table "vods" has 1 row with
    """
    world = context.world
    expected = inputs.expected_fields(world, context, "column")
    step_checks.settled(
        f'rows of "{table}" with {step_checks.listed(expected)}',
        lambda: len(world.records.find(table, expected)),
        lambda found: found == count,
        expected=str(count),
        within=within,
    )


@then("{within:Within}the row of {table:Quoted} with {column:Quoted} {value:Quoted} has")
@requires(Capability.DATABASE)
@step_input(TABLE)
def row_has(context: Context, within: float, table: str, column: str, value: str) -> None:
    """Find one row by a column, and check others (column, value).

    Example: Then the row of "vods" with "id" "{vod.id}" has
    """
    world = context.world
    key = {column: world.values.value(value)}
    expected = inputs.expected_fields(world, context, "column")
    step_checks.settled(
        f'the row of "{table}" with {step_checks.listed(key)}',
        lambda: "; ".join(step_checks.row_differences(table, world.records.find(table, key), expected)),
        lambda trouble: not trouble,
        expected=step_checks.NO_DIFFERENCE,
        within=within,
    )
