"""Any operation of the API: what is sent, and what the platform answers."""

from behave import given, then, when
from behave.runner import Context

from support.capabilities.api.client import describe_statuses, statuses
from support.checks.comparison import require, require_equal, require_match
from support.checks.envelope import REJECTIONS, error_of
from support.drivers.http import Response
from support.errors import require_feature
from support.gherkin.parameter_types import Request
from support.gherkin.step_declarations import TABLE, TEXT, step_input
from support.scenario import inputs, step_checks
from support.scenario.memory import UNNAMED


@then("the request is rejected as invalid in {field:Quoted}")
def is_rejected_as_invalid(context: Context, field: str) -> None:
    """Check for 422 in the common envelope, with this field named and no other.

    Example: Then the request is rejected as invalid in "status"
    """
    world = context.world
    error = error_of(world.recall("response", Response).expect(422))
    require_equal("the type of the error", error["type"], "ValidationError")
    require_equal("the fields that are invalid", [detail["field"] for detail in error["details"]], [field])


@then("the request is rejected as {rejection:Rejection}")
@then("the request is rejected as {rejection:Rejection} with the message {message:Quoted}")
def is_rejected(context: Context, rejection: str, message: str | None = None) -> None:
    """Require the status and the error type of a rejection, and the error envelope alone as its body.

    A rejection as unauthenticated must name the way to sign in (`WWW-Authenticate`).

    Example: Then the request is rejected as not found
    Example: Then the request is rejected as conflicting with the message "Invalid state transition"
    """
    response = context.world.recall("response", Response)
    status, error_type = REJECTIONS[rejection]
    error = error_of(response.expect(status))
    require_equal("the type of the error", error["type"], error_type)
    require_equal("the parts of the response", sorted(response.document), ["error"])
    if rejection == "unauthenticated":
        require("WWW-Authenticate" in response.headers, f"{response}: expected a header WWW-Authenticate, got none")
    if message is not None:
        require_equal("the message of the error", error["message"], message)


@when("{who:Caller} sends {request:Request}")
@when("{who:Caller} sends {request:Request} with")
@step_input(TABLE, TEXT)
def send(context: Context, who: str, request: Request) -> None:
    """Send any request without asserting the result. What is answered with 201 is deleted at the end of the scenario.

    Below may stand: a table of JSON fields (field, value), a table of parts (part: header, query, json, form or file;
    name, value; a file is "name.txt: content"), or a JSON document.
    Example: When Dana sends GET /api/vod/list
    """
    world = context.world
    path, content = inputs.path(world, request), inputs.content(world, context)
    world.remember("response", world.api.send(path, content, by=world.caller(who)))


@when("{who:Caller} sends {request:Request} as {media_type:Quoted}")
@step_input(TEXT)
def send_unchanged(context: Context, who: str, request: Request, media_type: str) -> None:
    """Send the step's text unchanged, as a body of this type: for what no writer of JSON would write.

    Example: When Dana sends POST /api/vod/create as "application/json"
    """
    world = context.world
    content = inputs.content_as_it_is(context, media_type)
    world.remember("response", world.api.send(inputs.path(world, request), content, by=world.caller(who)))


@given("{who:Caller} has sent {request:Request}")
@given("{who:Caller} has sent {request:Request} with")
@step_input(TABLE, TEXT)
def has_sent(context: Context, who: str, request: Request) -> None:
    """Send any request that must succeed; what may stand below is the same as with "sends".

    Example: Given Dana has sent POST /api/vod/create with
    """
    send(context, who, request)
    response = context.world.recall("response", Response)
    require(response.status < 400, f"status of {response}: expected success, got {response.status} {response.summary}")


@when("{who:Caller} sends {request:Request} {count:Integer} times from {clients:Integer} concurrent clients")
@when("{who:Caller} sends {request:Request} {count:Integer} times from {clients:Integer} concurrent clients with")
@step_input(TABLE, TEXT)
def send_often(context: Context, who: str, request: Request, count: int, clients: int) -> None:
    """Send a request again and again, by several callers at once; what is made up is made up for each.

    Example: When Vera sends GET /api/health 20 times from 5 concurrent clients
    """
    world = context.world
    responses = world.api.send_often(
        lambda: (inputs.path(world, request), inputs.content(world, context)),
        count,
        clients,
        by=world.caller(who),
    )
    world.remember("responses", responses)


@given("the response is saved as {name:Quoted}")
def save_response(context: Context, name: str) -> None:
    """Keep the last answer under a name; later steps write its parts as {name.part}.

    Example: Given the response is saved as "vod"
    """
    world = context.world
    require_feature(name not in UNNAMED, f'"{name}" is what steps remember by themselves: choose another name')
    world.remember(name, world.recall("response", Response))


@then("the response is {status:Status}")
def response_has_status(context: Context, status: int) -> None:
    """Check the status of the last answer.

    Example: Then the response is 201
    """
    context.world.recall("response", Response).expect(status)


@then("the response is {status:Status} {error:Quoted}")
def response_is_error(context: Context, status: int, error: str) -> None:
    """Check a refusal: its status, its type in the common envelope, and that its id is the one in the header.

    Example: Then the response is 404 "NotFoundError"
    """
    response = context.world.recall("response", Response).expect(status)
    require_equal(f"the type of the error of {response}", error_of(response)["type"], error)
    require_equal(
        f"the X-Request-ID of {response}", response.headers.get("X-Request-ID"), error_of(response)["request_id"]
    )


@then("the response has")
@step_input(TABLE, TEXT)
def response_has(context: Context) -> None:
    """Check parts of the JSON that was answered, and let others be.

    Below stands a table of paths (path, value) or a JSON document. A path that finds several values checks each.
    Example: Then the response has
    """
    world = context.world
    step_checks.require_parts(world, "response", world.recall("response", Response).json, context)


@then("the response is exactly")
@step_input(TEXT)
def response_is_exactly(context: Context) -> None:
    """Check all of the JSON that was answered, against a document in which kinds of values may stand.

    Example: Then the response is exactly
    """
    world = context.world
    expected = inputs.expected_document(world, context)
    require_match("response", world.recall("response", Response).json, expected, exactly=True)


@then("the response contains the text")
@step_input(TEXT)
def response_contains_text(context: Context) -> None:
    """Check the body of the last answer as text; the step's table or text must be found in it.

    Example: Then the response contains the text
    """
    world = context.world
    body = world.recall("response", Response).text
    expected = world.values.text(inputs.text_below(context))
    require(expected in body, f'the answer should hold "{expected}", but was "{body[:300]}"')


@then("the response has the headers")
@step_input(TABLE)
def response_has_headers(context: Context) -> None:
    """Check headers of the last answer (header, value); one that must not be there is `{absent}`.

    Example: Then the response has the headers
    """
    world = context.world
    step_checks.require_named(world, "header", world.recall("response", Response).headers, context)


@then("the response took at most {within:Duration}")
def response_took_at_most(context: Context, within: float) -> None:
    """Check how long the last answer took, from sending to the last byte.

    Example: Then the response took at most 5 seconds
    """
    response = context.world.recall("response", Response)
    require(
        response.seconds <= within, f"{response} should take at most {within:g} s, but took {response.seconds:.2f} s"
    )


@then("the {count:Responses} all have the status {status:Status}")
def all_have_status(context: Context, count: int, status: int) -> None:
    """Check the statuses of what was sent again and again.

    Example: Then the 20 responses all have the status 200
    """
    actual = statuses(context.world.recall("responses", list))
    require_equal("the number of answers", sum(actual.values()), count)
    require_equal(f"how many of the answers are {status} ({describe_statuses(actual)})", actual.get(status, 0), count)


@then("the {count:Responses} include {matching:Integer} with the status {status:Status}")
def some_have_status(context: Context, matching: int, count: int, status: int) -> None:
    """Check how many of what was sent again and again were answered with a status.

    Example: Then the 4 responses include 1 with the status 200
    """
    actual = statuses(context.world.recall("responses", list))
    require_equal("the number of answers", sum(actual.values()), count)
    require_equal(
        f"how many of the answers are {status} ({describe_statuses(actual)})", actual.get(status, 0), matching
    )


@then("each of the {count:Responses} has")
@step_input(TABLE, TEXT)
def each_has(context: Context, count: int) -> None:
    """Check parts of the JSON of each answer (path, value, or a JSON document), and let others be.

    Example: Then each of the 20 responses has
    """
    world = context.world
    responses = world.recall("responses", list)
    require_equal("the number of answers", len(responses), count)
    for number, response in enumerate(responses, start=1):
        step_checks.require_parts(world, f"response {number}", response.json, context)


@then("each of the {count:Responses} took at most {within:Duration}")
def each_took_at_most(context: Context, count: int, within: float) -> None:
    """Check how long each answer took, from sending to the last byte.

    Example: Then each of the 20 responses took at most 5 seconds
    """
    responses = context.world.recall("responses", list)
    require_equal("the number of answers", len(responses), count)
    slowest = max(responses, key=lambda response: response.seconds)
    require(slowest.seconds <= within, f"each should take at most {within:g} s, but one took {slowest.seconds:.2f} s")


@then("the responses have {count:Integer} different {path:Quoted}")
def responses_have_different(context: Context, count: int, path: str) -> None:
    """Check how many different values stand at a path of the answers: 1 says that all are alike.

    Example: Then the responses have 20 different "id"
    """
    responses = context.world.recall("responses", list)
    different = {str(step_checks.at(response.json, path)) for response in responses}
    require_equal(f'the number of different "{path}" in {len(responses)} answers', len(different), count)


@then("{number:Integer} responses have the status {status:Status} and {equality:Variety} {field:Quoted}")
def responses_are(context: Context, number: int, status: int, equality: str, field: str) -> None:
    """Check every answer to many requests; the field "" stands for the whole answer.

    Example: Then 20 responses have the status 201 and different "id"
    """
    responses = context.world.recall("responses", list)
    require_equal("the number of answers", len(responses), number)
    values = [str(response.expect(status).document[field] if field else response.document) for response in responses]
    expected = 1 if equality == "the same" else number
    require_equal(f'the number of different values of "{field or "the whole response"}"', len(set(values)), expected)


@then("within {within:Duration} {who:Caller} gets from {path:Path}")
@step_input(TABLE, TEXT)
def gets_within(context: Context, within: float, who: str, path: str) -> None:
    """Ask again and again until the answer has the step's table or text (path, value, or a JSON document).

    Example: Then within 30 seconds Dana gets from /api/tasks/{response.task_id}
    """
    world = context.world
    request = inputs.path(world, Request("GET", path))
    by = world.caller(who)
    step_checks.require_within(world, request, within, by, context)
