"""Research sessions and their states."""

from behave import given, then, when
from behave.runner import Context

from support.checks.matching import equal, fields
from support.clients.research import ResearchSession
from support.drivers.http import Answer


@given("the research session on {ticker:Quoted} of {who:Actor}")
@when("{who:Actor} starts a research session on {ticker:Quoted}")
def start_session(context: Context, who: str, ticker: str) -> None:
    """Have a persona start a stock research session.

    Example: When Ravi starts a research session on "AAPL"
    """
    world = context.world
    world.remember(ticker.upper(), world.research.start(ticker, by=world.person(who)))


@given("{who:Actor} moved the session on {ticker:Quoted} to {state:Quoted}")
def session_was_moved(context: Context, who: str, ticker: str, state: str) -> None:
    """Ask for a transition that must succeed.

    Example: Given Ravi moved the session on "AAPL" to "processing"
    """
    world = context.world
    world.research.move(world.recall(ticker, ResearchSession), state, by=world.person(who)).expect(200)


@when("{who:Actor} moves the session on {ticker:Quoted} to {state:Quoted}")
def move_session(context: Context, who: str, ticker: str, state: str) -> None:
    """Ask for a transition, whatever comes of it.

    Example: When Ravi moves the session on "AAPL" to "completed"
    """
    world = context.world
    session = world.recall(ticker, ResearchSession)
    world.remember("answer", world.research.move(session, state, by=world.person(who)))


@then("the session on {ticker:Quoted} is stored as {state:Quoted} and belongs to {who:Actor}")
def session_stored(context: Context, ticker: str, state: str, who: str) -> None:
    """Compare database and API.

    Example: Then the session on "AAPL" is stored as "initialized" and belongs to Ravi
    """
    world = context.world
    session = world.recall(ticker, ResearchSession)
    wanted = {"ticker": ticker, "state": state, "session_type": "stock_research"}
    owner = world.run.account(world.person(who)).username
    fields(f"the row of the session on {ticker}", world.research_stores.row(session), {**wanted, "owner": owner})
    fields(f"the session on {ticker} in the API", world.research.read(session, by=session.owner), wanted)


@then("the move is accepted, and the session on {ticker:Quoted} went through {states:Quoted}")
def session_went_through(context: Context, ticker: str, states: str) -> None:
    """Compare answer, API and the session's own history; the states are divided by commas.

    Example: Then the move is accepted, and the session on "AAPL" went through "processing, completed"
    """
    world = context.world
    session = world.recall(ticker, ResearchSession)
    wanted = [state.strip() for state in states.split(",")]
    equal("the state in the answer", world.recall("answer", Answer).expect(200).document["state"], wanted[-1])
    equal("the state in the API", world.research.read(session, by=session.owner)["state"], wanted[-1])
    equal(f"the history of the session on {ticker}", world.research_stores.states(session), wanted)
