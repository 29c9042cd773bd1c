"""Live updates: who follows what, and what they see without asking again."""

from behave import given, then, when
from behave.runner import Context

from support.checks.matching import equal, require
from support.clients import live
from support.clients.vod import Vod
from support.world import World


@given("{who:Actor} follows {subject:Quoted} live")
@when("{who:Actor} follows {subject:Quoted} live")
def follow(context: Context, who: str, subject: str) -> None:
    """Subscribe to a VOD by its title, or to "tasks", and wait for the confirmation.

    Example: Given Vera follows "City Council" live
    """
    world = context.world
    person = world.person(who)
    world.live.follow(_subject(world, subject), by=person)


def _subject(world: World, subject: str) -> str:
    return subject if subject == live.TASKS else f"vod:{world.recall(subject, Vod).id}"


@given("{who:Actor} has left")
def left(context: Context, who: str) -> None:
    """Close the persona's live connection.

    Example: Given Omar has left
    """
    world = context.world
    world.live.leave(by=world.person(who))


@then("{who:Actor} sees {title:Quoted} live as {states:VodStates}")
def sees_live(context: Context, who: str, title: str, states: list[str]) -> None:
    """Wait for the last of these states; they, and no others, were told in this order, as the history has them.

    Example: Then Vera sees "City Council" live as pending, processing and completed
    """
    world = context.world
    person, subject, vod = world.person(who), _subject(world, title), world.recall(title, Vod)
    world.live.require_follower(subject, title, by=person)
    last = {"subject": subject, "status": states[-1]}
    world.live.await_event(lambda event: last.items() <= event.items(), f"{title} {states[-1]}", by=person)
    events = live.about(world.live.events(by=person), subject)
    equal(f'the states of "{title}" that {who} saw', live.statuses(events), states)
    history = world.vods.statuses(vod)
    equal("the history in the database", history[-len(states) :] if history else ["pending"], states)
    percents = [event["progress"] for event in events]
    require(percents == sorted(percents), f'the progress of "{title}" should never go back, but went {percents}')


@then("{who:Actor} sees the publication of {title:Quoted} live at {percents:Quoted} percent")
def sees_progress(context: Context, who: str, title: str, percents: str) -> None:
    """Wait for the end of the publication, and compare the progress that was told on the way, from its begin.

    It is told to who follows "tasks" live, not to who follows the VOD.

    Example: Then Vera sees the publication of "City Council" live at "0, 25, 50, 75, 100" percent
    """
    world = context.world
    person = world.person(who)
    world.live.require_follower(live.TASKS, live.TASKS, by=person)
    subject = f"task:{world.vod.task_of(world.recall(title, Vod), 'publication')}"
    final = ("completed", "failed")
    world.live.await_event(lambda e: e.get("subject") == subject and e["status"] in final, "the end", by=person)
    events = live.about(world.live.events(by=person), subject)
    seen = list(dict.fromkeys(event["progress"] for event in events))
    equal(f'the progress of "{title}" that {who} saw', seen, [int(percent) for percent in percents.split(", ")])


@then("{who:Actor} sees nothing more for {seconds:Number} seconds")
def sees_nothing(context: Context, who: str, seconds: float) -> None:
    """Watch the persona's connection for this time: nothing comes, and it is alive nevertheless.

    Example: Then Vera sees nothing more for 0.5 seconds
    """
    world = context.world
    person = world.person(who)
    world.live.watch_silence(seconds, by=person)
    require(world.live.alive(by=person), f"{who}'s live connection should be alive, but does not answer")


@when("{who:Actor} connects live with {token:LiveToken}")
def connect_with(context: Context, who: str, token: str) -> None:
    """Try to open a live connection that must not open.

    Example: When Mallory connects live with a made-up token
    """
    world = context.world
    person = world.person(who)
    world.remember("answer", world.live.attempt(world.access.bad_token(token), by=person))


@when("{who:Actor} sends over the live connection exactly this")
def send_live(context: Context, who: str) -> None:
    """Send the text below as it is over the live connection.

    Example: When Vera sends over the live connection exactly this
    """
    world = context.world
    world.live.say(context.text, by=world.person(who))


@then("the live connection answers {who:Object} with {kind:Quoted}, and lives")
def answers_error(context: Context, who: str, kind: str) -> None:
    """Wait for an error of this kind, in the common envelope; pings are answered after it as before.

    Example: Then the live connection answers her with "ValidationError", and lives
    """
    world = context.world
    person = world.person(who)
    answered = world.live.await_event(lambda event: "error" in event, "an error", by=person)["error"]
    equal("the kind of refusal", answered["type"], kind)
    equal("what the error tells", sorted(answered), ["details", "message", "request_id", "type"])
    require(world.live.alive(by=person), f"{who}'s live connection should be alive, but does not answer")
