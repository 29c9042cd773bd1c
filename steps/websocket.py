"""Any WebSocket of the platform: who connects, what is sent, and what comes."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from support.checks.comparison import require_equal
from support.gherkin.step_declarations import TABLE, TEXT, step_input
from support.scenario import inputs, step_checks


@when("{who:Caller} connects to {path:Path}")
def connect(context: Context, who: str, path: str) -> None:
    """Open a WebSocket, with the token of who connects; the answer is 101, or a refusal.

    Example: When an unauthenticated client connects to /ws/live
    """
    world = context.world
    world.remember("response", world.sockets.open(world.values.text(path), by=world.caller(who)))


@given("{who:Caller} is connected to {path:Path}")
def is_connected(context: Context, who: str, path: str) -> None:
    """Open a WebSocket, with the token of who connects; it must succeed.

    Example: Given Vera is connected to /ws/live
    """
    world = context.world
    world.sockets.open(world.values.text(path), by=world.caller(who)).expect(101)


@given("{who:Caller} has sent over the WebSocket")
@when("{who:Caller} sends over the WebSocket")
@step_input(TABLE, TEXT)
def send(context: Context, who: str) -> None:
    """Send the JSON below: a table of fields (field, value), or a document.

    Example: Given Vera has sent over the WebSocket
    """
    world = context.world
    world.sockets.send(inputs.message(world, context), by=world.caller(who))


@when("{who:Caller} sends this text over the WebSocket")
@step_input(TEXT)
def send_exactly(context: Context, who: str) -> None:
    """Send the step's text unchanged.

    Example: When Vera sends this text over the WebSocket
    """
    world = context.world
    world.sockets.send(inputs.text_below(context), by=world.caller(who))


@when("{who:Caller} sends pings over the WebSocket without reading the responses")
def flood(context: Context, who: str) -> None:
    """Send so many pings that their responses fill every buffer, and read none of them.

    Example: When Vera sends pings over the WebSocket without reading the responses
    """
    world = context.world
    world.sockets.flood(by=world.caller(who))


@given("within {within:Duration} {who:Caller} has received")
@then("within {within:Duration} {who:Caller} receives")
@step_input(TABLE, TEXT)
def receives(context: Context, within: float, who: str) -> None:
    """Wait for a message that has these parts (path, value, or a JSON document); earlier ones are skipped.

    Later steps write its parts as {message.status}.
    Example: Then within 5 seconds Vera receives
    """
    world = context.world
    differences = partial(step_checks.part_differences, world, "message", context=context)
    world.remember("message", world.sockets.receive(differences, within, by=world.caller(who)))


@then("{who:Caller} receives nothing more for {seconds:Duration}")
def receives_nothing(context: Context, who: str, seconds: float) -> None:
    """Watch for this time that nothing comes after what was received by the step before.

    Example: Then Vera receives nothing more for 500 ms
    """
    world = context.world
    world.sockets.require_silence(seconds, by=world.caller(who))


@then("within {within:Duration} the WebSocket of {who:Caller} is closed with {code:Integer}")
def closed(context: Context, within: float, who: str, code: int) -> None:
    """Wait until the platform closes the connection, and check its code.

    1006 means that it broke off without a code.
    Example: Then within 2 seconds the WebSocket of Vera is closed with 1006
    """
    world = context.world
    actual = world.sockets.closing_code(within, by=world.caller(who))
    require_equal(
        f"the code with which the WebSocket of {who} is closed", "none: it is open" if actual is None else actual, code
    )
