"""Concurrent reports of a status: readers that follow the events, and a kill of the database."""

import random
from concurrent.futures import ThreadPoolExecutor

from behave import then, when
from behave.runner import Context

from support.capabilities.status import checks
from support.capabilities.status.resources import STATUS_TYPE
from support.checks.comparison import require, require_equal
from support.drivers.http import HttpDriver, Response
from support.faults.components import Component, FailureMode
from support.gherkin.step_declarations import requires
from support.polling import eventually
from support.targets.capabilities import Capability


@when("{callers:Integer} concurrent callers report progress of the status {name:Quoted}")
def report_concurrently(context: Context, callers: int, name: str) -> None:
    """Report 1 %, 2 %, ... at the same time, each caller another percentage, without asserting the results.

    Example: When 50 concurrent callers report progress of the status "Import"
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    percentages = list(range(1, callers + 1))
    random.Random(world.suffix).shuffle(percentages)
    sent = [world.status.report(status, each, by=status.by) for each in percentages]
    world.remember("responses", world.concurrent.send(sent, concurrency=callers))


@then("each accepted report of the status {name:Quoted} has one history entry, and the highest stays")
def reports_recorded(context: Context, name: str) -> None:
    """Require one history entry for each report that was answered 200, rising progress, and 409 for all others.

    Example: Then each accepted report of the status "Import" has one history entry, and the highest stays
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    answers = world.recall("responses", list)
    accepted = [float(answer.document["progress_percentage"]) for answer in answers if answer.status == 200]
    require_equal("other statuses than 200 and 409", {answer.status for answer in answers} - {200, 409}, set())
    checks.require_reports_recorded(str(status), accepted, world.status_stores.history(status.id))
    require_equal(f"progress of {status}", float(world.status_stores.row(status)["progress_percentage"]), len(answers))


@when("{who:Actor} reads the events while {callers:Integer} callers report progress of the status {name:Quoted}")
def read_while_writing(context: Context, who: str, callers: int, name: str) -> None:
    """Let callers report 200 times while two readers follow the feed: one of all events, one of progress events.

    Each reader continues from `next_after` until it has read past the last report.
    Example: When Vera reads the events while 10 callers report progress of the status "Import"
    """
    world = context.world
    status, reader = world.resource(STATUS_TYPE, name), world.person(who)
    world.access.token(reader)  # once, before the readers share it
    after = world.status_stores.last_event()
    reports = [world.status.report(status, number / 2, by=status.by) for number in range(1, 201)]
    feeds = [checks.Feed(after, type, []) for type in (None, "status.progress")]
    last: list[int] = []

    def follow(feed: checks.Feed, http: HttpDriver) -> Response:
        filters = {"type": feed.type} if feed.type else {}
        position, quiet = after, 0
        while True:
            quiet = quiet + 1 if last else 0
            response: Response = world.status.events(http, {"after": position, "limit": 7, **filters}, by=reader)
            page = response.document
            feed.events.extend(page["events"])
            if page["events"]:
                quiet = 0
            if quiet == 2:
                return response
            position = page["next_after"]

    def report_all(http: HttpDriver) -> Response:
        responses: list[Response] = world.concurrent.send(reports, concurrency=callers)
        world.remember("responses", responses)
        last.append(world.status_stores.last_event())
        return responses[-1]

    world.concurrent.send(
        [report_all, *(lambda http, feed=feed: follow(feed, http) for feed in feeds)], concurrency=1 + len(feeds)
    )
    world.remember("feeds", feeds)


@then("each reader got every event of the status {name:Quoted} exactly once, in order")
def read_once(context: Context, name: str) -> None:
    """Compare what the readers of the feed got about a status with the events in the database.

    Example: Then each reader got every event of the status "Import" exactly once, in order
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    for feed in world.recall("feeds", list):
        own = [event for event in feed.events if event["status_id"] == status.id]
        stored = [row for row in world.status_stores.events(status.id) if row["seq"] > feed.after]
        require(len(stored) >= 20, f"events of {status} during the reading: expected at least 20, got {len(stored)}")
        checks.require_each_once(checks.Feed(feed.after, feed.type, own), stored)


@when("{count:Integer} reports of {callers:Integer} callers on the status {name:Quoted} meet a killed database")
@requires(Capability.FAULTS)
def report_during_kill(context: Context, count: int, callers: int, name: str) -> None:
    """Report rising progress, and kill the database once a tenth of the reports is stored; answers may be 503.

    Example: When 300 reports of 10 callers on the status "Import" meet a killed database
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    reports = [world.status.report(status, (number + 1) * 100 / count, by=status.by) for number in range(count)]

    def kill() -> None:
        eventually(
            f"history entries of {status}",
            lambda: len(world.status_stores.history(status.id)),
            lambda number: number > count / 10,
            expected=f"more than {count // 10}",
            within=10.0,
        )
        world.faults.inject(Component.DATABASE, FailureMode.GONE)
        world.faults.restore(Component.DATABASE)

    with ThreadPoolExecutor(1) as killer:
        killed = killer.submit(kill)
        responses: list[Response] = world.concurrent.send(reports, concurrency=callers)
        killed.result()
    lost = sum(response.status == 503 for response in responses)
    require(
        lost > 0, f"reports that met the kill of the database: expected at least one 503, got {len(responses)} others"
    )
    world.remember("responses", responses)


@then("each report of the status {name:Quoted} is whole if acknowledged, and whole or absent if not")
def acknowledged_are_whole(context: Context, name: str) -> None:
    """Require an entry and an event for each report answered 200, and no entry without its event, or the reverse.

    Example: Then each report of the status "Import" is whole if acknowledged, and whole or absent if not
    """
    world = context.world
    status = world.resource(STATUS_TYPE, name)
    accepted = [float(a.document["progress_percentage"]) for a in world.recall("responses", list) if a.status == 200]
    history = world.status_stores.history(status.id)
    checks.require_whole(str(status), accepted, history, world.status_stores.events(status.id))
