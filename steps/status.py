"""Status tracking: states, history and events of a status, generated filters, updates in bulk."""

import random

from behave import given, then, when
from behave.runner import Context

from support.capabilities.status import checks, generation
from support.capabilities.status.resources import STATUS_TYPE
from support.checks.comparison import require
from support.faults.components import Component, FailureMode
from support.gherkin.personas import PERSONAS
from support.gherkin.step_declarations import TABLE, requires, step_input
from support.polling import consistently, eventually
from support.scenario import inputs
from support.scenario.world import World
from support.targets.capabilities import Capability


@given("{who:Actor} has the status {name:Quoted} in the state {state:StatusState}")
@given("{who:Actor} has the status {name:Quoted} in the state {state:StatusState} with")
@step_input(TABLE)
def status_in_state(context: Context, who: str, name: str, state: str) -> None:
    """Create a status with the fields of the table and bring it to a state on the shortest way.

    Example: Given Dana has the status "Import" in the state "finalizing"
    Example: Given Dana has the status "Import" in the state "finalizing" with
    """
    world = context.world
    world.create_resource(STATUS_TYPE, name, who, inputs.fields(world, context)).expect(201)
    status = world.resource(STATUS_TYPE, name)
    world.remember_resource(world.status.bring(status, state, by=world.person(who)))


@when("{who:Actor} moves the status {name:Quoted} to {state:StatusState}")
def move_status(context: Context, who: str, name: str, state: str) -> None:
    """Request an update to a state, with a reason where the state requires one, without asserting the result.

    Example: When Dana moves the status "Import" to "completed"
    """
    world = context.world
    world.remember("response", world.status.move(world.resource(STATUS_TYPE, name), state, by=world.person(who)))


@given("the row of {table:Quoted} with {column:Quoted} {value:Quoted} was stored with")
@step_input(TABLE)
def was_stored_with(context: Context, table: str, column: str, value: str) -> None:
    """Set columns of one row in the database (column, value): what is old, and would take hours or days otherwise.

    The silence of a status starts at its `active_at`.
    Example: Given the row of "processing_status" with "status_id" "{status Import.id}" was stored with
    """
    world = context.world
    key = str(world.values.value(value))
    values = {name: world.values.value(cell) for name, cell in inputs.cells(context, "column").items()}
    world.status_stores.write(table, column, key, values)


@then("the status {name:Quoted} has the {trail:Trail}")
@then("within {within:Duration} the status {name:Quoted} has the {trail:Trail}")
@step_input(TABLE)
def has_trail(context: Context, name: str, trail: str, within: float = 0.0) -> None:
    """Compare the history entries or events of a status with the table: exactly these, oldest first.

    Columns: any columns of `status_history` (`by` is a persona) or `status_events`. For the history each entry must
    also continue the one before, and the version must be their number.
    Example: Then the status "Import" has the history
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    read = world.status_stores.history if trail == "history" else world.status_stores.events
    expected = [
        {column: _expected(world, column, cell) for column, cell in zip(row.headings, row.cells, strict=True)}
        for row in context.table
    ]
    if within:
        eventually(
            f"number of entries in the {trail} of {status}",
            lambda: len(read(status.id)),
            lambda number: number == len(expected),
            expected=str(len(expected)),
            within=within,
        )
    entries = read(status.id)
    checks.require_trail(f"{trail} of {status}", entries, expected)
    if trail == "history":
        checks.require_history_chain(str(status), entries, world.status_stores.row(status)["version"])


def _expected(world: World, column: str, cell: str) -> object:
    if column == "by" and cell != "null":
        return world.people.account(world.person(cell)).username
    return world.values.expected(cell)


@then("with a heartbeat every {every:Duration} the status {name:Quoted} does not change in {during:Duration}")
def kept_alive(context: Context, every: float, name: str, during: float) -> None:
    """Send heartbeats for this time, each of which must succeed, and compare the events before and after.

    Example: Then with a heartbeat every 0.5 seconds the status "Import" does not change in 5 seconds
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    beat = {"worker_id": "gpu-1"}

    def send_and_read() -> list[str]:
        world.resources.send("POST", f"{status.path}/heartbeat", by=status.by, json=beat).expect(200)
        return [str(event["type"]) for event in world.status_stores.events(status.id)]

    before = [str(event["type"]) for event in world.status_stores.events(status.id)]
    consistently(
        f"events of {status}",
        send_and_read,
        lambda types: types == before,
        expected=", ".join(before),
        during=during,
        every=every,
    )


# Finding


@then("generated {kind:GeneratedRequests} of {who:Actor} match exactly among {count:Integer} generated statuses")
def generated_match(context: Context, kind: str, who: str, count: int) -> None:
    """Store statuses with generated values, send filters for every operator and field of a type, or sorts.

    Each page is compared with an independent evaluation in Python over the rows of the database. The suffix of the
    scenario is the seed; a failure names it.
    Example: Then generated text filters of Vera match exactly among 40 generated statuses
    """
    world = context.world
    reader, editor, seed = world.person(who), PERSONAS["Dana"], int(world.suffix[1:], 16)
    source = random.Random(seed)
    items = [STATUS_TYPE.defaults(world.unique_name(f"{number}_%")) for number in range(count)]
    batch = world.resources.create_batch(STATUS_TYPE, items, by=editor).expect(201).document
    ids = [resource.id for resource in world.resources.created_batch(STATUS_TYPE, batch, by=editor)]
    for number, id in enumerate(ids):
        world.status_stores.write(STATUS_TYPE.table, "status_id", id, generation.values(source, number))
    rows = world.status_stores.rows(ids)
    own = {"field": "status_id", "operator": "in", "value": ids}
    for filters, sorts in generation.requests(source, kind, rows):
        body = {"filters": [*filters, own], "sorts": sorts, "limit": 100}
        page = world.status.matching(body, by=reader).expect(200).document
        checks.require_matches(checks.Generated(seed, filters, sorts, page), rows)


# Updates in bulk


@when("the worker is killed while it applies {count:Integer} updates in bulk")
@requires(Capability.FAULTS)
def kill_while_applying(context: Context, count: int) -> None:
    """Submit rising progress of all statuses of the scenario, kill the worker after the first and before the last.

    Example: When the worker is killed while it applies 250 updates in bulk
    """
    world = context.world
    ids = sorted(world.resources.created_ids[STATUS_TYPE.name])
    items = [
        {"status_id": ids[number % len(ids)], "kind": "progress", "progress_percentage": (number + 1) * 100 / count}
        for number in range(count)
    ]
    receipt = world.status.update_all(items, by=world.current_person)
    eventually(
        "applied updates",
        lambda: world.status_stores.applied(receipt),
        lambda applied: applied > 0,
        expected="at least one",
        within=10.0,
        every=0.005,
    )
    world.faults.inject(Component.WORKER, FailureMode.KILLED)
    applied = world.status_stores.applied(receipt)
    require(applied < count, f"updates that the killed worker had applied: expected fewer than {count}, got {applied}")
    world.remember("receipt", receipt)


@then("within {within:Duration} each of the updates in bulk is applied once, in order")
def applied_once(context: Context, within: float) -> None:
    """Wait until no update waits; require each to be applied, with one history entry, in the order of its status.

    Example: Then within 20 seconds each of the updates in bulk is applied once, in order
    """
    world = context.world
    receipt = world.recall("receipt", str)
    outcomes = world.status_stores.outcomes
    eventually(
        "waiting updates",
        lambda: sum(item["outcome"] is None for item in outcomes(receipt)),
        lambda waiting: waiting == 0,
        expected="none",
        within=within,
    )
    items = outcomes(receipt)
    ids = {str(item["status_id"]) for item in items}
    checks.require_applied_once(items, {id: world.status_stores.history(id) for id in ids})
