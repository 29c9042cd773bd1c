"""Signing in and out, pages and who may open them, limits."""

import statistics

from behave import given, then, when
from behave.runner import Context

from support.capabilities.access import secrets
from support.capabilities.access.client import RepeatableRequest
from support.checks.comparison import require, require_equal, require_fields
from support.checks.envelope import error_of
from support.drivers.http import Response
from support.scenario.world import World


def _keep(world: World, asked: RepeatableRequest) -> Response:
    """Keep an answer for the steps that judge it, and the way to ask again for those that wait."""
    world.remember("repeatable request", asked)
    world.remember("response", asked.answer)
    return asked.answer


@given("{who:Actor} is signed in")
def is_signed_in(context: Context, who: str) -> None:
    """Sign a persona in with name and password, in a new session; the page is opened once, so that caches know it.

    Example: Given Dana is signed in
    """
    world = context.world
    session = world.access.sign_in(world.person(who))
    world.access.open_page_in(session, "protected endpoint").expect(200)
    world.remember("session", session)


@when("{who:Actor} signs in")
def sign_in(context: Context, who: str) -> None:
    """Sign in with name and password without asserting the result.

    Example: When Dana signs in
    """
    world = context.world
    person = world.person(who)
    response = _keep(world, RepeatableRequest.send(lambda: world.access.try_sign_in(person)))
    if response.status == 200:
        world.remember("session", world.access.opened(person, response))


@given("{who:Actor} has signed out")
@when("{who:Actor} signs out")
def sign_out(context: Context, who: str) -> None:
    """End the persona's latest session; the token stays at hand, to see what it is worth afterwards.

    Example: When she signs out
    """
    world = context.world
    world.remember("session", world.access.sign_out(world.person(who)))


@given("{who:Actor} has tried to sign in to {whose:Owner} account with {attempt:Attempt} {times:Times}")
def tried_account(context: Context, who: str, whose: str, attempt: str, times: int) -> None:
    """Try to sign in with the account of a persona, so many times; each time must be refused as not signed in.

    Example: Given Mallory has tried to sign in to Dana's account with a wrong password 5 times
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    for _ in range(times):
        world.access.attempt_as(owner, attempt, by=person).expect(401)


@when("{who:Actor} tries to sign in to {whose:Owner} account with {attempt:Attempt}")
def try_account(context: Context, who: str, whose: str, attempt: str) -> None:
    """Try to sign in with the account of a persona without asserting the result.

    Example: When Mallory tries to sign in to Dana's account with a wrong password
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    _keep(world, RepeatableRequest.send(lambda: world.access.attempt_as(owner, attempt, by=person)))


@when("{who:Actor} tries to sign in to {whose:Owner} account with the {field:LoginField} {text:Quoted}")
def try_account_with_text(context: Context, who: str, whose: str, field: str, text: str) -> None:
    """Try to sign in with this text as name or password, the other one being right. {name} stands for the right name.

    Example: When Mallory tries to sign in to Dana's account with the user name "{name}' --"
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    _keep(world, RepeatableRequest.send(lambda: world.access.attempt_with(owner, field, text, by=person)))


@then("the sign-in is rejected as for an unknown user name")
def is_rejected_as_unknown_user(context: Context) -> None:
    """Compare the refusal with that of a name which nobody has: an intruder must not learn which names exist.

    Example: Then the sign-in is rejected as for an unknown user name
    """
    world = context.world
    rejection = world.recall("response", Response).expect(401)
    unknown = world.access.attempt_as_nobody(by=world.current_person)
    require_fields("the rejection", _told(rejection), _told(unknown))


def _told(refusal: Response) -> dict[str, object]:
    message = {name: value for name, value in error_of(refusal).items() if name != "request_id"}
    return {
        **message,
        "WWW-Authenticate": refusal.headers.get("WWW-Authenticate"),
        "Retry-After": refusal.headers.get("Retry-After"),
    }


@given("{who:Actor} has called the {page:Endpoint} {times:Times}")
def opened_page(context: Context, who: str, page: str, times: int) -> None:
    """Open a page with the persona's token, so many times; each time it must be open.

    Example: Given Vera has called the protected endpoint 3 times
    """
    world = context.world
    person = world.person(who)
    for _ in range(times):
        world.access.open_page(page, by=person).expect(200)


@when("{who:Actor} calls the {page:Endpoint}")
def open_page(context: Context, who: str, page: str) -> None:
    """Open a page with the persona's token, if there is one.

    Example: When Dana calls the admin endpoint
    """
    world = context.world
    person = world.person(who)
    _keep(world, RepeatableRequest.send(lambda: world.access.open_page(page, by=person)))


@when("{who:Actor} calls the {page:Endpoint} with {credentials:Credentials}")
def open_page_with(context: Context, who: str, page: str, credentials: str) -> None:
    """Open a page with something else in the Authorization header, made from the persona's own good token.

    Example: When she calls the protected endpoint with an expired token
    """
    world = context.world
    person = world.person(who)
    _keep(world, RepeatableRequest.send(lambda: world.access.open_page_with(credentials, page, by=person)))


@then("the {page:Endpoint} returns {whose:Owner} user name")
def page_open(context: Context, page: str, whose: str) -> None:
    """Check that the page was answered, and that it knows who is asking.

    Example: Then the protected endpoint returns her user name
    """
    world = context.world
    username = world.access.account(world.person(whose)).username
    require_equal(
        f"whom the {page} greets", world.recall("response", Response).expect(200).document.get("username"), username
    )


# Waiting


@then("the request is rejected as rate limited for {at_least:Number} to {at_most:Duration}")
def is_rate_limited(context: Context, at_least: float, at_most: float) -> None:
    """Check for 429, and that the answer says in how many whole seconds to try again.

    Example: Then the request is rejected as rate limited for 1 to 2 seconds
    """
    world = context.world
    response = world.recall("response", Response).expect(429)
    require_equal("the type of the rejection", error_of(response)["type"], "RateLimitError")
    message = response.headers.get("Retry-After", "nothing")
    expected = f"between {at_least:g} and {at_most:g} seconds"
    require(
        message.isdecimal() and at_least <= int(message) <= at_most,
        f"Retry-After of {response}: expected {expected}, got {message}",
    )


@then("the same request succeeds after that time and not before")
def succeeds_after_the_limit(context: Context) -> None:
    """Ask the same again until it is served: no sooner than was said (to the second), and no later.

    Example: Then the same request succeeds after that time and not before
    """
    world = context.world
    world.recall("repeatable request", RepeatableRequest).require_in_time(world.current_person)


@then("{who:Actor} can sign in")
def can_sign_in(context: Context, who: str) -> None:
    """Sign in with name and password; it must succeed.

    Example: Then Vera can sign in
    """
    world = context.world
    world.access.sign_in(world.person(who))


# What answers must and must not show


@when("{who:Actor} sends a request that is answered with {status:Status}")
def ask_for_status(context: Context, who: str, status: int) -> None:
    """Ask for something that is answered with this status: 200, 401, 403, 404, 405, 413 or 422.

    Example: When Vera sends a request that is answered with 404
    """
    world = context.world
    world.remember("response", world.access.answered(status, by=world.person(who)))


@then("no response contains a password, a hash or another user's token")
def no_secret_shown(context: Context) -> None:
    """Search every answer of the scenario for every password, hash and token, and for parts of them.

    Example: Then no response contains a password, a hash or another user's token
    """
    world = context.world
    passwords = {account.password for account in world.run.deployment.accounts.values()} | {world.run.new_password}
    secrets.require_secrets_hidden(
        world.evidence.exchanges, passwords, world.account_stores.hashes(), world.access.sessions
    )


@when("{who:Actor} tries {count:Integer} wrong passwords with known user names and as many with unknown ones")
def time_sign_ins(context: Context, who: str, count: int) -> None:
    """Time wrong sign-ins, known and unknown names in turn; each known name is tried less often than would lock it.

    Example: When Mallory tries 50 wrong passwords with known user names and as many with unknown ones
    """
    world = context.world
    times = world.accounts.time_refusals(count, by=world.person(who))
    world.remember("times", times)
    lines = [[name, len(actual), f"{statistics.median(actual) * 1000:.1f}"] for name, actual in times.items()]
    world.evidence.table("Time of a refusal", ["name", "attempts", "median in ms"], lines)


@then("the median durations differ by at most {percent:Number} %")
def medians_alike(context: Context, percent: float) -> None:
    """Compare the medians with each other, never with a clock.

    Example: Then the median durations differ by at most 30 %
    """
    times = context.world.recall("times", dict)
    low, high = sorted(statistics.median(actual) for actual in times.values())
    message = f"{low * 1000:.1f} and {high * 1000:.1f} ms"
    require(high <= low * (1 + percent / 100), f"the medians should differ by at most {percent:g} %, but are {message}")
