"""Any operation of the API: what is sent, and what the platform answers."""

from behave import given, then, when
from behave.runner import Context

from support import writing
from support.checks.expected import require_alike
from support.checks.matching import equal, require
from support.clients.api import Request, statuses, told_statuses
from support.drivers.http import OUTCOMES, Answer
from support.memory import UNNAMED
from support.mistakes import require_written


@then("{who:Actor} is told that {field:Quoted} is invalid")
def told_invalid(context: Context, who: str, field: str) -> None:
    """Check for 422 in the common envelope, with this field named and no other.

    Example: Then she is told that "status" is invalid
    """
    world = context.world
    error = world.recall("answer", Answer).expect(422).error
    equal(f"the kind of refusal for {world.person(who).name}", error["type"], "ValidationError")
    equal("the fields that are invalid", [detail["field"] for detail in error["details"]], [field])


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


@when("{who:Caller} sends {request:Request} {times:Number} times by {at_once:Number} at once")
@when("{who:Caller} sends {request:Request} {times:Number} times by {at_once:Number} at once with")
def send_often(context: Context, who: str, request: Request, times: float, at_once: float) -> None:
    """Send a request again and again, by several callers at once; what is made up is made up for each.

    Example: When Vera sends GET /api/health 20 times by 5 at once
    """
    world = context.world
    answers = world.api.send_often(
        lambda: (writing.path(world, request), writing.content(world, context)),
        int(times),
        int(at_once),
        by=world.caller(who),
    )
    world.remember("answers", answers)


@given("the answer is remembered as {name:Quoted}")
def remember_answer(context: Context, name: str) -> None:
    """Keep the last answer under a name; later steps write its parts as {name.part}.

    Example: Given the answer is remembered as "vod"
    """
    world = context.world
    require_written(name not in UNNAMED, f'"{name}" is what steps remember by themselves: choose another name')
    world.remember(name, world.recall("answer", Answer))


@then("the answer is {status:Status}")
def answered(context: Context, status: int) -> None:
    """Check the status of the last answer.

    Example: Then the answer is 201
    """
    context.world.recall("answer", Answer).expect(status)


@then("the answer is {status:Status} {kind:Quoted}")
def refused(context: Context, status: int, kind: str) -> None:
    """Check a refusal: its status, its type in the common envelope, and that its id is the one in the header.

    Example: Then the answer is 404 "NotFoundError"
    """
    answer = context.world.recall("answer", Answer).expect(status)
    equal(f"the type of the error of {answer}", answer.error["type"], kind)
    equal(f"the X-Request-ID of {answer}", answer.headers.get("X-Request-ID"), answer.error["request_id"])


@then("the answer has")
def answer_has(context: Context) -> None:
    """Check parts of the JSON that was answered, and let others be.

    Below stands a table of paths (path, value) or a JSON document. A path that finds several values checks each.
    Example: Then the answer has
    """
    world = context.world
    writing.require_parts(world, "answer", world.recall("answer", Answer).json, context)


@then("the answer is exactly")
def answer_is_exactly(context: Context) -> None:
    """Check all of the JSON that was answered, against a document in which kinds of values may stand.

    Example: Then the answer is exactly
    """
    world = context.world
    wanted = writing.wished_document(world, context)
    require_alike("answer", world.recall("answer", Answer).json, wanted, exactly=True)


@then("the answer reads")
def answer_reads(context: Context) -> None:
    """Check the body of the last answer as text; what stands below must be found in it.

    Example: Then the answer reads
    """
    world = context.world
    body = world.recall("answer", Answer).text
    wanted = world.values.text(writing.text_below(context))
    require(wanted in body, f'the answer should hold "{wanted}", but was "{body[:300]}"')


@then("the answer has these headers")
def answer_has_headers(context: Context) -> None:
    """Check headers of the last answer (header, value); one that must not be there is `{absent}`.

    Example: Then the answer has these headers
    """
    world = context.world
    writing.require_named(world, "header", world.recall("answer", Answer).headers, context)


@then("the answer came within {within:Duration}")
def answered_within(context: Context, within: float) -> None:
    """Check how long the last answer took, from sending to the last byte.

    Example: Then the answer came within 5 seconds
    """
    answer = context.world.recall("answer", Answer)
    require(answer.seconds <= within, f"{answer} should take at most {within:g} s, but took {answer.seconds:.2f} s")


@then("each of the {count:Answers} is {status:Status}")
def each_answered(context: Context, count: int, status: int) -> None:
    """Check the statuses of what was sent again and again.

    Example: Then each of the 20 answers is 200
    """
    seen = statuses(context.world.recall("answers", list))
    equal("the number of answers", sum(seen.values()), count)
    equal(f"how many of the answers are {status} ({told_statuses(seen)})", seen.get(status, 0), count)


@then("{some:Whole} of the {count:Answers} is {status:Status}")
@then("{some:Whole} of the {count:Answers} are {status:Status}")
def some_answered(context: Context, some: int, count: int, status: int) -> None:
    """Check how many of what was sent again and again were answered with a status.

    Example: Then 1 of the 4 answers is 200
    """
    seen = statuses(context.world.recall("answers", list))
    equal("the number of answers", sum(seen.values()), count)
    equal(f"how many of the answers are {status} ({told_statuses(seen)})", seen.get(status, 0), some)


@then("each of the {count:Answers} has")
def each_has(context: Context, count: int) -> None:
    """Check parts of the JSON of each answer (path, value, or a JSON document), and let others be.

    Example: Then each of the 20 answers has
    """
    world = context.world
    answers = world.recall("answers", list)
    equal("the number of answers", len(answers), count)
    for number, answer in enumerate(answers, start=1):
        writing.require_parts(world, f"answer {number}", answer.json, context)


@then("each of the {count:Answers} came within {within:Duration}")
def each_answered_within(context: Context, count: int, within: float) -> None:
    """Check how long each answer took, from sending to the last byte.

    Example: Then each of the 20 answers came within 5 seconds
    """
    answers = context.world.recall("answers", list)
    equal("the number of answers", len(answers), count)
    slowest = max(answers, key=lambda answer: answer.seconds)
    require(slowest.seconds <= within, f"each should take at most {within:g} s, but one took {slowest.seconds:.2f} s")


@then("the answers have {count:Number} different {path:Quoted}")
def answers_differ(context: Context, count: float, path: str) -> None:
    """Check how many different values stand at a path of the answers: 1 says that all are alike.

    Example: Then the answers have 20 different "id"
    """
    answers = context.world.recall("answers", list)
    different = {str(writing.at(answer.json, path)) for answer in answers}
    equal(f'the number of different "{path}" in {len(answers)} answers', len(different), int(count))


@then("within {within:Duration} {who:Caller} sees at {path:Path}")
def sees_within(context: Context, within: float, who: str, path: str) -> None:
    """Ask again and again until the answer has what stands below (path, value, or a JSON document).

    Example: Then within 30 seconds Dana sees at /api/tasks/{answer.task_id}
    """
    world = context.world
    request = writing.path(world, Request("GET", path))
    by = world.caller(who)
    writing.require_within(world, request, within, by, context)


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
