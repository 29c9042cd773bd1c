"""What is sent to the API as it is, and what the platform answers, whatever was asked."""

from behave import then, when
from behave.runner import Context

from support.checks import tables
from support.checks.cells import differences, nested, pairs
from support.checks.matching import equal, require
from support.drivers.http import Answer


@when("{who:Actor} sends {method:Method} {path:Quoted}")
@when("{who:Actor} sends {method:Method} {path:Quoted} with:")
def send(context: Context, who: str, method: str, path: str) -> None:
    """Send a request; {research session AAPL} in the path stands for the id of that thing, the table is the body.

    Example: When Ravi sends GET "/api/research/sessions/{research session AAPL}"
    Example: When Ravi sends POST "/api/research/sessions/{research session AAPL}/transition" with:
    """
    world = context.world
    body = nested(pairs(context.table)) if context.table else None
    answer = world.records.send(method, world.with_ids(path), by=world.person(who), json=body)
    world.remember("answer", answer)


@then("the answer is {status:Status}, with:")
def answered(context: Context, status: int) -> None:
    """Check the status of the answer, and fields of its body.

    Example: Then the answer is 200, with:
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


@then("{who:Actor} is told that {field:Quoted} is invalid")
def told_invalid(context: Context, who: str, field: str) -> None:
    """Check for 422 in the common envelope, with this field named and no other.

    Example: Then she is told that "status" is invalid
    """
    world = context.world
    error = world.recall("answer", Answer).expect(422).error
    equal(f"the kind of refusal for {world.person(who).name}", error["type"], "ValidationError")
    equal("the fields that are invalid", [detail["field"] for detail in error["details"]], [field])


@then("the answer has these headers")
def has_headers(context: Context) -> None:
    """Compare headers with a table of header and value; where no value stands, the header must not be there.

    Example: Then the answer has these headers
    """
    answer = context.world.recall("answer", Answer)
    wanted = {row["header"]: row["value"] for row in tables.rows(context.table, "header", "value")}
    seen = {name: answer.headers.get(name, "") for name in wanted}
    wrong = [
        f'{name} should be "{wanted[name]}", but was "{seen[name]}"' for name in wanted if seen[name] != wanted[name]
    ]
    require(not wrong, f"{answer} ({answer.status}): {'; '.join(wrong)}")
