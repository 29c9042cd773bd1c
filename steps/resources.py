"""What researchers work with, one kind like the other: created, changed, listed, stored, gone."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from support.capabilities.research import checks as check
from support.capabilities.research.resources import ACTIONS, ResourceType
from support.checks import tables
from support.checks.comparison import require_equal
from support.drivers.http import Response
from support.scenario import resources, step_input


@given("{who:Actor} has the {type:Resource} {name:Quoted}")
@given("{who:Actor} has the {type:Resource} {name:Quoted} with")
def thing_exists(context: Context, type: ResourceType, name: str, who: str) -> None:
    """Have a persona create a thing; the table tells fields and values that matter.

    Example: Given Ravi has the research session "AAPL"
    Example: Given Ravi has the research session "AAPL" with
    """
    world = context.world
    resources.create(world, type, name, who, step_input.fields(world, context)).expect(201)


@given("{who:Actor} has these {types:Resources}")
def things_exist(context: Context, types: ResourceType, who: str) -> None:
    """Have a persona create several things, from top to bottom: a column with the name, others with fields.

    Example: Given Nora has these notifications
    """
    world = context.world
    for name, fields in step_input.named_fields(world, context):
        resources.create(world, types, name, who, fields).expect(201)


@when("{who:Actor} creates the {type:Resource} {name:Quoted}")
@when("{who:Actor} creates the {type:Resource} {name:Quoted} with")
def create_thing(context: Context, who: str, type: ResourceType, name: str) -> None:
    """Ask for a thing, whatever comes of it; `{absent}` in the table leaves out a field that is usually there.

    Example: When Ravi creates the research session "AAPL"
    Example: When Ravi creates the research session "AAPL" with
    """
    world = context.world
    resources.create(world, type, name, who, step_input.fields(world, context))


@given("{whose:Owner} {type:Resource} {name:Quoted} has been changed to")
def thing_holds(context: Context, whose: str, type: ResourceType, name: str) -> None:
    """Have a persona change the fields in the table; it must succeed.

    Example: Given Ravi's research session "AAPL" has been changed to
    """
    world = context.world
    fields = step_input.fields(world, context)
    world.resources.change(resources.recall(world, type, name), fields, by=world.person(whose)).expect(200)


@when("{who:Actor} changes the {type:Resource} {name:Quoted} to")
def change_thing(context: Context, who: str, type: ResourceType, name: str) -> None:
    """Ask for a change of the fields in the table, whatever comes of it.

    Example: When Omar changes the user "Alma" to
    """
    world = context.world
    fields = step_input.fields(world, context)
    world.remember("answer", world.resources.change(resources.recall(world, type, name), fields, by=world.person(who)))


@given("{who:Actor} has {action:PastAction} the {type:Resource} {name:Quoted}")
def did(context: Context, who: str, action: str, type: ResourceType, name: str) -> None:
    """Do something to a thing; it must succeed.

    Example: Given Omar has deleted the user "Alma"
    """
    world = context.world
    thing = resources.recall(world, type, name)
    answer = world.resources.do(action, thing, by=world.person(who)).expect(ACTIONS[action][2])
    if answer.body:
        world.remember(resources.title(type, name), thing.now(answer.document))


@when("{who:Actor} {action:Action} the {type:Resource} {name:Quoted}")
def do(context: Context, who: str, action: str, type: ResourceType, name: str) -> None:
    """Do something to a thing, whatever comes of it.

    Example: When Nora reads the notification "Margin call"
    """
    world = context.world
    world.remember("answer", world.resources.do(action, resources.recall(world, type, name), by=world.person(who)))


@then("the {type:Resource} {name:Quoted} is stored with")
def is_stored(context: Context, type: ResourceType, name: str) -> None:
    """Look at a thing in the API and in the database: its name, whose it is, and the fields of the table.

    Example: Then the research session "AAPL" is stored with
    """
    world = context.world
    thing = resources.recall(world, type, name)
    wanted = step_input.expected_resource(world, context)
    told = world.resources.read(thing).expect(200).document
    look = partial(world.resource_stores.row, thing)
    check.stored(thing, told, look, wanted, world.people.account(thing.by).username)


@then("the {type:Resource} {name:Quoted} is {state:ResourceState}")
def has_become(context: Context, type: ResourceType, name: str, state: str) -> None:
    """Look at what has become of a thing: hidden is unknown to the API and marked in the database, gone is in neither.

    Example: Then the user "Alma" is soft-deleted
    """
    world = context.world
    thing = resources.recall(world, type, name)
    check.require_state(thing, state, world.resources.read(thing), partial(world.resource_stores.row, thing))


# Many


@given("{who:Actor} has created these {types:Resources} in one request")
def created_many(context: Context, who: str, types: ResourceType) -> None:
    """Ask for several things at once; all of them must be accepted.

    Example: Given Nora has created these documents in one request
    """
    create_many(context, who, types)
    accepted = context.world.recall("answer", Response).expect(200, 201).document
    require_equal("how many were refused", accepted.get("refused", 0), 0)


@when("{who:Actor} creates these {types:Resources} in one request")
def create_many(context: Context, who: str, types: ResourceType) -> None:
    """Ask for several things at once, whatever comes of it.

    Example: When Omar creates these users in one request
    """
    world = context.world
    rows = step_input.named_fields(world, context)
    items = [{**types.defaults(types.known_as(name, world.suffix)), **fields} for name, fields in rows]
    answer = world.resources.create_many(types, items, by=world.person(who))
    world.remember("answer", answer)
    if answer.status in (200, 201):
        world.note("batch", world.resources.see_taken_away(types, answer.document, by=world.person(who)))


@then("of the {total:Integer} batch items, these were rejected and the rest stored")
def batch_reported(context: Context, total: float) -> None:
    """Compare what became of each document of a batch, and look for those that were not refused in API and database.

    The table names position (from 1) and field.

    Example: Then of the 3 batch items, these were rejected and the rest stored
    """
    refused = {int(row["position"]): row["field"] for row in tables.read(context.table, ("position", "field"))}
    world = context.world
    check.batch(world.recall("answer", Response).expect(200).document, int(total), refused)
    for thing in world.noted("batch", list):
        check.require_state(thing, "available", world.resources.read(thing), partial(world.resource_stores.row, thing))


@when("{who:Actor} creates {count:Integer} {types:Resources} concurrently")
def create_at_once(context: Context, who: str, count: float, types: ResourceType) -> None:
    """Send as many requests, each for one thing, released together.

    Example: When Omar creates 10 users concurrently
    """
    world = context.world
    by, names = world.person(who), [f"{types.word.replace(' ', '-')}-{number}" for number in range(int(count))]
    called = [types.known_as(name, world.suffix) for name in names]
    answers = world.concurrent.send(
        [world.resources.creating(types, each, by=by) for each in called], concurrency=len(called)
    )
    for name, each, answer in zip(names, called, answers, strict=True):
        resources.remember(world, world.resources.created(types, name, each, answer.expect(201).document, by, ""))
    world.note("created", [resources.recall(world, types, name) for name in names])


@then("all of them are stored and different")
def all_different(context: Context) -> None:
    """Look for each thing that was created, under its own id and name.

    Example: Then all of them are stored and different
    """
    world = context.world
    created = world.noted("created", list)
    require_equal("how many different ids there are", len({thing.id for thing in created}), len(created))
    for thing in created:
        told = world.resources.read(thing).expect(200).document
        look = partial(world.resource_stores.row, thing)
        check.stored(thing, told, look, {}, world.people.account(thing.by).username)


@when("{who:Actor} lists the {types:Resources}")
@when("{who:Actor} lists the {types:Resources} with")
def list_things(context: Context, who: str, types: ResourceType) -> None:
    """Ask for a list; the table holds limit, offset and filters.

    Example: When Nora lists the notifications
    Example: When Nora lists the notifications with
    """
    world = context.world
    world.remember("answer", world.resources.list(types, step_input.query(world, context), by=world.person(who)))


@then("no {types:Resources} are returned")
@then("no {types:Resources} are returned, {total:Integer} in total")
@then("these {types:Resources} are returned, {total:Integer} in total")
def is_shown(context: Context, types: ResourceType, total: float = 0) -> None:
    """Compare a list, or what a search found, with the table: these, in this order, and how many there are in all.

    Example: Then no research sessions are returned
    Example: Then no research sessions are returned, 3 in total
    Example: Then these research sessions are returned, 3 in total
    """
    world = context.world
    shown = world.recall("answer", Response).expect(200).document
    wanted = step_input.named_expectations(world, context) if context.table else []
    check.listed(types, shown, wanted, int(total), world.suffix)
