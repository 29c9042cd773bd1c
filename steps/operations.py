"""What who operates the platform sees: health, metrics, the administrator's page, the API's own document."""

from functools import partial
from operator import ne, sub

from behave import given, then, when
from behave.runner import Context

from support.capabilities.operations.client import SERVICES, Metrics
from support.capabilities.vod.client import Vod
from support.checks.comparison import fail, format_value, require, require_equal
from support.checks.openapi import ApiDocument
from support.drivers.http import Response
from support.errors import require_feature
from support.gherkin.step_declarations import requires
from support.polling import eventually
from support.scenario.world import World
from support.targets.capabilities import Capability

HEARTBEAT_MAX_AGE = 3.0  # seconds since the last sign of life of a worker that lives
RENEWED_WITHIN = 10.0  # seconds until a page that renews itself must have done so


@then('the platform\'s health is "healthy" and lists every service')
def platform_is_healthy(context: Context) -> None:
    """Ask once for the platform's health.

    Example: Then the platform's health is "healthy" and lists every service
    """
    health = context.world.operations.health()
    require_equal("the platform's health", str(health), "healthy")
    require_equal("the services that it names", sorted(health.services), sorted(SERVICES))


@then("the platform's health is {status:Quoted} within {seconds:Duration}")
def platform_says(context: Context, seconds: float, status: str) -> None:
    """Ask for the platform's health until it has this status; an answer that does not come counts as time.

    Example: Then the platform's health is "unhealthy" within 3 seconds
    """
    context.world.operations.await_status(status, within=seconds)


# Metrics


@given("the metrics have been scraped")
def note_metrics(context: Context) -> None:
    """Read the metrics, to compare with later.

    Example: Given the metrics have been scraped
    """
    world = context.world
    world.remember("metrics", world.operations.metrics())


@when("{who:Actor} calls {operation:Quoted} {times:Times}")
def ask_for(context: Context, who: str, operation: str, times: int) -> None:
    """Send the bare request of an operation, so often; an id in it is one that nothing has.

    Example: When Dana calls "GET /api/vod/list" 3 times
    """
    world = context.world
    person = world.person(who)
    for _ in range(times):
        world.remember("response", world.operations.ask_for(operation, by=person))


@then("the request counter of {operation:Quoted} with status {status:Status} has increased by {count:Integer}")
def metrics_count(context: Context, count: int, operation: str, status: int) -> None:
    """Compare the metrics with those read before: exactly so many requests of this route were answered so.

    Example: Then the request counter of "GET /api/vod/list" with status 200 has increased by 3
    """
    world = context.world
    before, after = world.recall("metrics", Metrics), world.operations.metrics()
    method, _, path = operation.partition(" ")
    of = {"method": method, "path": path}
    counted = [now.total("http_requests_total", **of, status=str(status)) for now in (before, after)]
    require_equal(f"how often {operation} was counted as answered {status}", counted[1] - counted[0], count)
    timed = [now.total("http_request_seconds_count", **of) for now in (before, after)]
    require(timed[1] - timed[0] >= counted[1] - counted[0], f"each answer of {operation} should be timed as well")


@then("the error counter of status {status:Status} has increased by {count:Integer}")
def metrics_count_errors(context: Context, count: int, status: int) -> None:
    """Compare the count of errors of this status with the one read before.

    Example: Then the error counter of status 404 has increased by 2
    """
    world = context.world
    before, after = world.recall("metrics", Metrics), world.operations.metrics()
    grown = after.total("http_errors_total", status=str(status)) - before.total("http_errors_total", status=str(status))
    require_equal(f"how many errors {status} were counted", grown, count)


# What administrators see


@when("{who:Actor} opens the {view:View}")
def look_at(context: Context, who: str, view: str) -> None:
    """Ask for something that only administrators may look at: queue, status, administrator's page.

    Example: When Omar opens the admin queue
    """
    world = context.world
    world.remember("response", world.operations.view(view, by=world.person(who)))


@then("the admin queue counts {number:Integer} as {state:VodState} and shows a live worker")
def sees_queue(context: Context, number: int, state: str) -> None:
    """Compare the counts with the database, and look for a worker's sign of life.

    Example: Then the admin queue counts 1 as processing and shows a live worker
    """
    world = context.world
    actual = world.recall("response", Response).expect(200).document
    require_equal(f"how many are {state}", actual["tasks"][state], number)
    require_equal("the counts", actual["tasks"], world.vods.tasks())
    alive = [worker for worker in actual["workers"] if worker["seconds_since_heartbeat"] < HEARTBEAT_MAX_AGE]
    require(
        alive,
        f"worker heartbeat: expected one within {HEARTBEAT_MAX_AGE:g} s, got {format_value(actual['workers'])}",
    )


@given("{who:Actor} has opened the admin page in a browser")
@when("{who:Actor} opens the admin page in a browser")
@requires(Capability.BROWSER)
def open_admin_page(context: Context, who: str) -> None:
    """Sign in with the page's own form, in a real browser.

    Example: When Vera opens the admin page in a browser
    """
    world = context.world
    world.page.open(by=world.person(who))


@then("the page shows {value:Quoted} for {name:Quoted} in the table {table:Quoted}")
@requires(Capability.BROWSER)
def page_shows(context: Context, name: str, value: str, table: str) -> None:
    """Read a table of the page until a row that begins so also holds this. Tables: services, queue, workers, failures.

    The page is never loaded again by us: it must renew itself.
    Example: Then the page shows "healthy" for "cablecast" in the table "services"
    """
    world = context.world
    expected = world.unique_name(name) if table == "failures" else name
    world.page.await_row(table, expected, value, within=RENEWED_WITHIN)
    world.page.keep()


@then("the page reloads itself and shows a live worker")
@requires(Capability.BROWSER)
def page_renews(context: Context) -> None:
    """Watch the page, without touching it, until it was made anew twice; then each worker it shows must live.

    Example: Then the page reloads itself and shows a live worker
    """
    page = context.world.page
    for _ in range(2):
        later = partial(ne, page.checked())
        eventually("when the page was made", page.checked, later, expected="later", within=RENEWED_WITHIN)
    signs = page.signs_of_life()
    require(
        any(ago < HEARTBEAT_MAX_AGE for ago in signs),
        f"the page should show a sign of life of less than {HEARTBEAT_MAX_AGE:g} s ago, but shows {signs}",
    )
    require_equal("what the browser complained about", page.complaints(), [])


@then("the page shows only the message {reason:Quoted}")
@requires(Capability.BROWSER)
def page_closed(context: Context, reason: str) -> None:
    """Read what the page says instead.

    Example: Then the page shows only the message "Your role does not allow this."
    """
    world = context.world
    require_equal("what the page says", world.page.refusal, reason)


@then("{who:Actor} is notified that captioning {title:Quoted} failed because {reason:Quoted}")
def notified(context: Context, who: str, title: str, reason: str) -> None:
    """Look for one unread notification of high priority about this VOD.

    Example: Then Omar is notified that captioning "City Council" failed because "the media cannot be read"
    """
    world = context.world
    vod = world.recall(title, Vod)
    about = [
        reported for reported in world.operations.notifications(by=world.person(who)) if vod.id in str(reported["data"])
    ]
    require_equal(f"how many notifications {who} has about it", len(about), 1)
    actual = {name: about[0][name] for name in ("type", "priority", "message", "read_at")}
    message = f"{vod.recording.title}: {reason}"
    require_equal("it", actual, {"type": "captioning_failed", "priority": "high", "message": message, "read_at": None})


# The API's own document


@when("{who:Actor} reads the OpenAPI document")
def read_document(context: Context, who: str) -> None:
    """Read the OpenAPI document, and note how many answers were compared with it until now.

    Example: When Mallory reads the OpenAPI document
    """
    world = context.world
    world.person(who)
    world.remember("document", world.operations.document())
    world.remember("compared responses", _compared(world))


@then("the document describes every operation with its responses")
def document_describes(context: Context) -> None:
    """Check the document itself: version, title, and for each operation its successful and its failing answers.

    Example: Then the document describes every operation with its responses
    """
    faults = context.world.recall("document", ApiDocument).find_problems()
    require(not faults, f"the OpenAPI document should be complete, but {'; '.join(faults)}")


@then("every operation responds to {who:Object} as documented")
def operations_answer(context: Context, who: str) -> None:
    """Send the bare request of every operation; the driver compares each answer with the document.

    Example: Then every operation responds to her as documented
    """
    world = context.world
    person = world.person(who)
    for operation in world.recall("document", ApiDocument).operations:
        response = world.operations.ask_for(operation.name, by=person)
        if response.status >= 500 or (response.status < 300 and not operation.name.startswith("GET")):
            raise fail(f"{operation.name} should be refused to {person.name}, but was answered {response.status}")


@then("every response since then was compared with the document")
def all_compared(context: Context) -> None:
    """Check that the driver does compare: a comparison that is not made finds nothing.

    Example: Then every response since then was compared with the document
    """
    world = context.world
    responses, compared = map(sub, _compared(world), world.recall("compared responses", tuple))
    require_feature(responses, "no request was answered since then: there is nothing to compare")
    require_equal("how many answers were compared", compared, responses)
    known = world.run.document
    require(known and known.observed, "responses compared with the OpenAPI document: expected some, got none")


def _compared(world: World) -> tuple[int, int]:
    """How many answers the scenario has got, and how many of the run were compared with the document."""
    known = world.run.document
    if known is None:
        raise fail("the platform should publish its OpenAPI document, but does not")
    return len(world.evidence.exchanges), known.compared
