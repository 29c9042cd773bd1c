"""Signing in and out, and who may open what."""

from behave import given, then, when
from behave.runner import Context

from support.checks.matching import equal, require
from support.clients.access import SignedIn
from support.drivers.http import Answer


@given("{who:Actor} is signed in")
@when("{who:Actor} signs in")
def sign_in(context: Context, who: str) -> None:
    """Sign a persona in with name and password, in a session of its own.

    Example: Given Dana is signed in
    """
    world = context.world
    world.remember("session", world.access.sign_in(world.person(who)))


@given("{who:Actor} signed out")
@when("{who:Actor} signs out")
def sign_out(context: Context, who: str) -> None:
    """End the persona's session; the token stays at hand, to see what it is worth afterwards.

    Example: When she signs out
    """
    world = context.world
    world.remember("session", world.access.sign_out(world.person(who)))


@given("{who:Actor} was refused with {whose:Owner} name and a wrong password")
def refused_with_wrong_password(context: Context, who: str, whose: str) -> None:
    """Try to sign in with the name of another persona and a wrong password, and keep the answer.

    Example: Given Mallory was refused with Dana's name and a wrong password
    """
    world = context.world
    username = world.run.account(world.person(whose)).username
    answer = world.access.attempt(username, f"wrong {world.mark}", by=world.person(who))
    world.remember("refusal before", answer.expect(401))


@when("{who:Actor} signs in with a name that nobody has")
def sign_in_as_nobody(context: Context, who: str) -> None:
    """Try to sign in with a user name that does not exist.

    Example: When she signs in with a name that nobody has
    """
    world = context.world
    answer = world.access.attempt(f"nobody-{world.mark}", f"wrong {world.mark}", by=world.person(who))
    world.remember("answer", answer)


@then("{who:Actor} is refused in the very same words")
def refused_alike(context: Context, who: str) -> None:
    """Compare this refusal with the one before: an intruder must not learn which names exist.

    Example: Then she is refused in the very same words
    """
    world = context.world
    name = world.person(who).name
    before = world.recall("refusal before", Answer)
    refusal = world.recall("answer", Answer).expect(401)
    equal(f"what {name} is told for an unknown name", _told(refusal), _told(before))


def _told(refusal: Answer) -> tuple[object, ...]:
    error = refusal.error
    return refusal.status, error["type"], error["message"], error["details"], refusal.headers.get("WWW-Authenticate")


@then("{who:Actor} has an access token that is good for {minutes:Number} minutes")
def token_lifetime(context: Context, who: str, minutes: float) -> None:
    """Check what the sign-in answered and what the token says about its own end.

    Example: Then she has an access token that is good for 30 minutes
    """
    world = context.world
    session = world.recall("session", SignedIn)
    equal(f"the lifetime of {world.person(who).name}'s token in seconds", session.lifetime, minutes * 60)
    claimed = session.claims["exp"] - session.claims["iat"]
    equal("the time between issue and end in the token, in seconds", claimed, minutes * 60)


@then("{whose:Owner} session is kept in the database and in Redis until its end")
def session_kept(context: Context, whose: str) -> None:
    """Look for the session in both stores; in Redis it must end by itself.

    Example: Then her session is kept in the database and in Redis until its end
    """
    world = context.world
    name = world.person(whose).name
    session = world.recall("session", SignedIn)
    row = world.sessions.row(session)
    require(row is not None, f"{name}'s session should be in the database, but is not")
    left = world.sessions.seconds_to_live(session)
    require(left is not None, f"{name}'s session should be in Redis with an end, but is not")
    longest = (row["expires_at"] - row["created_at"]).total_seconds()
    require(0 < left <= longest, f"{name}'s session should live up to {longest} s more in Redis, but lives {left} s")


@then("{whose:Owner} session is gone from the database and from Redis")
def session_gone(context: Context, whose: str) -> None:
    """Look for the session in both stores.

    Example: Then her session is gone from the database and from Redis
    """
    world = context.world
    name = world.person(whose).name
    session = world.recall("session", SignedIn)
    require(world.sessions.row(session) is None, f"{name}'s session should be gone from the database, but is there")
    left = world.sessions.seconds_to_live(session)
    require(left is None, f"{name}'s session should be gone from Redis, but lives {left} s more")


@given("{who:Actor} opened the {page:Page}")
@when("{who:Actor} opens the {page:Page}")
def open_page(context: Context, who: str, page: str) -> None:
    """Open a page with the persona's token, if there is one.

    Example: When Dana opens the administrator's page
    """
    world = context.world
    world.remember("answer", world.access.open_page(page, by=world.person(who)))


@then("the {page:Page} is open to {who:Object}")
def page_open(context: Context, page: str, who: str) -> None:
    """Check that the page was answered, and that it knows who is asking.

    Example: Then the protected page is open to her
    """
    world = context.world
    username = world.run.account(world.person(who)).username
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
