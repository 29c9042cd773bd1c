"""Signing in and out, pages and who may open them, limits."""

import statistics

from behave import given, then, when
from behave.runner import Context

from support import secrecy
from support.checks.expected import require_fields
from support.checks.matching import equal, require
from support.clients.access import Asked
from support.drivers.http import Answer
from support.world import World


def _keep(world: World, asked: Asked) -> Answer:
    """Keep an answer for the steps that judge it, and the way to ask again for those that wait."""
    world.note("asked", asked)
    world.remember("answer", asked.answer)
    return asked.answer


@given("{who:Actor} is signed in")
def is_signed_in(context: Context, who: str) -> None:
    """Sign a persona in with name and password, in a new session; the page is opened once, so that caches know it.

    Example: Given Dana is signed in
    """
    world = context.world
    session = world.access.sign_in(world.person(who))
    world.access.open_page_in(session, "protected page").expect(200)
    world.note("session", session)


@when("{who:Actor} signs in")
def sign_in(context: Context, who: str) -> None:
    """Sign in with name and password, whatever comes of it.

    Example: When Dana signs in
    """
    world = context.world
    person = world.person(who)
    answer = _keep(world, Asked.by(lambda: world.access.try_sign_in(person)))
    if answer.status == 200:
        world.note("session", world.access.opened(person, answer))


@given("{who:Actor} signed out")
@when("{who:Actor} signs out")
def sign_out(context: Context, who: str) -> None:
    """End the persona's latest session; the token stays at hand, to see what it is worth afterwards.

    Example: When she signs out
    """
    world = context.world
    world.note("session", world.access.sign_out(world.person(who)))


@given("{who:Actor} tried {whose:Owner} account with {attempt:Attempt}, {times:Count}")
def tried_account(context: Context, who: str, whose: str, attempt: str, times: int) -> None:
    """Try to sign in with the account of a persona, so many times; each time must be refused as not signed in.

    Example: Given Mallory tried Dana's account with a wrong password, 5 times
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    for _ in range(times):
        world.access.attempt_as(owner, attempt, by=person).expect(401)


@when("{who:Actor} tries {whose:Owner} account with {attempt:Attempt}")
def try_account(context: Context, who: str, whose: str, attempt: str) -> None:
    """Try to sign in with the account of a persona, whatever comes of it.

    Example: When Mallory tries Dana's account with a wrong password
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    _keep(world, Asked.by(lambda: world.access.attempt_as(owner, attempt, by=person)))


@when("{who:Actor} tries {whose:Owner} account with the {field:LoginField} {text:Quoted}")
def try_account_with_text(context: Context, who: str, whose: str, field: str, text: str) -> None:
    """Try to sign in with this text as name or password, the other one being right. {name} stands for the right name.

    Example: When Mallory tries Dana's account with the name "{name}' --"
    """
    world = context.world
    owner, person = world.person(whose), world.person(who)
    _keep(world, Asked.by(lambda: world.access.attempt_with(owner, field, text, by=person)))


@then("{who:Actor} is refused as if nobody had that name")
def refused_alike(context: Context, who: str) -> None:
    """Compare the refusal with that of a name which nobody has: an intruder must not learn which names exist.

    Example: Then she is refused as if nobody had that name
    """
    world = context.world
    person = world.person(who)
    refusal = world.recall("answer", Answer).expect(401)
    unknown = world.access.attempt_as_nobody(by=person)
    require_fields(f"what {person.name} is told", _told(refusal), _told(unknown))


def _told(refusal: Answer) -> dict[str, object]:
    told = {name: value for name, value in refusal.error.items() if name != "request_id"}
    return {
        **told,
        "WWW-Authenticate": refusal.headers.get("WWW-Authenticate"),
        "Retry-After": refusal.headers.get("Retry-After"),
    }


@given("{who:Actor} opened the {page:Page}, {times:Count}")
def opened_page(context: Context, who: str, page: str, times: int) -> None:
    """Open a page with the persona's token, so many times; each time it must be open.

    Example: Given Vera opened the protected page, 3 times
    """
    world = context.world
    person = world.person(who)
    for _ in range(times):
        world.access.open_page(page, by=person).expect(200)


@when("{who:Actor} opens the {page:Page}")
def open_page(context: Context, who: str, page: str) -> None:
    """Open a page with the persona's token, if there is one.

    Example: When Dana opens the administrator's page
    """
    world = context.world
    person = world.person(who)
    _keep(world, Asked.by(lambda: world.access.open_page(page, by=person)))


@when("{who:Actor} opens the {page:Page} with {credentials:Credentials}")
def open_page_with(context: Context, who: str, page: str, credentials: str) -> None:
    """Open a page with something else in the Authorization header, made from the persona's own good token.

    Example: When she opens the protected page with an expired token
    """
    world = context.world
    person = world.person(who)
    _keep(world, Asked.by(lambda: world.access.open_page_with(credentials, page, by=person)))


@then("the {page:Page} is open to {who:Object}")
def page_open(context: Context, page: str, who: str) -> None:
    """Check that the page was answered, and that it knows who is asking.

    Example: Then the protected page is open to her
    """
    world = context.world
    username = world.access.account(world.person(who)).username
    equal(f"whom the {page} greets", world.recall("answer", Answer).expect(200).document.get("username"), username)


@then("{who:Actor} is refused as not signed in")
def refused_as_stranger(context: Context, who: str) -> None:
    """Check for 401 with the way to sign in.

    Example: Then Mallory is refused as not signed in
    """
    world = context.world
    world.person(who)
    answer = world.recall("answer", Answer).expect(401)
    equal("the kind of refusal", answer.error["type"], "AuthenticationError")
    require("WWW-Authenticate" in answer.headers, f"{answer} should name the way to sign in, but does not")


@then("{who:Actor} is refused for lack of rights")
def refused_for_lack_of_rights(context: Context, who: str) -> None:
    """Check for 403, and that the answer shows nothing but the refusal.

    Example: Then Dana is refused for lack of rights
    """
    world = context.world
    world.person(who)
    answer = world.recall("answer", Answer).expect(403)
    equal("the kind of refusal", answer.error["type"], "PermissionError")
    equal("what the refused page shows", sorted(answer.document), ["error"])


# Waiting


@then("{who:Actor} is told to wait {at_least:Number} to {at_most:Number} seconds")
def told_to_wait(context: Context, who: str, at_least: float, at_most: float) -> None:
    """Check for 429, and that the answer says in how many whole seconds to try again.

    Example: Then she is told to wait 1 to 2 seconds
    """
    world = context.world
    name = world.person(who).name
    answer = world.recall("answer", Answer).expect(429)
    equal("the kind of refusal", answer.error["type"], "RateLimitError")
    told = answer.headers.get("Retry-After", "nothing")
    wanted = f"between {at_least:g} and {at_most:g} seconds"
    require(
        told.isdecimal() and at_least <= int(told) <= at_most,
        f"{name} should be told to wait {wanted}, but was told {told}",
    )


@then("{who:Actor} is served when that time is over, and not before")
def served_when_over(context: Context, who: str) -> None:
    """Ask the same again until it is served: no sooner than was said (to the second), and no later.

    Example: Then she is served when that time is over, and not before
    """
    world = context.world
    world.noted("asked", Asked).require_served_in_time(world.person(who))


@then("{who:Actor} can sign in")
def can_sign_in(context: Context, who: str) -> None:
    """Sign in with name and password; it must succeed.

    Example: Then Vera can sign in
    """
    world = context.world
    world.access.sign_in(world.person(who))


# What answers must and must not show


@when("{who:Actor} asks for what is answered {status:Status}")
def ask_for_status(context: Context, who: str, status: int) -> None:
    """Ask for something that is answered with this status: 200, 401, 403, 404, 405, 413 or 422.

    Example: When Vera asks for what is answered 404
    """
    world = context.world
    world.remember("answer", world.access.answered(status, by=world.person(who)))


@then("no answer has shown a password, a hash or somebody else's token")
def no_secret_shown(context: Context) -> None:
    """Search every answer of the scenario for every password, hash and token, and for parts of them.

    Example: Then no answer has shown a password, a hash or somebody else's token
    """
    world = context.world
    passwords = {account.password for account in world.run.deployment.accounts.values()} | {world.run.new_password}
    secrecy.require_secrecy(world.evidence.exchanges, passwords, world.account_stores.hashes(), world.access.sessions)


@when("{who:Actor} tries {count:Number} wrong passwords with names that exist, and as many with names that do not")
def time_sign_ins(context: Context, who: str, count: float) -> None:
    """Time wrong sign-ins, known and unknown names in turn; each known name is tried less often than would lock it.

    Example: When Mallory tries 50 wrong passwords with names that exist, and as many with names that do not
    """
    world = context.world
    times = world.accounts.time_refusals(int(count), by=world.person(who))
    world.note("times", times)
    lines = [[name, len(seen), f"{statistics.median(seen) * 1000:.1f}"] for name, seen in times.items()]
    world.evidence.table("Time of a refusal", ["name", "attempts", "median in ms"], lines)


@then("the medians of both times differ by at most {percent:Number} %")
def medians_alike(context: Context, percent: float) -> None:
    """Compare the medians with each other, never with a clock.

    Example: Then the medians of both times differ by at most 30 %
    """
    times = context.world.noted("times", dict)
    low, high = sorted(statistics.median(seen) for seen in times.values())
    told = f"{low * 1000:.1f} and {high * 1000:.1f} ms"
    require(high <= low * (1 + percent / 100), f"the medians should differ by at most {percent:g} %, but are {told}")
