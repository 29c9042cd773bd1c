"""What the platform answers, whatever was asked."""

from behave import then
from behave.runner import Context

from support.checks import tables
from support.checks.matching import equal, require
from support.drivers.http import Answer


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
