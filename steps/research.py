"""Research: the things a researcher works with, the states and stages of a session, search and privacy."""

from collections.abc import Mapping
from typing import Any

from behave import given, then, when
from behave.runner import Context

from support.checks import tables
from support.checks import things as check
from support.checks.cells import named, nested, pairs
from support.checks.matching import equal, one, require
from support.clients.research import DOCUMENT_BATCH, filler, remembered
from support.clients.things import DEEDS, PORTFOLIO, SESSION, Kind, Thing
from support.drivers.http import REFUSALS, Answer
from support.world import World


@given("{who:Actor} has just joined")
def has_joined(context: Context, who: str) -> None:
    """Make an account for a newcomer, and sign in; it goes at the end of the scenario, with everything of theirs.

    Example: Given Nora has just joined
    """
    world = context.world
    world.people.join(world.person(who), world.mark, world.things, world.cleanup)
    world.access.sign_in(world.person(who))


# Things


def _create(world: World, kind: Kind, name: str, who: str, cells: Mapping[str, str]) -> Answer:
    """Ask for a thing, and remember the answer; what was created is remembered under its kind and name."""
    by, called = world.person(who), kind.known_as(name, world.mark)
    within = world.recall("portfolio in hand", Thing).id if "{" in kind.path else ""
    fields = nested({field: world.filled_in(cell) for field, cell in cells.items()}, texts=kind.texts)
    answer = world.things.create(kind, called, fields, by=by, within=within)
    world.remember("answer", answer)
    if answer.status == 201:
        _keep(world, world.things.created(kind, name, called, answer.document, by, within))
    return answer


def _keep(world: World, thing: Thing) -> None:
    world.remember(remembered(thing.kind.word, thing.name), thing)
    if thing.kind is PORTFOLIO:
        world.remember("portfolio in hand", thing)
    if world.run.prices is not None:
        world.prices.concern(thing)


def _thing(world: World, kind: Kind, name: str) -> Thing:
    return world.recall(remembered(kind.word, name), Thing)


@given("the {kind:Thing} {name:Quoted} of {who:Actor}")
@given("the {kind:Thing} {name:Quoted} of {who:Actor} with")
def thing_exists(context: Context, kind: Kind, name: str, who: str) -> None:
    """Have a persona create a thing; the table tells fields and values that matter.

    Example: Given the research session "AAPL" of Ravi
    Example: Given the research session "AAPL" of Ravi with
    """
    _create(context.world, kind, name, who, pairs(context.table)).expect(201)


@given("these {kind:Things} of {who:Actor}")
def things_exist(context: Context, kind: Kind, who: str) -> None:
    """Have a persona create several things, from top to bottom: a column with the name, others with fields.

    Example: Given these notifications of Nora
    """
    for name, cells in named(context.table):
        _create(context.world, kind, name, who, cells).expect(201)


@when("{who:Actor} creates the {kind:Thing} {name:Quoted}")
@when("{who:Actor} creates the {kind:Thing} {name:Quoted} with")
def create_thing(context: Context, who: str, kind: Kind, name: str) -> None:
    """Ask for a thing, whatever comes of it; `nothing` in the table leaves out a field that is usually there.

    Example: When Ravi creates the research session "AAPL"
    Example: When Ravi creates the research session "AAPL" with
    """
    _create(context.world, kind, name, who, pairs(context.table))


@when("{who:Actor} creates these {kind:Things} in one request")
def create_many(context: Context, who: str, kind: Kind) -> None:
    """Ask for several things at once, whatever comes of it.

    Example: When Omar creates these users in one request
    """
    world = context.world
    items = []
    for name, cells in named(context.table):
        fields = nested({field: world.filled_in(cell) for field, cell in cells.items()}, texts=kind.texts)
        items.append({**kind.defaults(kind.known_as(name, world.mark)), **fields})
    answer = world.things.create_many(kind, items, by=world.person(who))
    world.remember("answer", answer)
    if answer.status in (200, 201):
        world.things.see_taken_away(kind, answer.document, by=world.person(who))


@given("{whose:Owner} {kind:Thing} {name:Quoted} holds")
def thing_holds(context: Context, whose: str, kind: Kind, name: str) -> None:
    """Have a persona change the fields in the table; it must succeed.

    Example: Given Ravi's research session "AAPL" holds
    """
    world = context.world
    fields = nested(pairs(context.table), texts=kind.texts)
    world.things.change(_thing(world, kind, name), fields, by=world.person(whose)).expect(200)


@given("{who:Actor} created these {kind:Things} in one request")
def created_many(context: Context, who: str, kind: Kind) -> None:
    """Ask for several things at once; all of them must be accepted.

    Example: Given Nora created these documents in one request
    """
    create_many(context, who, kind)
    accepted = context.world.recall("answer", Answer).expect(200, 201).document
    equal("how many were refused", accepted.get("refused", 0), 0)


@when("{who:Actor} changes the {kind:Thing} {name:Quoted} to")
def change_thing(context: Context, who: str, kind: Kind, name: str) -> None:
    """Ask for a change of the fields in the table, whatever comes of it.

    Example: When Omar changes the user "Alma" to
    """
    world = context.world
    fields = nested({field: world.filled_in(cell) for field, cell in pairs(context.table).items()}, texts=kind.texts)
    world.remember("answer", world.things.change(_thing(world, kind, name), fields, by=world.person(who)))


@given("{who:Actor} {deed:ThingPast} the {kind:Thing} {name:Quoted}")
def did(context: Context, who: str, deed: str, kind: Kind, name: str) -> None:
    """Do something to a thing; it must succeed.

    Example: Given Omar deleted the user "Alma"
    """
    world = context.world
    thing = _thing(world, kind, name)
    answer = world.things.do(deed, thing, by=world.person(who)).expect(DEEDS[deed][2])
    if answer.body:
        world.remember(remembered(kind.word, name), thing.now(answer.document))


@when("{who:Actor} {deed:ThingDeed} the {kind:Thing} {name:Quoted}")
def do(context: Context, who: str, deed: str, kind: Kind, name: str) -> None:
    """Do something to a thing, whatever comes of it.

    Example: When Nora reads the notification "Margin call"
    """
    world = context.world
    world.remember("answer", world.things.do(deed, _thing(world, kind, name), by=world.person(who)))


@when("{who:Actor} lists the {kind:Things}")
@when("{who:Actor} lists the {kind:Things} with")
def list_things(context: Context, who: str, kind: Kind) -> None:
    """Ask for a list; the table holds limit, offset and filters.

    Example: When Nora lists the notifications
    Example: When Nora lists the notifications with
    """
    world = context.world
    world.remember("answer", world.things.list(kind, pairs(context.table), by=world.person(who)))


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
    check.listed(kind, shown, named(context.table) if context.table else [], int(total), world.mark)


@then("the {kind:Thing} {name:Quoted} is stored with")
def is_stored(context: Context, kind: Kind, name: str) -> None:
    """Look at a thing in the API and in the database: its name, whose it is, and the fields of the table.

    Example: Then the research session "AAPL" is stored with
    """
    world = context.world
    thing = _thing(world, kind, name)
    wanted = {field: world.filled_in(cell) for field, cell in pairs(context.table).items()}
    told = world.things.read(thing).expect(200).document
    check.stored(thing, told, world.thing_stores.row(thing), wanted, world.people.account(thing.by).username)


@then("the {kind:Thing} {name:Quoted} is {fate:ThingEnd}")
def has_become(context: Context, kind: Kind, name: str, fate: str) -> None:
    """Look at what has become of a thing: hidden is unknown to the API and marked in the database, gone is in neither.

    Example: Then the user "Alma" is hidden
    """
    world = context.world
    thing = _thing(world, kind, name)
    check.fate(thing, fate, world.things.read(thing), world.thing_stores.row(thing))


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
    equal("what the refusal says", error["message"], message or error["message"])


@then("of the batch of {total:Number}, these were refused, and the rest stored")
def batch_reported(context: Context, total: float) -> None:
    """Compare what became of each document of a batch; the table names position (from 1) and field.

    Example: Then of the batch of 3, these were refused, and the rest stored
    """
    refused = {int(row["position"]): row["field"] for row in tables.read(context.table, ("position", "field"))}
    check.batch(context.world.recall("answer", Answer).expect(200).document, int(total), refused)


# States of a session


@given("the research session {name:Quoted} of {who:Actor} is {state:Quoted}")
def session_in_state(context: Context, name: str, who: str, state: str) -> None:
    """Have a persona begin a session and move it to a state; every state can be reached from the first.

    Example: Given the research session "AAPL" of Ravi is "processing"
    """
    world = context.world
    _create(world, SESSION, name, who, {}).expect(201)
    if state != "initialized":
        world.research.move(_thing(world, SESSION, name), state, by=world.person(who)).expect(200)


@when("{who:Actor} moves the research session {name:Quoted} to {state:Quoted}")
@when("{who:Actor} moves the research session {name:Quoted} to {state:Quoted} with")
def move_session(context: Context, who: str, name: str, state: str) -> None:
    """Ask for a transition, with data or without, whatever comes of it.

    Example: When Ravi moves the research session "AAPL" to "completed"
    Example: When Ravi moves the research session "AAPL" to "completed" with
    """
    world = context.world
    data = nested(pairs(context.table)).get("data")
    answer = world.research.move(_thing(world, SESSION, name), state, data, by=world.person(who))
    world.remember("answer", answer)


@when("{callers:Number} callers at once move the research session {name:Quoted} to {state:Quoted}")
def move_at_once(context: Context, callers: float, name: str, state: str) -> None:
    """Have a session moved by several callers in the same moment, all of them its owner.

    Example: When 2 callers at once move the research session "AAPL" to "completed"
    """
    world = context.world
    session = _thing(world, SESSION, name)
    moves = [world.research.moving(session, state, by=session.by)] * int(callers)
    world.remember("answers", world.crowd.send(moves, at_once=int(callers)))


@then("{winners:Number} of them is accepted, the others are refused as {refusal:Refusal}")
def some_accepted(context: Context, winners: float, refusal: str) -> None:
    """Count the answers that several callers got.

    Example: Then 1 of them is accepted, the others are refused as conflicting
    """
    statuses = sorted(answer.status for answer in context.world.recall("answers", list))
    wanted = [200] * int(winners) + [REFUSALS[refusal][0]] * (len(statuses) - int(winners))
    equal("the answers to the callers", statuses, wanted)


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
        _keep(world, world.things.created(kind, name, each, answer.expect(201).document, by, ""))
    world.remember("created", [_thing(world, kind, name) for name in names])


@then("all of them are stored, and all are different")
def all_different(context: Context) -> None:
    """Look for each thing that was created, under its own id and name.

    Example: Then all of them are stored, and all are different
    """
    world = context.world
    things = world.recall("created", list)
    equal("how many different ids there are", len({thing.id for thing in things}), len(things))
    for thing in things:
        told = world.things.read(thing).expect(200).document
        check.stored(thing, told, world.thing_stores.row(thing), {}, world.people.account(thing.by).username)


@then("the research session {name:Quoted} went through")
def went_through(context: Context, name: str) -> None:
    """Compare the session's history with the table: from, to, by whom; the times must go forward.

    Example: Then the research session "AAPL" went through
    """
    world = context.world
    rows = tables.read(context.table, ("from", "to", "by"))
    wanted = [(row["from"], row["to"], world.people.account(world.person(row["by"])).username) for row in rows]
    check.history(_thing(world, SESSION, name), world.thing_stores.history(_thing(world, SESSION, name)), wanted)


@then("there is one {kind:Thing} {name:Quoted} about the research session {session:Quoted}")
def one_about(context: Context, kind: Kind, name: str, session: str) -> None:
    """Look through the owner's notifications or events for what tells of a session: there is exactly one.

    Example: Then there is one notification "Research Complete" about the research session "AAPL"
    """
    world = context.world
    about = _thing(world, SESSION, session)
    found = world.things.list(kind, {"limit": "100"}, by=about.by).expect(200).document[kind.listed]
    telling = [each for each in found if each[kind.called] == name and each["data"].get("session_id") == about.id]
    one(f'the {kind.word} "{name}" about the session on {session}', telling)


# The workflow


@when("{who:Actor} does a whole research on {ticker:Quoted}")
def whole_research(context: Context, who: str, ticker: str) -> None:
    """Begin a session and carry it through every stage; each must succeed.

    Example: When Nora does a whole research on "AAPL"
    """
    world = context.world
    _create(world, SESSION, ticker, who, {}).expect(201)
    world.research.carry(_thing(world, SESSION, ticker), "saved", by=world.person(who))


@given("{who:Actor} carried the research on {name:Quoted} as far as {stage:ResearchStage}")
@when("{who:Actor} carries the research on {name:Quoted} as far as {stage:ResearchStage}")
def carry(context: Context, who: str, name: str, stage: str) -> None:
    """Take a research through all stages up to this one; each must succeed.

    Example: When Ravi carries the research on "AAPL" as far as saved
    """
    world = context.world
    session = _thing(world, SESSION, name)
    world.remember("stages", world.research.carry(session, stage, by=world.person(who)))


@given("{who:Actor} tried to have the research on {name:Quoted} {stage:ResearchStage}")
@when("{who:Actor} has the research on {name:Quoted} {stage:ResearchStage}")
def one_stage(context: Context, who: str, name: str, stage: str) -> None:
    """Ask for one stage, whatever comes of it.

    Example: When Ravi has the research on "AAPL" fetched
    """
    world = context.world
    world.remember("answer", world.research.stage(_thing(world, SESSION, name), stage, by=world.person(who)))


@then("the research on {name:Quoted} went through {stages:Quoted}")
def went_through_stages(context: Context, name: str, stages: str) -> None:
    """Compare the stages that the research said it went through, one after the other.

    Example: Then the research on "AAPL" went through "started, fetched, analysed, reported, saved"
    """
    equal(f"the way of the research on {name}", ", ".join(context.world.recall("stages", list)), stages)


@then("the score of {names:Quoted} lies between {low:Number} and {high:Number}")
def scores(context: Context, names: str, low: float, high: float) -> None:
    """Compare the score of a research with its limits; of several, divided by commas, all must have the same.

    Example: Then the score of "AAPL, AAPL #2" lies between 0 and 1
    """
    world = context.world
    sessions = [_thing(world, SESSION, name.strip()) for name in names.split(",")]
    found = [world.things.read(session).expect(200).document["data"]["analysis"]["score"] for session in sessions]
    for score in found:
        require(low <= score <= high, f"the score should lie between {low:g} and {high:g}, but was {score}")
    equal("the scores of researches on the same figures", found, found[:1] * len(found))


@then("the research on {name:Quoted} failed because {reason:Quoted}")
def research_failed(context: Context, name: str, reason: str) -> None:
    """Check that the answer, the API and the database tell the failure with the same reason, and hold no figures.

    Example: Then the research on "AAPL" failed because "The price service did not answer in time."
    """
    world = context.world
    error = world.recall("answer", Answer).expect(502, 503, 504).error
    equal("the kind of failure", (error["type"], error["message"]), ("DependencyError", reason))
    session = _thing(world, SESSION, name)
    told, row = world.things.read(session).expect(200).document, world.thing_stores.row(session)
    wanted = {"state": "failed", "stage": "started", "error": reason, "data": "{}"}
    check.stored(session, told, row, wanted, world.people.account(session.by).username)


# The price service


@given("the price service quotes {ticker:Quoted} at")
def price_service_quotes(context: Context, ticker: str) -> None:
    """Have the price service know these days of a ticker, oldest first.

    Example: Given the price service quotes "AAPL" at
    """
    world = context.world
    rows = tables.read(context.table, ("date", "close"))
    world.remember("quotes", world.prices.quotes(ticker, [(row["date"], row["close"]) for row in rows]))


@given("the price service {trouble:PriceTrouble}, {times:Count}")
def price_service_troubled(context: Context, trouble: str, times: int | None) -> None:
    """Have the price service fail: once, twice, 3 times and then work again, or always.

    Example: Given the price service is slow, always
    """
    context.world.prices.troubled(trouble, times)


@then("the research on {name:Quoted} holds what the price service quoted")
def holds_quotes(context: Context, name: str) -> None:
    """Compare the session's figures with the price service's answer, which was asked for once.

    Example: Then the research on "AAPL" holds what the price service quoted
    """
    world = context.world
    data = world.things.read(_thing(world, SESSION, name)).expect(200).document["data"]
    found = [(quote["date"], quote["close"]) for quote in data["prices"]["quotes"]]
    equal("the figures of the research", found, world.recall("quotes", list))


@then("the price service was asked {times:Count}")
def price_service_asked(context: Context, times: int) -> None:
    """Count the requests that this scenario's sessions caused at the price service.

    Example: Then the price service was asked once
    """
    equal("how often the price service was asked", len(context.world.prices.asked()), times)


# Search


@given("{count:Number} other documents of {who:Actor}")
def many_documents(context: Context, count: float, who: str) -> None:
    """Have many documents ingested, about all sorts of things; more of them each time.

    Example: Given 500 other documents of Nora
    """
    world = context.world
    person = world.person(who)
    items = filler(int(count), world.mark, after=world.research.count_documents(by=person))
    for first in range(0, len(items), DOCUMENT_BATCH):
        batch = world.research.ingest(items[first : first + DOCUMENT_BATCH], by=person)
        equal("how many were refused", batch.expect(200).document["refused"], 0)


@when("{who:Actor} searches for {text:Quoted}")
@when("{who:Actor} searches for {text:Quoted} with")
def search(context: Context, who: str, text: str) -> None:
    """Search for documents; the table may hold source_type, limit, offset, min_score, filters.NAME and exclude.NAME.

    Example: When Nora searches for "cloud computing" with
    Example: When Nora searches for "cloud computing" with
    """
    world = context.world
    wishes = nested(pairs(context.table))
    world.remember("answer", world.research.search(text, wishes, by=world.person(who)))


# Tickers, returns, notes


@then("the platform says that {text:Quoted} is {verdict:Verdict} ticker")
def ticker_judged(context: Context, text: str, verdict: str) -> None:
    """Ask the platform whether a text is a ticker.

    Example: Then the platform says that "AAPL" is a ticker
    """
    world = context.world
    judged = world.research.judge_ticker(text, by=world.person("Ravi"))
    ticker = text.upper() if verdict == "a" else None
    equal(f'what the platform says about "{text}"', judged, {"valid": verdict == "a", "ticker": ticker})


@then("the returns of the portfolio {name:Quoted} are")
def returns_are(context: Context, name: str) -> None:
    """Compare what a portfolio returns with the table, to the last digit.

    Example: Then the returns of the portfolio "Growth" are
    """
    world = context.world
    portfolio = _thing(world, PORTFOLIO, name)
    found = world.research.returns(portfolio, by=portfolio.by)
    check.returns(portfolio, found, pairs(context.table))


@given("{who:Actor} noted {text:Quoted} on the research session {name:Quoted}")
@when("{who:Actor} notes {text:Quoted} on the research session {name:Quoted}")
def note(context: Context, who: str, text: str, name: str) -> None:
    """Write private notes on a session.

    Example: When Ravi notes "sell before Friday" on the research session "AAPL"
    """
    world = context.world
    world.remember("note", world.alias(text))
    session = _thing(world, SESSION, name)
    world.remember("answer", world.research.note(session, world.alias(text), by=world.person(who)).expect(200))


@then("{who:Actor} reads {text:Quoted} in the notes on the research session {name:Quoted}")
def notes_plain(context: Context, who: str, text: str, name: str) -> None:
    """Read the notes of a session as its owner.

    Example: Then Ravi reads "sell before Friday" in the notes on the research session "AAPL"
    """
    world = context.world
    world.person(who)
    told = world.things.read(_thing(world, SESSION, name)).expect(200).document
    equal(f"the notes on {name}", told["notes"], world.alias(text))


# Privacy


@given("{who:Actor} has left something of every kind")
def left_traces(context: Context, who: str) -> None:
    """Have a persona create one thing of every kind, deleted and noted ones too, each with words of their own in it.

    Example: Given Nora has left something of every kind
    """
    world = context.world
    person = world.person(who)
    for kind, name, cells in check.one_of_every_kind(world.mark):
        _create(world, kind, name, who, cells).expect(201)
    session = _thing(world, SESSION, "AAPL")
    world.research.note(session, check.words(world.mark, "notes"), by=person).expect(200)
    world.research.move(session, "processing", by=person).expect(200)
    world.things.do("delete", _thing(world, SESSION, "MSFT"), by=person).expect(204)
    places = {trace.store for trace in world.traces.of(*_personal(world, who))}
    equal("the stores that hold something of it", check.STORES_OF_EVERY_KIND - places, frozenset())


def _personal(world: World, who: str) -> list[str]:
    return [world.people.account(world.person(who)).username, check.words(world.mark)]


@when("{who:Actor} asks for everything that the platform holds of {whom:Object}")
def export(context: Context, who: str, whom: str) -> None:
    """Ask for the export of one's own data.

    Example: When Nora asks for everything that the platform holds of her
    """
    world = context.world
    world.person(whom)
    world.remember("answer", world.research.export(by=world.person(who)))


@given("{who:Actor} has had everything of {whose:Owner} own erased")
@when("{who:Actor} has everything of {whose:Owner} own erased")
def erase(context: Context, who: str, whose: str) -> None:
    """Have one's own data erased.

    Example: When Nora has everything of her own erased
    """
    world = context.world
    world.person(whose)
    world.remember("answer", world.research.erase(by=world.person(who)).expect(200))


@then("the export holds everything of {whose:Owner} own, and nothing else")
def export_complete(context: Context, whose: str) -> None:
    """Compare the export with every thing the persona created, by id, and with the words in them.

    Example: Then the export holds everything of her own, and nothing else
    """
    world = context.world
    person = world.person(whose)
    exported = world.recall("answer", Answer).expect(200).document
    ids = world.thing_stores.ids_of(world.people.id(person))
    check.exported(exported, ids, world.people.account(person).username, world.mark)


@then("no table, key or file holds anything of {whose:Owner} own")
def nothing_left(context: Context, whose: str) -> None:
    """Search every field of every table, every key of Redis and every file for the persona's name, address and words.

    Example: Then no table, key or file holds anything of her own
    """
    world = context.world
    found = world.traces.of(*_personal(world, whose))
    require(not found, f"nothing of it should be left, but there is something in {', '.join(map(str, found))}")
    left = world.thing_stores.ids_of(world.people.id(world.person(whose)))
    require(not any(left.values()), f"nobody should own anything any more, but owns {left}")


@then("no table, key or file holds the notes in plain")
def notes_sealed(context: Context) -> None:
    """Search every field of every table, every key of Redis and every file for the notes as they were written.

    Example: Then no table, key or file holds the notes in plain
    """
    world = context.world
    found = world.traces.of(world.recall("note", str))
    require(not found, f"the notes should be unreadable at rest, but can be read in {', '.join(map(str, found))}")


@then("the audit tells of {whose:Owner} erasure, and nothing that is personal")
def audited(context: Context, whose: str) -> None:
    """Look for the one entry of the audit: what was done, when, and how many things of each kind, nothing else.

    Example: Then the audit tells of her erasure, and nothing that is personal
    """
    world = context.world
    person = world.people.id(world.person(whose))
    told: dict[str, Any] = dict(world.recall("answer", Answer).document["erased"])
    check.audit(world.thing_stores.audits(person), person, told, _personal(world, whose))
