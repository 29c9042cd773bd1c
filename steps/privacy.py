"""Privacy: what is personal can be taken along, and erased; notes are unreadable at rest."""

from typing import Any

from behave import given, then, when
from behave.runner import Context

from support.capabilities.research import checks as check
from support.capabilities.research.resources import RESOURCE_TYPES, SESSION
from support.checks.comparison import require, require_equal
from support.drivers.http import Response
from support.scenario.world import World


@given("{who:Actor} has one resource of every type")
def left_traces(context: Context, who: str) -> None:
    """Have a persona create one thing of every kind, deleted and noted ones too, each with words of their own in it.

    Example: Given Nora has one resource of every type
    """
    world = context.world
    person = world.person(who)
    for kind, name, fields in check.one_of_every_kind(world.suffix):
        world.create_resource(kind, name, who, fields).expect(201)
    session = world.resource(SESSION, "AAPL")
    world.research.note(session, check.words(world.suffix, "notes"), by=person).expect(200)
    world.research.move(session, "processing", by=person).expect(200)
    world.resources.do("deletes", world.resource(SESSION, "MSFT"), by=person).expect(204)
    places = {trace.store for trace in world.occurrences.of(*_personal(world, who))}
    require_equal("the stores that hold something of it", check.STORES_OF_EVERY_KIND - places, frozenset())


def _personal(world: World, who: str) -> list[str]:
    return [world.people.account(world.person(who)).username, check.words(world.suffix)]


@when("{who:Actor} exports {whose:Owner} data")
def export(context: Context, who: str, whose: str) -> None:
    """Ask for the export of one's own data.

    Example: When Nora exports her data
    """
    world = context.world
    world.person(whose)
    world.remember("response", world.research.export(by=world.person(who)))


@then("the export contains all of {whose:Owner} data and nothing else")
def export_complete(context: Context, whose: str) -> None:
    """Compare the export with every thing the persona created, by id, and with the words in them.

    Example: Then the export contains all of her data and nothing else
    """
    world = context.world
    person = world.person(whose)
    exported = world.recall("response", Response).expect(200).document
    ids = world.resource_stores.ids_of(world.people.id(person), RESOURCE_TYPES)
    check.exported(exported, ids, world.people.account(person).username, world.suffix)


@given("{who:Actor} has erased {whose:Owner} data")
@when("{who:Actor} erases {whose:Owner} data")
def erase(context: Context, who: str, whose: str) -> None:
    """Have one's own data erased.

    Example: When Nora erases her data
    """
    world = context.world
    world.person(whose)
    world.remember("response", world.research.erase(by=world.person(who)).expect(200))


@then("no table, Redis key or file contains {whose:Owner} data")
def nothing_left(context: Context, whose: str) -> None:
    """Search every field of every table, every key of Redis and every file for the persona's name, address and words.

    Example: Then no table, Redis key or file contains her data
    """
    world = context.world
    found = world.occurrences.of(*_personal(world, whose))
    require(not found, f"nothing of it should be left, but there is something in {', '.join(map(str, found))}")
    left = world.resource_stores.ids_of(world.people.id(world.person(whose)), RESOURCE_TYPES)
    require(not any(left.values()), f"nobody should own anything any more, but owns {left}")


@then("the audit log has {whose:Owner} erasure without personal data")
def audited(context: Context, whose: str) -> None:
    """Look for the one entry of the audit: what was done, when, and how many things of each kind, nothing else.

    Example: Then the audit log has her erasure without personal data
    """
    world = context.world
    person = world.people.id(world.person(whose))
    message: dict[str, Any] = dict(world.recall("response", Response).document["erased"])
    check.audit(world.research_stores.audits(person), person, message, _personal(world, whose))


# Notes


@given("{who:Actor} has written the notes {text:Quoted} for the research session {name:Quoted}")
@when("{who:Actor} writes the notes {text:Quoted} for the research session {name:Quoted}")
def note(context: Context, who: str, text: str, name: str) -> None:
    """Write private notes on a session.

    Example: When Ravi writes the notes "sell before Friday" for the research session "AAPL"
    """
    world = context.world
    world.remember("note", world.unique_name(text))
    session = world.resource(SESSION, name)
    world.remember("response", world.research.note(session, world.unique_name(text), by=world.person(who)).expect(200))


@then("the research session {name:Quoted} has the notes {text:Quoted}")
def notes_plain(context: Context, text: str, name: str) -> None:
    """Read the notes of a session as its owner.

    Example: Then the research session "AAPL" has the notes "sell before Friday"
    """
    world = context.world
    message = world.resources.read(world.resource(SESSION, name)).expect(200).document
    require_equal(f"the notes on {name}", message["notes"], world.unique_name(text))


@then("no table, Redis key or file contains the notes as plain text")
def notes_sealed(context: Context) -> None:
    """Search every field of every table, every key of Redis and every file for the notes as they were written.

    Example: Then no table, Redis key or file contains the notes as plain text
    """
    world = context.world
    found = world.occurrences.of(world.recall("note", str))
    require(not found, f"the notes should be unreadable at rest, but can be read in {', '.join(map(str, found))}")
