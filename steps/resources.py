"""Resources of any declared type: created, changed, listed, stored, deleted."""

from behave import given, then, when
from behave.runner import Context

from support.checks import tables
from support.checks.comparison import require_equal
from support.drivers.http import Response
from support.gherkin.step_declarations import TABLE, step_input
from support.scenario import inputs, resource_checks
from support.scenario.resources import ResourceType


@given("{who:Actor} has the {type:Resource} {name:Quoted}")
@given("{who:Actor} has the {type:Resource} {name:Quoted} with")
@step_input(TABLE)
def has_resource(context: Context, who: str, type: ResourceType, name: str) -> None:
    """Create a resource as a persona, with the fields of the table besides the default ones.

    Example: Given Ravi has the research session "AAPL"
    Example: Given Ravi has the research session "AAPL" with
    """
    world = context.world
    world.create_resource(type, name, who, inputs.fields(world, context)).expect(201)


@given("{who:Actor} has these {types:Resources}")
@step_input(TABLE)
def has_resources(context: Context, who: str, types: ResourceType) -> None:
    """Create several resources from top to bottom: a column with the name, other columns with fields.

    Example: Given Nora has these notifications
    """
    world = context.world
    for name, fields in inputs.named_fields(world, context):
        world.create_resource(types, name, who, fields).expect(201)


@when("{who:Actor} creates the {type:Resource} {name:Quoted}")
@when("{who:Actor} creates the {type:Resource} {name:Quoted} with")
@step_input(TABLE)
def create_resource(context: Context, who: str, type: ResourceType, name: str) -> None:
    """Request a resource without asserting the result; `{absent}` in the table omits a default field.

    Example: When Ravi creates the research session "AAPL"
    Example: When Ravi creates the research session "AAPL" with
    """
    world = context.world
    world.create_resource(type, name, who, inputs.fields(world, context))


@given("{whose:Owner} {type:Resource} {name:Quoted} has been changed to")
@step_input(TABLE)
def has_changed_resource(context: Context, whose: str, type: ResourceType, name: str) -> None:
    """Change the fields of the table as a persona; it must succeed.

    Example: Given Ravi's research session "AAPL" has been changed to
    """
    world = context.world
    fields = inputs.fields(world, context)
    world.resources.change(world.resource(type, name), fields, by=world.person(whose)).expect(200)


@when("{who:Actor} changes the {type:Resource} {name:Quoted} to")
@step_input(TABLE)
def change_resource(context: Context, who: str, type: ResourceType, name: str) -> None:
    """Request a change of the fields of the table, without asserting the result.

    Example: When Omar changes the user "Alma" to
    """
    world = context.world
    fields = inputs.fields(world, context)
    world.remember("response", world.resources.change(world.resource(type, name), fields, by=world.person(who)))


@given("{who:Actor} has {action:PastAction} the {type:Resource} {name:Quoted}")
def has_done(context: Context, who: str, action: str, type: ResourceType, name: str) -> None:
    """Send an action on a resource; it must succeed.

    Example: Given Omar has deleted the user "Alma"
    """
    world = context.world
    resource = world.resource(type, name)
    response = world.resources.do(action, resource, by=world.person(who)).expect(type.action(action).success)
    if response.body:
        world.remember_resource(resource.now(response.document))


@when("{who:Actor} {action:Action} the {type:Resource} {name:Quoted}")
def do(context: Context, who: str, action: str, type: ResourceType, name: str) -> None:
    """Send an action on a resource, without asserting the result.

    Example: When Nora reads the notification "Margin call"
    """
    world = context.world
    world.remember("response", world.resources.do(action, world.resource(type, name), by=world.person(who)))


@then("the {type:Resource} {name:Quoted} is stored with")
@step_input(TABLE)
def is_stored(context: Context, type: ResourceType, name: str) -> None:
    """Require API and database to have the resource with its name, its owner and the fields of the table.

    Example: Then the research session "AAPL" is stored with
    """
    world = context.world
    world.require_stored(world.resource(type, name), inputs.expected_resource(world, context))


@then("the {type:Resource} {name:Quoted} is {state:ResourceState}")
def has_state(context: Context, type: ResourceType, name: str, state: str) -> None:
    """Require a resource to be available, soft-deleted (404, its row is marked) or permanently deleted (no row).

    Example: Then the user "Alma" is soft-deleted
    """
    world = context.world
    world.require_state(world.resource(type, name), state)


# Several resources


@given("{who:Actor} has created these {types:Resources} in one request")
@step_input(TABLE)
def has_created_batch(context: Context, who: str, types: ResourceType) -> None:
    """Create several resources in one request; all must be accepted.

    Example: Given Nora has created these documents in one request
    """
    create_batch(context, who, types)
    accepted = context.world.recall("response", Response).expect(200, 201).document
    require_equal("the number of rejected items", accepted.get("refused", 0), 0)


@when("{who:Actor} creates these {types:Resources} in one request")
@step_input(TABLE)
def create_batch(context: Context, who: str, types: ResourceType) -> None:
    """Request several resources at once, without asserting the result.

    Example: When Omar creates these users in one request
    """
    world = context.world
    rows = inputs.named_fields(world, context)
    items = [{**types.defaults(types.unique_name(name, world.suffix)), **fields} for name, fields in rows]
    response = world.resources.create_batch(types, items, by=world.person(who))
    world.remember("response", response)
    if response.status in (200, 201):
        created = world.resources.created_batch(types, response.document, by=world.person(who))
        world.remember("batch", created)
        if len(created) == len(rows):  # nothing was rejected, so the order is that of the request
            world.remember_batch(types, [name for name, _ in rows], created)


@then("of the {total:Integer} batch items, these were rejected and the rest stored")
@step_input(TABLE)
def batch_reported(context: Context, total: int) -> None:
    """Require the rejected items of a batch, by position from 1, with their field, and all others to be stored.

    Example: Then of the 3 batch items, these were rejected and the rest stored
    """
    rejected = {int(row["position"]): row["field"] for row in tables.read(context.table, ("position", "field"))}
    world = context.world
    resource_checks.batch(world.recall("response", Response).expect(200).document, total, rejected)
    for resource in world.recall("batch", list):
        world.require_state(resource, "available")


@when("{who:Actor} creates {count:Integer} {types:Resources} concurrently")
def create_concurrently(context: Context, who: str, count: int, types: ResourceType) -> None:
    """Send as many requests at the same time, each for one resource.

    Example: When Omar creates 10 users concurrently
    """
    world = context.world
    by, names = world.person(who), [f"{types.name.replace(' ', '-')}-{number}" for number in range(count)]
    sent = [types.unique_name(name, world.suffix) for name in names]
    responses = world.concurrent.send(
        [world.resources.creation(types, each, by=by) for each in sent], concurrency=count
    )
    for name, each, response in zip(names, sent, responses, strict=True):
        world.remember_resource(world.resources.created(types, name, each, response.expect(201).document, by))
    world.remember("created", [world.resource(types, name) for name in names])


@then("all of them are stored and different")
def all_different(context: Context) -> None:
    """Require each created resource to be stored under its own id and name.

    Example: Then all of them are stored and different
    """
    world = context.world
    created = world.recall("created", list)
    require_equal("the number of different ids", len({resource.id for resource in created}), len(created))
    for resource in created:
        world.require_stored(resource, {})


@when("{who:Actor} lists the {types:Resources}")
@when("{who:Actor} lists the {types:Resources} with")
@step_input(TABLE)
def list_resources(context: Context, who: str, types: ResourceType) -> None:
    """Request a list; the table has limit, offset and filters.

    Example: When Nora lists the notifications
    Example: When Nora lists the notifications with
    """
    world = context.world
    world.remember("response", world.resources.list(types, inputs.query(world, context), by=world.person(who)))


@then("no {types:Resources} are returned, {total:Integer} in total")
@then("these {types:Resources} are returned, {total:Integer} in total")
@step_input(TABLE)
def are_returned(context: Context, types: ResourceType, total: int) -> None:
    """Compare a list or search results with the table: exactly these, in this order, and the total.

    Example: Then no research sessions are returned, 3 in total
    Example: Then these research sessions are returned, 3 in total
    """
    world = context.world
    page = world.recall("response", Response).expect(200).document
    expected = inputs.named_expectations(world, context) if context.table else []
    resource_checks.listed(types, page, expected, total, world.suffix)
