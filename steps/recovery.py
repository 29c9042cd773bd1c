"""What the platform does while a part of it is away, and once it is back."""

from behave import given, then, when
from behave.runner import Context

from support.capabilities.api.malformed import Refusal
from support.capabilities.operations.client import Health
from support.capabilities.vod.client import Vod
from support.checks.comparison import require, require_equal
from support.checks.envelope import error_of
from support.drivers.http import Response
from support.gherkin.step_declarations import requires
from support.polling import consistently, eventually
from support.targets.capabilities import Capability


@then("health lists only the {service:Service} as unhealthy")
def health_names(context: Context, service: str) -> None:
    """Ask for the platform's health: this service is unhealthy, and no other.

    Example: Then health lists only the database as unhealthy
    """
    health: Health = context.world.operations.health()
    # Without the database nobody can say whether a worker lives.
    expected = {service, "queue"} if service == "database" else {service}
    require_equal(
        "what is unhealthy", {name for name, state in health.services.items() if state != "healthy"}, expected
    )


@then("{who:Actor} gets {error:Quoted} for the VOD list within {seconds:Duration}")
def refused_in_time(context: Context, who: str, error: str, seconds: float) -> None:
    """Ask for the list of VODs: 503 of this kind, in time.

    The driver sees that the words show nothing of the inside of the platform, as it does with every refusal.

    Example: Then Dana gets "DatabaseError" for the VOD list within 3 seconds
    """
    world = context.world
    _require_refused(world.vod.list_page(by=world.person(who)), error, seconds)


def _require_refused(response: Response, kind: str, seconds: float) -> None:
    require_equal("the type of the rejection", error_of(response.expect(503))["type"], kind)
    took = f"{response.seconds:.1f} s"
    require(response.seconds <= seconds, f"{response} should be answered within {seconds:g} s, but took {took}")


@then("the first request of {who:Actor} succeeds")
def first_request_served(context: Context, who: str) -> None:
    """Ask for the list of VODs once, without a second try.

    Example: Then the first request of Dana succeeds
    """
    world = context.world
    world.vod.list_page(by=world.person(who)).expect(200)


@then("the API was not restarted")
@requires(Capability.FAULTS)
def api_not_restarted(context: Context) -> None:
    """Compare the API's process with the one before the fault; left out where the target shows no processes.

    Example: Then the API was not restarted
    """
    world = context.world
    require_equal("the API's process", world.processes.id_of("api"), world.recall("API process", int))


@then("{who:Actor} can still caption the VOD {title:Quoted}")
def can_still_be_captioned(context: Context, who: str, title: str) -> None:
    """Hand the VOD in and follow it to the end.

    Example: Then Dana can still caption the VOD "City Council"
    """
    world = context.world
    person = world.person(who)
    world.vod.caption(world.recall(title, Vod), by=person)


@then("{who:Actor} can sign in and out again")
def can_sign_in(context: Context, who: str) -> None:
    """Sign a persona in, in a new session, and out of it.

    Example: Then Vera can sign in and out again
    """
    world = context.world
    person = world.person(who)
    world.access.sign_in(person)
    world.access.open_page("protected endpoint", by=person).expect(200)
    world.access.sign_out(person)
    world.access.open_page("protected endpoint", by=person).expect(401)


# The cache


@given("{who:Actor} has read the VOD {title:Quoted} into the cache")
def looked_at(context: Context, who: str, title: str) -> None:
    """Read a VOD, which puts it into the platform's cache.

    Example: Given Dana has read the VOD "City Council" into the cache
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.read(vod, by=world.person(who))
    require(world.vods.cached(vod), f'the VOD "{title}" should be in the cache once it was read, but is not')


@given("{who:Actor} has renamed the VOD {title:Quoted} to {name:Quoted}")
def renamed(context: Context, who: str, title: str, name: str) -> None:
    """Give a VOD another title.

    Example: Given Dana has renamed the VOD "City Council" to "Budget Hearing"
    """
    world = context.world
    world.vod.change(world.recall(title, Vod), {"title": world.unique_name(name)}, by=world.person(who)).expect(200)


@then("the VOD {title:Quoted} is always served as {name:Quoted}")
def served_as(context: Context, title: str, name: str) -> None:
    """Read a VOD again and again for two seconds; its title must be the new one each time.

    Example: Then the VOD "City Council" is always served as "Budget Hearing"
    """
    world = context.world
    vod, expected = world.recall(title, Vod), world.unique_name(name)
    consistently(
        f'the title of the VOD "{title}"',
        lambda: str(world.vod.read(vod, by=vod.owner)["title"]),
        lambda seen: seen == expected,
        expected=expected,
        during=2.0,
    )


@then("the VOD {title:Quoted} is served from the cache again")
def cached_again(context: Context, title: str) -> None:
    """Read a VOD until it comes from the cache, and look for it in Redis.

    Example: Then the VOD "City Council" is served from the cache again
    """
    world = context.world
    vod = world.recall(title, Vod)
    eventually(
        f'the VOD "{title}" is served from the cache',
        lambda: world.vod.is_cached(vod, by=vod.owner),
        bool,
        expected="True",
        within=5.0,
    )
    require(world.vods.cached(vod), f'Redis should hold the VOD "{title}", but does not')


# The media storage


@given("{who:Actor} got {error:Quoted} for the captions of {title:Quoted} within {seconds:Duration}")
@then("{who:Actor} gets {error:Quoted} for the captions of {title:Quoted} within {seconds:Duration}")
def refused_captions(context: Context, who: str, title: str, error: str, seconds: float) -> None:
    """Ask for the captions: 503 of this kind, in time.

    Example: Then Dana gets "DependencyError" for the captions of "City Council" within 3 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    _require_refused(world.vod.ask_for_captions(vod, by=world.person(who)), error, seconds)


@given("captioning {title:Quoted} failed because {reason:Quoted}")
@then("captioning {title:Quoted} fails because {reason:Quoted}")
def captioning_fails(context: Context, title: str, reason: str) -> None:
    """Hand a VOD in and follow it to its end, which is failed.

    Example: Then captioning "Parks Board" fails because "the media storage is not available"
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.submit(vod, by=vod.owner)
    require_equal(f'the VOD "{title}"', str(world.vod.follow(vod, by=vod.owner).values[-1]), f"failed ({reason})")


@then("{who:Actor} gets the captions of {title:Quoted}")
def gets_captions(context: Context, who: str, title: str) -> None:
    """Compare what the API serves with the file.

    Example: Then Dana gets the captions of "City Council"
    """
    world = context.world
    vod = world.recall(title, Vod)
    require_equal(f'the captions of "{title}"', world.vod.captions(vod, by=world.person(who)), world.vods.captions(vod))


# Bad input


@when("{who:Actor} sends a hundred malformed requests")
def malformed_requests(context: Context, who: str) -> None:
    """Send more than a hundred requests that no platform should take, some of them no HTTP at all.

    Example: When Dana sends a hundred malformed requests
    """
    world = context.world
    world.remember("refusals", world.malformed.send_all(by=world.person(who)))


@then("each malformed request is rejected with 4xx")
def each_refused(context: Context) -> None:
    """Check that each malformed request was answered 4xx, or hung up on where it was no HTTP.

    Example: Then each malformed request is rejected with 4xx
    """
    refusals: list[Refusal] = context.world.recall("refusals", list)
    require(len(refusals) >= 100, f"a hundred malformed requests should be sent, but were {len(refusals)}")
    wrong = [str(refusal) for refusal in refusals if refusal.status is not None and not 400 <= refusal.status < 500]
    require(not wrong, f"every malformed request should be refused with 4xx, but: {'; '.join(wrong)}")
