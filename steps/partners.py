"""Outside services, played by stubs: what they answer, and what they were asked."""

from behave import given, then
from behave.runner import Context

from support.gherkin.parameter_types import Request
from support.gherkin.step_declarations import TABLE, TEXT, requires, step_input
from support.scenario import inputs
from support.targets.capabilities import Capability


@given("{partner:Partner} responds to {request:Request} with {status:Status} {times:Repeat}")
@given("{partner:Partner} responds to {request:Request} with {status:Status} after {delay:Duration} {times:Repeat}")
@requires(Capability.PARTNERS)
@step_input(TABLE, TEXT)
def partner_answers(
    context: Context, partner: str, request: Request, status: int, times: int | None, delay: float = 0.0
) -> None:
    """Have an outside service answer a request so: once, twice, 3 times and then as usual, or always.

    `*` in the path stands for any part of it. The answer's JSON may stand below.
    Example: Given Cablecast responds to POST /vods with 503 twice
    """
    world = context.world
    content = inputs.content(world, context)
    stub = world.partner(partner)
    stub.answers(
        inputs.path(world, request), status, times=times, json=content.json, body=content.body or b"", delay=delay
    )


@given("{partner:Partner} responds to {request:Request} with {status:Status} as {media_type:Quoted} {times:Repeat}")
@requires(Capability.PARTNERS)
@step_input(TEXT)
def partner_answers_as_it_is(
    context: Context, partner: str, request: Request, status: int, media_type: str, times: int | None
) -> None:
    """Have an outside service answer with the step's text unchanged: for what is no JSON, or broken.

    Example: Given Cablecast responds to GET /shows with 200 as "application/json" always
    """
    world = context.world
    content = inputs.content_as_it_is(context, media_type)
    stub = world.partner(partner)
    stub.answers(inputs.path(world, request), status, times=times, body=content.body or b"", headers=content.headers)


@then("{partner:Partner} received {request:Request} {times:Times}")
@then("{partner:Partner} received {request:Request} {times:Times} with")
@requires(Capability.PARTNERS)
@step_input(TABLE, TEXT)
def partner_was_asked(context: Context, partner: str, request: Request, times: int) -> None:
    """Check how often an outside service was asked; the body may be told below, in part (field, value, or JSON).

    Example: Then Cablecast received POST /vods 3 times with
    """
    world = context.world
    differences = inputs.expected_body(world, context)
    world.partner(partner).require_asked(inputs.path(world, request), times, differences)


@then("{partner:Partner} received no {request:Request}")
@requires(Capability.PARTNERS)
def partner_was_never_asked(context: Context, partner: str, request: Request) -> None:
    """Check that an outside service was not asked.

    Example: Then Cablecast received no POST /vods
    """
    world = context.world
    world.partner(partner).require_asked(inputs.path(world, request), 0)
