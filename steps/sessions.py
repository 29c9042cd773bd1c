"""Sessions: where they are kept, how they go on and end, and renewing their tokens."""

from behave import given, then, when
from behave.runner import Context

from support.checks.comparison import require, require_equal
from support.checks.envelope import error_of
from support.drivers.http import Response
from support.scenario.shared_sessions import SignedIn


@then("{who:Actor} has an access token that is valid for {minutes:Number} minutes")
def token_lifetime(context: Context, who: str, minutes: float) -> None:
    """Check what the sign-in answered and what the token says about its own end.

    Example: Then she has an access token that is valid for 30 minutes
    """
    world = context.world
    response = world.recall("response", Response).expect(200).document
    require_equal("the type of the token", response["token_type"], "bearer")
    session = world.recall("session", SignedIn)
    require_equal(f"the lifetime of {world.person(who).name}'s token in seconds", session.lifetime, minutes * 60)
    claimed = session.claims["exp"] - session.claims["iat"]
    require_equal("the time between issue and end in the token, in seconds", claimed, minutes * 60)


@then("{whose:Owner} session is stored in the database and in Redis until its expiry")
def session_kept(context: Context, whose: str) -> None:
    """Open a page, and look in both stores; in Redis the session must end by itself, when it ends in the database.

    Example: Then her session is stored in the database and in Redis until its expiry
    """
    world = context.world
    name = world.person(whose).name
    session = world.recall("session", SignedIn)
    world.access.open_page_in(session, "protected endpoint").expect(200)
    row = world.sessions.row(session)
    require(row is not None, f"{name}'s session should be in the database, but is not")
    left = world.sessions.seconds_to_live(session)
    require(left is not None, f"{name}'s session should be in Redis with an end, but is not")
    ends = f"in {row['left']:.0f} s"
    require(abs(left - row["left"]) < 5, f"{name}'s session should end in Redis {ends}, but does in {left:.0f} s")


@given("{whose:Owner} session is {hours:Integer} hours old")
def session_is_old(context: Context, whose: str, hours: int) -> None:
    """Move the session back in time in the database, and delete its copy in Redis.

    Example: Given her session is 12 hours old
    """
    world = context.world
    world.sessions.set_age(world.access.session(world.person(whose)), hours)


@then("{whose:Owner} session ends {hours:Integer} hours after its sign-in")
def session_ends_after(context: Context, whose: str, hours: int) -> None:
    """Compare the times of the session in the database.

    Example: Then her session ends 12 hours after its sign-in
    """
    world = context.world
    person = world.person(whose)
    row = world.sessions.row(world.access.session(person))
    require(row is not None, f"{person.name}'s session: expected a row in the database, got none")
    seconds = (row["expires_at"] - row["created_at"]).total_seconds()
    require_equal(f"the seconds between sign-in and end of {person.name}'s session", seconds, hours * 3600)


@then("{whose:Owner} session is deleted from the database and from Redis")
def session_gone(context: Context, whose: str) -> None:
    """Try to open a page in the session, and look for it in both stores.

    Example: Then her session is deleted from the database and from Redis
    """
    world = context.world
    name = world.person(whose).name
    session = world.recall("session", SignedIn)
    world.access.open_page_in(session, "protected endpoint").expect(401)
    require(world.sessions.row(session) is None, f"{name}'s session should be gone from the database, but is there")
    left = world.sessions.seconds_to_live(session)
    require(left is None, f"{name}'s session should be gone from Redis, but lives {left} s more")


@then("{whose:Owner} {which:Which}session is {state:SessionState}")
def session_fate(context: Context, whose: str, which: int, state: bool) -> None:
    """Open a page in one of the persona's sessions: it is open to her or him, or closed as to somebody unknown.

    One that goes on is in the database, too: the page may be answered from what Redis still holds.

    Example: Then Dana's session is open
    """
    world = context.world
    person = world.person(whose)
    session = world.access.session_of_before(person, which)
    response = world.access.open_page_in(session, "protected endpoint")
    if state:
        username = world.access.account(person).username
        require_equal("whom the page greets", response.expect(200).document["username"], username)
        require(world.sessions.row(session), f"{person.name}'s session should be in the database, but is not")
    else:
        require_equal("the type of the rejection", error_of(response.expect(401))["type"], "AuthenticationError")


@given("{who:Actor} has refreshed the session")
@when("{who:Actor} refreshes the session")
def renew(context: Context, who: str) -> None:
    """Exchange the refresh token of the session for new tokens, and use these from now on.

    Example: When she refreshes the session
    """
    world = context.world
    person = world.person(who)
    session = world.access.session(person)
    world.remember("session before", session)
    response = world.access.renew(person, session.refresh_token).expect(200)
    world.remember("session", world.access.opened(person, response))


@when("{who:Actor} refreshes the session with the previous {token:Token}")
def renew_with(context: Context, who: str, token: str) -> None:
    """Ask for new tokens in exchange for a token of the session as it was first without asserting the result.

    Example: When she refreshes the session with the previous refresh token
    """
    world = context.world
    person = world.person(who)
    first = world.access.session_of_before(person, 0)
    world.remember("response", world.access.renew(person, getattr(first, token)))


@then("{who:Actor} has new tokens")
def has_new_tokens(context: Context, who: str) -> None:
    """Compare the tokens with those of before: each is there, and another.

    Example: Then she has new tokens
    """
    world = context.world
    name = world.person(who).name
    before, now = world.recall("session before", SignedIn), world.recall("session", SignedIn)
    for kind in ("access_token", "refresh_token"):
        new, old, word = getattr(now, kind), getattr(before, kind), kind.replace("_", " ")
        require(new not in ("", old), f"{name} should have another {word}, but has not")
    require_equal(f"whose the new token of {name} is", now.claims["sub"], before.claims["sub"])
