"""What researchers work with, one kind like the other: created, changed, listed, stored, gone."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from support import things, writing
from support.checks import tables
from support.checks.matching import equal
from support.clients.things import DEEDS, Kind
from support.drivers.http import REFUSALS, Answer
from support.things import checks as check


@given("{who:Actor} has just joined")
def has_joined(context: Context, who: str) -> None:
    """Make an account for a newcomer, and sign in; it goes at the end of the scenario, with everything of theirs.

    Example: Given Nora has just joined
    """
    world = context.world
    world.people.join(world.person(who), world.mark, world.things, world.cleanup)
    world.access.sign_in(world.person(who))


# One and one


@given("the {kind:Thing} {name:Quoted} of {who:Actor}")
@given("the {kind:Thing} {name:Quoted} of {who:Actor} with")
def thing_exists(context: Context, kind: Kind, name: str, who: str) -> None:
    """Have a persona create a thing; the table tells fields and values that matter.

    Example: Given the research session "AAPL" of Ravi
    Example: Given the research session "AAPL" of Ravi with
    """
    world = context.world
    things.create(world, kind, name, who, writing.fields(world, context)).expect(201)


@given("these {kind:Things} of {who:Actor}")
def things_exist(context: Context, kind: Kind, who: str) -> None:
    """Have a persona create several things, from top to bottom: a column with the name, others with fields.

    Example: Given these notifications of Nora
    """
    world = context.world
    for name, fields in writing.named_fields(world, context):
        things.create(world, kind, name, who, fields).expect(201)


@when("{who:Actor} creates the {kind:Thing} {name:Quoted}")
@when("{who:Actor} creates the {kind:Thing} {name:Quoted} with")
def create_thing(context: Context, who: str, kind: Kind, name: str) -> None:
    """Ask for a thing, whatever comes of it; `{absent}` in the table leaves out a field that is usually there.

    Example: When Ravi creates the research session "AAPL"
    Example: When Ravi creates the research session "AAPL" with
    """
    world = context.world
    things.create(world, kind, name, who, writing.fields(world, context))


@given("{whose:Owner} {kind:Thing} {name:Quoted} holds")
def thing_holds(context: Context, whose: str, kind: Kind, name: str) -> None:
    """Have a persona change the fields in the table; it must succeed.

    Example: Given Ravi's research session "AAPL" holds
    """
    world = context.world
    fields = writing.fields(world, context)
    world.things.change(things.known(world, kind, name), fields, by=world.person(whose)).expect(200)


@when("{who:Actor} changes the {kind:Thing} {name:Quoted} to")
def change_thing(context: Context, who: str, kind: Kind, name: str) -> None:
    """Ask for a change of the fields in the table, whatever comes of it.

    Example: When Omar changes the user "Alma" to
    """
    world = context.world
    fields = writing.fields(world, context)
    world.remember("answer", world.things.change(things.known(world, kind, name), fields, by=world.person(who)))


@given("{who:Actor} {deed:ThingPast} the {kind:Thing} {name:Quoted}")
def did(context: Context, who: str, deed: str, kind: Kind, name: str) -> None:
    """Do something to a thing; it must succeed.

    Example: Given Omar deleted the user "Alma"
    """
    world = context.world
    thing = things.known(world, kind, name)
    answer = world.things.do(deed, thing, by=world.person(who)).expect(DEEDS[deed][2])
    if answer.body:
        world.remember(things.title(kind, name), thing.now(answer.document))


@when("{who:Actor} {deed:ThingDeed} the {kind:Thing} {name:Quoted}")
def do(context: Context, who: str, deed: str, kind: Kind, name: str) -> None:
    """Do something to a thing, whatever comes of it.

    Example: When Nora reads the notification "Margin call"
    """
    world = context.world
    world.remember("answer", world.things.do(deed, things.known(world, kind, name), by=world.person(who)))


@then("the {kind:Thing} {name:Quoted} is stored with")
def is_stored(context: Context, kind: Kind, name: str) -> None:
    """Look at a thing in the API and in the database: its name, whose it is, and the fields of the table.

    Example: Then the research session "AAPL" is stored with
    """
    world = context.world
    thing = things.known(world, kind, name)
    wanted = writing.wishes_of_thing(world, context)
    told = world.things.read(thing).expect(200).document
    look = partial(world.thing_stores.row, thing)
    check.stored(thing, told, look, wanted, world.people.account(thing.by).username)


@then("the {kind:Thing} {name:Quoted} is {fate:ThingEnd}")
def has_become(context: Context, kind: Kind, name: str, fate: str) -> None:
    """Look at what has become of a thing: hidden is unknown to the API and marked in the database, gone is in neither.

    Example: Then the user "Alma" is hidden
    """
    world = context.world
    thing = things.known(world, kind, name)
    check.fate(thing, fate, world.things.read(thing), partial(world.thing_stores.row, thing))


@then("{who:Actor} is refused as {refusal:Refusal}")
@then("{who:Actor} is refused as {refusal:Refusal}: {message:Quoted}")
def is_refused(context: Context, who: str, refusal: str, message: str | None = None) -> None:
    """Check status and type of a refusal, and its words where they are given.

    Example: Then she is refused as unknown
    Example: Then he is refused as conflicting: "Invalid state transition"
    """
    world = context.world
    status, kind = REFUSALS[refusal]
    error = world.recall("answer", Answer).expect(status).error
    equal(f"the kind of refusal for {world.person(who).name}", error["type"], kind)
    if message is not None:
        equal("what the refusal says", error["message"], message)


# Many


@given("{who:Actor} created these {kind:Things} in one request")
def created_many(context: Context, who: str, kind: Kind) -> None:
    """Ask for several things at once; all of them must be accepted.

    Example: Given Nora created these documents in one request
    """
    create_many(context, who, kind)
    accepted = context.world.recall("answer", Answer).expect(200, 201).document
    equal("how many were refused", accepted.get("refused", 0), 0)


@when("{who:Actor} creates these {kind:Things} in one request")
def create_many(context: Context, who: str, kind: Kind) -> None:
    """Ask for several things at once, whatever comes of it.

    Example: When Omar creates these users in one request
    """
    world = context.world
    rows = writing.named_fields(world, context)
    items = [{**kind.defaults(kind.known_as(name, world.mark)), **fields} for name, fields in rows]
    answer = world.things.create_many(kind, items, by=world.person(who))
    world.remember("answer", answer)
    if answer.status in (200, 201):
        world.note("batch", world.things.see_taken_away(kind, answer.document, by=world.person(who)))


@then("of the batch of {total:Number}, these were refused, and the rest stored")
def batch_reported(context: Context, total: float) -> None:
    """Compare what became of each document of a batch, and look for those that were not refused in API and database.

    The table names position (from 1) and field.

    Example: Then of the batch of 3, these were refused, and the rest stored
    """
    refused = {int(row["position"]): row["field"] for row in tables.read(context.table, ("position", "field"))}
    world = context.world
    check.batch(world.recall("answer", Answer).expect(200).document, int(total), refused)
    for thing in world.noted("batch", list):
        check.fate(thing, "there", world.things.read(thing), partial(world.thing_stores.row, thing))


@when("{who:Actor} creates {count:Number} {kind:Things}, all at the same moment")
def create_at_once(context: Context, who: str, count: float, kind: Kind) -> None:
    """Send as many requests, each for one thing, released together.

    Example: When Omar creates 10 users, all at the same moment
    """
    world = context.world
    by, names = world.person(who), [f"{kind.word.replace(' ', '-')}-{number}" for number in range(int(count))]
    called = [kind.known_as(name, world.mark) for name in names]
    answers = world.crowd.send([world.things.creating(kind, each, by=by) for each in called], at_once=len(called))
    for name, each, answer in zip(names, called, answers, strict=True):
        things.keep(world, world.things.created(kind, name, each, answer.expect(201).document, by, ""))
    world.note("created", [things.known(world, kind, name) for name in names])


@then("all of them are stored, and all are different")
def all_different(context: Context) -> None:
    """Look for each thing that was created, under its own id and name.

    Example: Then all of them are stored, and all are different
    """
    world = context.world
    created = world.noted("created", list)
    equal("how many different ids there are", len({thing.id for thing in created}), len(created))
    for thing in created:
        told = world.things.read(thing).expect(200).document
        look = partial(world.thing_stores.row, thing)
        check.stored(thing, told, look, {}, world.people.account(thing.by).username)


@when("{who:Actor} lists the {kind:Things}")
@when("{who:Actor} lists the {kind:Things} with")
def list_things(context: Context, who: str, kind: Kind) -> None:
    """Ask for a list; the table holds limit, offset and filters.

    Example: When Nora lists the notifications
    Example: When Nora lists the notifications with
    """
    world = context.world
    world.remember("answer", world.things.list(kind, writing.query(world, context), by=world.person(who)))


@then("{who:Actor} is shown no {kind:Things}")
@then("{who:Actor} is shown no {kind:Things}, {total:Number} in all")
@then("{who:Actor} is shown these {kind:Things}, {total:Number} in all")
def is_shown(context: Context, who: str, kind: Kind, total: float = 0) -> None:
    """Compare a list, or what a search found, with the table: these, in this order, and how many there are in all.

    Example: Then she is shown no research sessions
    Example: Then she is shown no research sessions, 3 in all
    Example: Then she is shown these research sessions, 3 in all
    """
    world = context.world
    world.person(who)
    shown = world.recall("answer", Answer).expect(200).document
    wanted = writing.named_wishes(world, context) if context.table else []
    check.listed(kind, shown, wanted, int(total), world.mark)
