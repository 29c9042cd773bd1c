"""Parts that fail and come back."""

from behave import given, then, when
from behave.runner import Context

from support.checks.matching import equal, require
from support.clients.operations import Health
from support.clients.vod import Vod


@given("the database was killed")
@when("the database is killed")
def database_is_killed(context: Context) -> None:
    """Kill the database server (SIGKILL); it stays away until a step, or the end of the scenario, brings it back.

    Example: When the database is killed
    """
    world = context.world
    world.remember("API process", world.faults.api_process())
    world.faults.kill_database()


@when("the database comes back")
def database_comes_back(context: Context) -> None:
    """Start the database server again and wait until it accepts sessions.

    Example: When the database comes back
    """
    context.world.faults.return_database()


@then("its health names the {part:Part} as the cause")
def health_names(context: Context, part: str) -> None:
    """Ask for the platform's health: this service is unhealthy.

    Example: Then its health names the database as the cause
    """
    health: Health = context.world.operations.health()
    equal(f"the health of the {part}", health.services.get(part), "unhealthy")


@then("{who:Actor} is refused the list of VODs as {kind:Quoted} within {seconds:Number} seconds")
def refused_in_time(context: Context, who: str, kind: str, seconds: float) -> None:
    """Ask for the list of VODs: 503 of this kind, in time, and the words must not show the inside of the platform.

    Example: Then Dana is refused the list of VODs as "DatabaseError" within 3 seconds
    """
    world = context.world
    answer = world.vod.list_page(by=world.person(who)).expect(503)
    equal("the kind of refusal", answer.error["type"], kind)
    took = f"{answer.seconds:.1f} s"
    require(answer.seconds <= seconds, f"{answer} should be answered within {seconds:g} s, but took {took}")


@then("the first request of {who:Actor} is served")
def first_request_served(context: Context, who: str) -> None:
    """Ask for the list of VODs once, without a second try.

    Example: Then the first request of Dana is served
    """
    world = context.world
    world.vod.list_page(by=world.person(who)).expect(200)


@then("{who:Actor} can still have the VOD {title:Quoted} captioned")
def can_still_be_captioned(context: Context, who: str, title: str) -> None:
    """Hand the VOD in and follow it to the end.

    Example: Then Dana can still have the VOD "City Council" captioned
    """
    world = context.world
    person = world.person(who)
    vod = world.recall(title, Vod)
    world.vod.submit(vod, by=person)
    equal(f'the status of the VOD "{title}"', world.vod.follow(vod, by=person).values[-1].status, "completed")


@then("the API was not started again for it")
def api_not_restarted(context: Context) -> None:
    """Compare the API's process with the one before the fault.

    Example: Then the API was not started again for it
    """
    world = context.world
    equal("the API's process", world.faults.api_process(), world.recall("API process", int))
