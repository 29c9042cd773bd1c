"""Research: the states and stages of a session, the price service, search, tickers and returns."""

from behave import given, then, when
from behave.runner import Context

from support.capabilities.research import checks as check
from support.capabilities.research.client import DOCUMENT_BATCH, filler
from support.capabilities.research.resources import PORTFOLIO, SESSION
from support.checks import tables
from support.checks.comparison import require, require_equal, require_fields, require_one
from support.checks.envelope import REJECTIONS, error_of
from support.drivers.http import Response
from support.errors import require_feature
from support.gherkin.step_declarations import TABLE, step_input
from support.scenario import inputs
from support.scenario.resources import ResourceType


@given("{who:Actor} has the research session {name:Quoted} in the state {state:Quoted}")
def session_in_state(context: Context, name: str, who: str, state: str) -> None:
    """Have a persona begin a session and move it to a state; every state can be reached from the first.

    Example: Given Ravi has the research session "AAPL" in the state "processing"
    """
    world = context.world
    world.create_resource(SESSION, name, who, {}).expect(201)
    if state != "initialized":
        world.research.move(world.resource(SESSION, name), state, by=world.person(who)).expect(200)


@when("{who:Actor} moves the research session {name:Quoted} to {state:Quoted}")
@when("{who:Actor} moves the research session {name:Quoted} to {state:Quoted} with")
@step_input(TABLE)
def move_session(context: Context, who: str, name: str, state: str) -> None:
    """Ask for a transition, with data (fields such as data.score) or without without asserting the result.

    Example: When Ravi moves the research session "AAPL" to "completed"
    Example: When Ravi moves the research session "AAPL" to "completed" with
    """
    world = context.world
    fields = inputs.fields(world, context)
    response = world.research.move(world.resource(SESSION, name), state, fields, by=world.person(who))
    world.remember("response", response)


@when("{callers:Integer} concurrent callers move the research session {name:Quoted} to {state:Quoted}")
def move_at_once(context: Context, callers: int, name: str, state: str) -> None:
    """Have a session moved by several callers in the same moment, all of them its owner.

    Example: When 2 concurrent callers move the research session "AAPL" to "completed"
    """
    world = context.world
    session = world.resource(SESSION, name)
    moves = [world.research.moving(session, state, by=session.by)] * callers
    world.remember("responses", world.concurrent.send(moves, concurrency=callers))


@then("{winners:Integer} of them succeeds and the others are rejected as {rejection:Rejection}")
def some_accepted(context: Context, winners: int, rejection: str) -> None:
    """Count the answers that several callers got.

    Example: Then 1 of them succeeds and the others are rejected as conflicting
    """
    statuses = sorted(response.status for response in context.world.recall("responses", list))
    expected = [200] * winners + [REJECTIONS[rejection][0]] * (len(statuses) - winners)
    require_equal("the answers to the callers", statuses, expected)


@then("the research session {name:Quoted} has the history")
@step_input(TABLE)
def went_through(context: Context, name: str) -> None:
    """Compare the session's history with the table: from, to, by whom; the times must go forward.

    Example: Then the research session "AAPL" has the history
    """
    world = context.world
    session = world.resource(SESSION, name)
    rows = tables.read(context.table, ("from", "to", "by"))
    expected = [(row["from"], row["to"], world.people.account(world.person(row["by"])).username) for row in rows]
    check.history(session, world.research_stores.history(session), expected)


@then("there is one {type:Resource} {name:Quoted} for the research session {session:Quoted}")
def one_about(context: Context, type: ResourceType, name: str, session: str) -> None:
    """Look through the owner's notifications or events for what tells of a session: there is exactly one.

    Example: Then there is one notification "Research Complete" for the research session "AAPL"
    """
    world = context.world
    about = world.resource(SESSION, session)
    found = world.resources.list(type, {"limit": "100"}, by=about.by).expect(200).document[type.collection]
    telling = [each for each in found if each[type.name_field] == name and each["data"].get("session_id") == about.id]
    require_one(f'the {type.name} "{name}" about the session on {session}', telling)


# The workflow


@when("{who:Actor} completes a research session on {ticker:Quoted}")
def whole_research(context: Context, who: str, ticker: str) -> None:
    """Begin a session and carry it through every stage; each must succeed.

    Example: When Nora completes a research session on "AAPL"
    """
    world = context.world
    world.create_resource(SESSION, ticker, who, {}).expect(201)
    world.research.carry(world.resource(SESSION, ticker), "saved", by=world.person(who))


@given("{who:Actor} has run the research session {name:Quoted} up to the stage {stage:ResearchStage}")
@when("{who:Actor} runs the research session {name:Quoted} up to the stage {stage:ResearchStage}")
def carry(context: Context, who: str, name: str, stage: str) -> None:
    """Take a research through all stages up to this one; each must succeed.

    Example: When Ravi runs the research session "AAPL" up to the stage saved
    """
    world = context.world
    session = world.resource(SESSION, name)
    world.remember("stages", world.research.carry(session, stage, by=world.person(who)))


@given("{who:Actor} has requested the stage {stage:ResearchStage} of the research session {name:Quoted}")
@when("{who:Actor} requests the stage {stage:ResearchStage} of the research session {name:Quoted}")
def one_stage(context: Context, who: str, name: str, stage: str) -> None:
    """Ask for one stage without asserting the result.

    Example: When Ravi requests the stage fetched of the research session "AAPL"
    """
    world = context.world
    world.remember("response", world.research.stage(world.resource(SESSION, name), stage, by=world.person(who)))


@then("the research session {name:Quoted} passed the stages {stages:Quoted}")
def went_through_stages(context: Context, name: str, stages: str) -> None:
    """Compare the stages that the research said it went through, one after the other.

    Example: Then the research session "AAPL" passed the stages "started, fetched, analysed, reported, saved"
    """
    require_equal(f"the way of the research on {name}", ", ".join(context.world.recall("stages", list)), stages)


@then("the score of {names:Quoted} is between {low:Number} and {high:Number}")
def scores(context: Context, names: str, low: float, high: float) -> None:
    """Compare the score of a research with its limits; of several, divided by commas, all must have the same.

    Example: Then the score of "AAPL, AAPL #2" is between 0 and 1
    """
    world = context.world
    sessions = [world.resource(SESSION, name.strip()) for name in names.split(",")]
    found = [world.resources.read(session).expect(200).document["data"]["analysis"]["score"] for session in sessions]
    for score in found:
        require(low <= score <= high, f"the score should lie between {low:g} and {high:g}, but was {score}")
    require_equal("the scores of researches on the same figures", found, found[:1] * len(found))


@then("the research session {name:Quoted} failed because {reason:Quoted}")
def research_failed(context: Context, name: str, reason: str) -> None:
    """Check that the answer, the API and the database tell the failure with the same reason, and hold no figures.

    Example: Then the research session "AAPL" failed because "The price service did not respond in time."
    """
    world = context.world
    error = error_of(world.recall("response", Response).expect(502, 503, 504))
    require_equal("the kind of failure", (error["type"], error["message"]), ("DependencyError", reason))
    session = world.resource(SESSION, name)
    expected = {"state": "failed", "stage": "started", "error": reason, "data": {}}
    world.require_stored(session, expected)


# The price service


@given("the price service has these prices of {ticker:Quoted}")
@step_input(TABLE)
def price_service_quotes(context: Context, ticker: str) -> None:
    """Have the price service know these days of a ticker, oldest first. Columns: date; close, in quotes.

    Example: Given the price service has these prices of "AAPL"
    """
    world = context.world
    rows = tables.read(context.table, ("date", "close"))
    days = [(row["date"], world.values.value(row["close"])) for row in rows]
    world.remember("quotes", world.prices.quotes(ticker, days))


@given("the price service {fault:PriceFault} {times:Repeat}")
def price_service_troubled(context: Context, fault: str, times: int | None) -> None:
    """Have the price service fail: once, twice, 3 times and then work again, or always.

    Example: Given the price service is slow always
    """
    context.world.prices.troubled(fault, times)


@then("the research session {name:Quoted} has the prices of the price service")
def holds_quotes(context: Context, name: str) -> None:
    """Compare the session's figures with the price service's answer, which was asked for once.

    Example: Then the research session "AAPL" has the prices of the price service
    """
    world = context.world
    data = world.resources.read(world.resource(SESSION, name)).expect(200).document["data"]
    found = [(quote["date"], quote["close"]) for quote in data["prices"]["quotes"]]
    require_equal("the figures of the research", found, world.recall("quotes", list))


@then("the price service was called {times:Times}")
def price_service_asked(context: Context, times: int) -> None:
    """Count the requests that this scenario's sessions caused at the price service.

    Example: Then the price service was called once
    """
    require_equal("how often the price service was asked", len(context.world.prices.asked()), times)


# Search


@given("{who:Actor} has {count:Integer} other documents")
def many_documents(context: Context, count: int, who: str) -> None:
    """Have many documents ingested, about all sorts of things; more of them each time.

    Example: Given Nora has 500 other documents
    """
    world = context.world
    person = world.person(who)
    items = filler(count, world.suffix, after=world.research.count_documents(by=person))
    for first in range(0, len(items), DOCUMENT_BATCH):
        batch = world.research.ingest(items[first : first + DOCUMENT_BATCH], by=person)
        require_equal("how many were refused", batch.expect(200).document["refused"], 0)


@when("{who:Actor} searches for {text:Quoted}")
@when("{who:Actor} searches for {text:Quoted} with")
@step_input(TABLE)
def search(context: Context, who: str, text: str) -> None:
    """Search for documents; the table may hold source_type, limit, offset, min_score, filters.NAME and exclude.NAME.

    Example: When Nora searches for "revenue growth at Apple"
    Example: When Nora searches for "cloud computing" with
    """
    world = context.world
    expected = inputs.fields(world, context)
    world.remember("response", world.research.search(text, expected, by=world.person(who)))


# Tickers and returns


@then("the ticker {text:Value} is {validity:Validity}")
def ticker_judged(context: Context, text: str, validity: str) -> None:
    """Ask the platform whether a text is a ticker.

    Example: Then the ticker "AAPL" is valid
    """
    world = context.world
    typed = world.values.value(text)
    require_feature(isinstance(typed, str), f"{text} is no text: write the ticker in double quotes")
    judged = world.research.judge_ticker(typed, by=world.person("Ravi"))
    ticker = typed.upper() if validity == "valid" else None
    require_equal(f"what the platform says about {text}", judged, {"valid": validity == "valid", "ticker": ticker})


@then("the returns of the portfolio {name:Quoted} are")
@step_input(TABLE)
def returns_are(context: Context, name: str) -> None:
    """Compare what a portfolio returns with the table, to the last digit.

    Example: Then the returns of the portfolio "Growth" are
    """
    world = context.world
    portfolio = world.resource(PORTFOLIO, name)
    found = world.research.returns(portfolio, by=portfolio.by)
    require_fields(f"the returns of {portfolio}", found, inputs.expected_fields(world, context, "field"))
