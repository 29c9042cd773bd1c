"""The worker in the middle of its work: caught, killed, and what becomes of the job it had in hand."""

from behave import given, then, when
from behave.runner import Context

from support.checks import captions
from support.checks.eventually import consistently
from support.checks.matching import equal
from support.clients.vod import Vod
from support.parts import Kind, Part
from support.testdata.media import recording, write

MOST_STARTS = 10  # of a job that kills its worker; the platform should give up long before
PATIENCE = 10.0  # seconds for what is no scenario's business


@given("the captioning of {title:Quoted}, which takes {seconds:Number} seconds, is under way")
def captioning_under_way(context: Context, title: str, seconds: float) -> None:
    """Have Dana hand in a recording that takes so long, and wait until the worker has begun with it.

    Example: Given the captioning of "City Council", which takes 2 seconds, is under way
    """
    world = context.world
    dana = world.person("Dana")
    made = recording(world.alias(title), duration=60.0, path=world.file_name(title, ".wav"), pace=seconds, seed=title)
    world.cleanup.add(f"remove {made.path}", lambda: world.storage.remove(made.path))
    write(made, world.storage.root)
    vod = world.vod.register(made, by=dana)
    world.remember(title, vod)
    world.vod.submit(vod, by=dana)
    world.work.await_starts(vod, 1, within=PATIENCE)
    # The queue knows of it a moment before the platform says so.
    world.vod.follow(vod, by=dana, within=PATIENCE, until={"processing"})


@given("nobody has the captioning of {title:Quoted} in hand {seconds:Number} seconds later")
def not_in_hand(context: Context, title: str, seconds: float) -> None:
    """Wait so long until the job is done, or handed back to whoever comes next.

    Example: Given nobody has the captioning of "City Council" in hand 3 seconds later
    """
    world = context.world
    world.work.await_state(world.recall(title, Vod), "waiting", "done", within=seconds)


@given("the captioning of {title:Quoted} is still in hand {seconds:Number} seconds later")
def still_in_hand(context: Context, title: str, seconds: float) -> None:
    """Watch for so long that the job stays with the worker that has it.

    Example: Given the captioning of "City Council" is still in hand 1.2 seconds later
    """
    world = context.world
    vod = world.recall(title, Vod)
    consistently(
        f'the job of "{title}"',
        lambda: world.work.state(vod),
        lambda state: state == "in hand",
        wish="in hand",
        during=seconds,
    )


@when("the worker is killed once {title:Quoted} is captioned, before it could say so")
def killed_before_acknowledging(context: Context, title: str) -> None:
    """Kill the worker in the moment between the effect of a job and its acknowledgement.

    Example: When the worker is killed once "City Council" is captioned, before it could say so
    """
    world = context.world
    vod = world.recall(title, Vod)
    with world.processes.no_acknowledgement(vod.id):
        world.vod.follow(vod, by=vod.owner, within=PATIENCE)
        equal("the job, as the queue knows it", world.work.state(vod), "in hand")
        world.faults.begin(Part.WORKER, Kind.KILLED)


@when("the worker is killed each time it works on {title:Quoted}")
def killed_each_time(context: Context, title: str) -> None:
    """Kill the worker whenever it has begun with this job, until the platform gives the job up.

    Example: When the worker is killed each time it works on "City Council"
    """
    world = context.world
    vod = world.recall(title, Vod)
    for start in range(1, MOST_STARTS):
        if world.work.await_start_or_end(vod, start, within=PATIENCE) == "ended":
            break
        world.faults.begin(Part.WORKER, Kind.KILLED)


@then("the captioning of {title:Quoted} is taken over within {seconds:Number} seconds")
def taken_over(context: Context, title: str, seconds: float) -> None:
    """Wait until a worker has begun with the job a second time.

    Example: Then the captioning of "City Council" is taken over within 3 seconds
    """
    world = context.world
    world.work.await_starts(world.recall(title, Vod), 2, within=seconds)


@then("the VOD {title:Quoted} is captioned within {seconds:Number} seconds, once")
def captioned_once(context: Context, title: str, seconds: float) -> None:
    """Follow the VOD to its end: it went through each state once, and its captions are whole.

    Example: Then the VOD "City Council" is captioned within 10 seconds, once
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the VOD "{title}"', str(world.vod.follow(vod, by=vod.owner, within=seconds).values[-1]), "completed")
    world.work.await_state(vod, "done", within=PATIENCE)
    equal(f'the history of the VOD "{title}"', world.vods.statuses(vod), ["pending", "processing", "completed"])
    captions.require_faithful(title, captions.read(title, world.vods.captions(vod)), vod.recording)


@given("the VOD {title:Quoted} waited")
def waits(context: Context, title: str) -> None:
    """Watch for a second that the VOD stays pending and its job stays in the queue.

    Example: Given the VOD "City Council" waited
    """
    world = context.world
    vod = world.recall(title, Vod)
    consistently(
        f'the VOD "{title}" and its job',
        lambda: f"{world.vod.read(vod, by=vod.owner)['status']}, {world.work.state(vod)}",
        lambda seen: seen == "pending, waiting",
        wish="pending, waiting",
        during=1.0,
    )
