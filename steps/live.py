"""Live updates: who follows what, and what they see without asking again."""

from behave import given, then, when
from behave.runner import Context

from support.capabilities.vod import live
from support.capabilities.vod.client import Vod
from support.checks.comparison import require, require_equal
from support.gherkin.step_declarations import TEXT, step_input
from support.scenario.world import World


@given("{who:Actor} has subscribed to {subject:Quoted}")
@when("{who:Actor} subscribes to {subject:Quoted}")
def follow(context: Context, who: str, subject: str) -> None:
    """Subscribe to a VOD by its title, or to "tasks", and wait for the confirmation.

    Example: Given Vera has subscribed to "City Council"
    """
    world = context.world
    person = world.person(who)
    world.live.follow(_subject(world, subject), by=person)


def _subject(world: World, subject: str) -> str:
    return subject if subject == live.TASKS else f"vod:{world.recall(subject, Vod).id}"


@given("{who:Actor} has disconnected")
def left(context: Context, who: str) -> None:
    """Close the persona's live connection.

    Example: Given Omar has disconnected
    """
    world = context.world
    world.live.leave(by=world.person(who))


@then("{who:Actor} receives the states {states:VodStates} of {title:Quoted}")
def sees_live(context: Context, who: str, title: str, states: list[str]) -> None:
    """Wait for the last of these states; they, and no others, were told in this order, as the history has them.

    Example: Then Vera receives the states pending, processing and completed of "City Council"
    """
    world = context.world
    person, subject, vod = world.person(who), _subject(world, title), world.recall(title, Vod)
    world.live.require_follower(subject, title, by=person)
    last = {"subject": subject, "status": states[-1]}
    world.live.await_event(lambda event: last.items() <= event.items(), f"{title} {states[-1]}", by=person)
    events = live.about(world.live.events(by=person), subject)
    require_equal(f'the states of "{title}" that {who} saw', live.statuses(events), states)
    history = world.vods.statuses(vod)
    require_equal("the history in the database", history[-len(states) :] if history else ["pending"], states)
    percents = [event["progress"] for event in events]
    require(percents == sorted(percents), f'the progress of "{title}" should never go back, but went {percents}')


@then("{who:Actor} receives the publication progress {percents:Quoted} of {title:Quoted}")
def sees_progress(context: Context, who: str, title: str, percents: str) -> None:
    """Wait for the end of the publication, and compare the progress that was told on the way, from its begin.

    It is told to who follows "tasks" live, not to who follows the VOD.

    Example: Then Vera receives the publication progress "0, 25, 50, 75, 100" of "City Council"
    """
    world = context.world
    person = world.person(who)
    world.live.require_follower(live.TASKS, live.TASKS, by=person)
    subject = f"task:{world.vod.task_of(world.recall(title, Vod), 'publication')}"
    final = ("completed", "failed")
    world.live.await_event(lambda e: e.get("subject") == subject and e["status"] in final, "the end", by=person)
    events = live.about(world.live.events(by=person), subject)
    actual = list(dict.fromkeys(event["progress"] for event in events))
    require_equal(
        f'the progress of "{title}" that {who} saw', actual, [int(percent) for percent in percents.split(", ")]
    )


@then("{who:Actor} receives no further live update for {seconds:Duration}")
def receives_no_update(context: Context, who: str, seconds: float) -> None:
    """Require silence on the persona's connection for this time, and that the connection works.

    Example: Then Vera receives no further live update for 0.5 seconds
    """
    world = context.world
    person = world.person(who)
    world.live.watch_silence(seconds, by=person)
    require(world.live.alive(by=person), f"{who}'s live connection: expected a response to a ping, got none")


@when("{who:Actor} sends this text as a live message")
@step_input(TEXT)
def send_live(context: Context, who: str) -> None:
    """Send the step's text unchanged over the live connection.

    Example: When Vera sends this text as a live message
    """
    world = context.world
    world.live.say(context.text, by=world.person(who))


@when("{who:Actor} connects with {token:LiveToken}")
def connect_with(context: Context, who: str, token: str) -> None:
    """Try to open a live connection that must not open.

    Example: When Mallory connects with a generated token
    """
    world = context.world
    person = world.person(who)
    world.remember("response", world.live.attempt(world.access.bad_token(token), by=person))


@then("the live connection answers {who:Object} with {error:Quoted} and stays open")
def answers_error(context: Context, who: str, error: str) -> None:
    """Wait for an error of this kind, in the common envelope; pings are answered after it as before.

    Example: Then the live connection answers her with "ValidationError" and stays open
    """
    world = context.world
    person = world.person(who)
    answered = world.live.await_event(lambda event: "error" in event, "an error", by=person)["error"]
    require_equal("the type of the rejection", answered["type"], error)
    require_equal("what the error tells", sorted(answered), ["details", "message", "request_id", "type"])
    require(world.live.alive(by=person), f"{who}'s live connection should be alive, but does not answer")
