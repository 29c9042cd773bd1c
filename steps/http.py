"""What the platform answers, whatever was asked."""

from behave import then
from behave.runner import Context

from support.checks.matching import equal
from support.drivers.http import OUTCOMES, Answer


@then("{who:Actor} is told that {field:Quoted} is invalid")
def told_invalid(context: Context, who: str, field: str) -> None:
    """Check for 422 in the common envelope, with this field named and no other.

    Example: Then she is told that "status" is invalid
    """
    world = context.world
    error = world.recall("answer", Answer).expect(422).error
    equal(f"the kind of refusal for {world.person(who).name}", error["type"], "ValidationError")
    equal("the fields that are invalid", [detail["field"] for detail in error["details"]], [field])


@then("{who:Actor} is told that {what:Told}")
def told(context: Context, who: str, what: str) -> None:
    """Check the status of the answer, and of a refusal its kind in the common envelope.

    Example: Then she is told that it does not exist
    """
    world = context.world
    world.person(who)
    status, kind = OUTCOMES[what]
    answer = world.recall("answer", Answer).expect(status)
    equal("the kind of refusal", answer.error["type"] if kind else None, kind)
