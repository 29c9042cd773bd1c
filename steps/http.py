"""Any operation of the API: what is sent, and what the platform answers."""

from behave import given, then, when
from behave.runner import Context

from support import writing
from support.checks.expected import require_alike
from support.checks.matching import equal, require
from support.clients.api import Request, statuses, told_statuses
from support.drivers.http import REJECTIONS, Answer
from support.memory import UNNAMED
from support.mistakes import require_written


@then("the request is rejected as invalid in {field:Quoted}")
def told_invalid(context: Context, field: str) -> None:
    """Check for 422 in the common envelope, with this field named and no other.

    Example: Then the request is rejected as invalid in "status"
    """
    world = context.world
    error = world.recall("answer", Answer).expect(422).error
    equal("the type of the error", error["type"], "ValidationError")
    equal("the fields that are invalid", [detail["field"] for detail in error["details"]], [field])


@then("the request is rejected as {rejection:Rejection}")
@then("the request is rejected as {rejection:Rejection} with the message {message:Quoted}")
def is_rejected(context: Context, rejection: str, message: str | None = None) -> None:
    """Require the status and the error type of a rejection, and the error envelope alone as its body.

    A rejection as unauthenticated must name the way to sign in (`WWW-Authenticate`).

    Example: Then the request is rejected as not found
    Example: Then the request is rejected as conflicting with the message "Invalid state transition"
    """
    answer = context.world.recall("answer", Answer)
    status, error_type = REJECTIONS[rejection]
    error = answer.expect(status).error
    equal("the type of the error", error["type"], error_type)
    equal("the parts of the response", sorted(answer.document), ["error"])
    if rejection == "unauthenticated":
        require("WWW-Authenticate" in answer.headers, f"{answer}: expected a header WWW-Authenticate, got none")
    if message is not None:
        equal("the message of the error", error["message"], message)


@when("{who:Caller} sends {request:Request}")
@when("{who:Caller} sends {request:Request} with")
def send(context: Context, who: str, request: Request) -> None:
    """Send any request, whatever comes of it. What is answered with 201 is deleted at the end of the scenario.

    Below may stand: a table of JSON fields (field, value), a table of parts (part: header, query, json, form or file;
    name, value; a file is "name.txt: content"), or a JSON document.
    Example: When Dana sends GET /api/vod/list
    """
    world = context.world
    path, content = writing.path(world, request), writing.content(world, context)
    world.remember("answer", world.api.send(path, content, by=world.caller(who)))


@when("{who:Caller} sends {request:Request} as {media_type:Quoted}")
def send_as_it_is(context: Context, who: str, request: Request, media_type: str) -> None:
    """Send the text below as it stands, as a body of this type: for what no writer of JSON would write.

    Example: When Dana sends POST /api/vod/create as "application/json"
    """
    world = context.world
    content = writing.content_as_it_is(context, media_type)
    world.remember("answer", world.api.send(writing.path(world, request), content, by=world.caller(who)))


@given("{who:Caller} has sent {request:Request}")
@given("{who:Caller} has sent {request:Request} with")
def has_sent(context: Context, who: str, request: Request) -> None:
    """Send any request that must succeed; what may stand below is the same as with "sends".

    Example: Given Dana has sent POST /api/vod/create with
    """
    send(context, who, request)
    answer = context.world.recall("answer", Answer)
    require(answer.status < 400, f"{answer} should succeed, but was answered {answer.status} {answer.told}")


@when("{who:Caller} sends {request:Request} {count:Integer} times from {clients:Integer} concurrent clients")
@when("{who:Caller} sends {request:Request} {count:Integer} times from {clients:Integer} concurrent clients with")
def send_often(context: Context, who: str, request: Request, count: float, clients: float) -> None:
    """Send a request again and again, by several callers at once; what is made up is made up for each.

    Example: When Vera sends GET /api/health 20 times from 5 concurrent clients
    """
    world = context.world
    answers = world.api.send_often(
        lambda: (writing.path(world, request), writing.content(world, context)),
        int(count),
        int(clients),
        by=world.caller(who),
    )
    world.remember("answers", answers)


@given("the response is saved as {name:Quoted}")
def remember_answer(context: Context, name: str) -> None:
    """Keep the last answer under a name; later steps write its parts as {name.part}.

    Example: Given the response is saved as "vod"
    """
    world = context.world
    require_written(name not in UNNAMED, f'"{name}" is what steps remember by themselves: choose another name')
    world.remember(name, world.recall("answer", Answer))


@then("the response is {status:Status}")
def answered(context: Context, status: int) -> None:
    """Check the status of the last answer.

    Example: Then the response is 201
    """
    context.world.recall("answer", Answer).expect(status)


@then("the response is {status:Status} {error:Quoted}")
def refused(context: Context, status: int, error: str) -> None:
    """Check a refusal: its status, its type in the common envelope, and that its id is the one in the header.

    Example: Then the response is 404 "NotFoundError"
    """
    answer = context.world.recall("answer", Answer).expect(status)
    equal(f"the type of the error of {answer}", answer.error["type"], error)
    equal(f"the X-Request-ID of {answer}", answer.headers.get("X-Request-ID"), answer.error["request_id"])


@then("the response has")
def answer_has(context: Context) -> None:
    """Check parts of the JSON that was answered, and let others be.

    Below stands a table of paths (path, value) or a JSON document. A path that finds several values checks each.
    Example: Then the response has
    """
    world = context.world
    writing.require_parts(world, "answer", world.recall("answer", Answer).json, context)


@then("the response is exactly")
def answer_is_exactly(context: Context) -> None:
    """Check all of the JSON that was answered, against a document in which kinds of values may stand.

    Example: Then the response is exactly
    """
    world = context.world
    wanted = writing.wished_document(world, context)
    require_alike("answer", world.recall("answer", Answer).json, wanted, exactly=True)


@then("the response contains the text")
def answer_reads(context: Context) -> None:
    """Check the body of the last answer as text; what stands below must be found in it.

    Example: Then the response contains the text
    """
    world = context.world
    body = world.recall("answer", Answer).text
    wanted = world.values.text(writing.text_below(context))
    require(wanted in body, f'the answer should hold "{wanted}", but was "{body[:300]}"')


@then("the response has the headers")
def answer_has_headers(context: Context) -> None:
    """Check headers of the last answer (header, value); one that must not be there is `{absent}`.

    Example: Then the response has the headers
    """
    world = context.world
    writing.require_named(world, "header", world.recall("answer", Answer).headers, context)


@then("the response took at most {within:Duration}")
def answered_within(context: Context, within: float) -> None:
    """Check how long the last answer took, from sending to the last byte.

    Example: Then the response took at most 5 seconds
    """
    answer = context.world.recall("answer", Answer)
    require(answer.seconds <= within, f"{answer} should take at most {within:g} s, but took {answer.seconds:.2f} s")


@then("the {count:Responses} all have the status {status:Status}")
def each_answered(context: Context, count: int, status: int) -> None:
    """Check the statuses of what was sent again and again.

    Example: Then the 20 responses all have the status 200
    """
    seen = statuses(context.world.recall("answers", list))
    equal("the number of answers", sum(seen.values()), count)
    equal(f"how many of the answers are {status} ({told_statuses(seen)})", seen.get(status, 0), count)


@then("the {count:Responses} include {matching:Integer} with the status {status:Status}")
def some_answered(context: Context, matching: int, count: int, status: int) -> None:
    """Check how many of what was sent again and again were answered with a status.

    Example: Then the 4 responses include 1 with the status 200
    """
    seen = statuses(context.world.recall("answers", list))
    equal("the number of answers", sum(seen.values()), count)
    equal(f"how many of the answers are {status} ({told_statuses(seen)})", seen.get(status, 0), matching)


@then("each of the {count:Responses} has")
def each_has(context: Context, count: int) -> None:
    """Check parts of the JSON of each answer (path, value, or a JSON document), and let others be.

    Example: Then each of the 20 responses has
    """
    world = context.world
    answers = world.recall("answers", list)
    equal("the number of answers", len(answers), count)
    for number, answer in enumerate(answers, start=1):
        writing.require_parts(world, f"answer {number}", answer.json, context)


@then("each of the {count:Responses} took at most {within:Duration}")
def each_answered_within(context: Context, count: int, within: float) -> None:
    """Check how long each answer took, from sending to the last byte.

    Example: Then each of the 20 responses took at most 5 seconds
    """
    answers = context.world.recall("answers", list)
    equal("the number of answers", len(answers), count)
    slowest = max(answers, key=lambda answer: answer.seconds)
    require(slowest.seconds <= within, f"each should take at most {within:g} s, but one took {slowest.seconds:.2f} s")


@then("the responses have {count:Integer} different {path:Quoted}")
def answers_differ(context: Context, count: int, path: str) -> None:
    """Check how many different values stand at a path of the answers: 1 says that all are alike.

    Example: Then the responses have 20 different "id"
    """
    answers = context.world.recall("answers", list)
    different = {str(writing.at(answer.json, path)) for answer in answers}
    equal(f'the number of different "{path}" in {len(answers)} answers', len(different), count)


@then("within {within:Duration} {who:Caller} gets from {path:Path}")
def sees_within(context: Context, within: float, who: str, path: str) -> None:
    """Ask again and again until the answer has what stands below (path, value, or a JSON document).

    Example: Then within 30 seconds Dana gets from /api/tasks/{answer.task_id}
    """
    world = context.world
    request = writing.path(world, Request("GET", path))
    by = world.caller(who)
    writing.require_within(world, request, within, by, context)
