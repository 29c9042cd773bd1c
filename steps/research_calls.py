"""The technical contract of research: calls as they are sent, with ids of things in their paths."""

from behave import then, when
from behave.runner import Context

from support.checks.cells import differences, nested, pairs
from support.checks.matching import equal, require
from support.drivers.http import Answer


@when("{who:Actor} sends {method:Method} {path:Quoted}")
@when("{who:Actor} sends {method:Method} {path:Quoted} with")
def send(context: Context, who: str, method: str, path: str) -> None:
    """Send a request; {research session AAPL} in the path stands for the id of that thing, the table is the body.

    Example: When Ravi sends GET "/api/research/sessions/{research session AAPL}"
    Example: When Ravi sends POST "/api/research/sessions/{research session AAPL}/transition" with
    """
    world = context.world
    body = nested(pairs(context.table)) if context.table else None
    answer = world.things.send(method, world.with_ids(path), by=world.person(who), json=body)
    world.remember("answer", answer)


@then("the answer is {status:Status}, with")
def answered(context: Context, status: int) -> None:
    """Check the status of the answer, and fields of its body.

    Example: Then the answer is 200, with
    """
    answer = context.world.recall("answer", Answer).expect(status)
    found = list(differences(answer.document, pairs(context.table), {}))
    require(not found, f"{answer}: {'; '.join(found)}")


@then("the answer is {status:Status} {kind:Quoted}")
def refused(context: Context, status: int, kind: str) -> None:
    """Check a refusal: its status, its type, and that its id is the one in the header.

    Example: Then the answer is 404 "NotFoundError"
    """
    answer = context.world.recall("answer", Answer).expect(status)
    equal(f"the type of the error of {answer}", answer.error["type"], kind)
    equal(f"the id in the error of {answer}", answer.error["request_id"], answer.headers.get("X-Request-ID"))
