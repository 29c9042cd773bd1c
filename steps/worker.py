"""The worker in the middle of its work: caught, killed, and what becomes of the job it had in hand."""

from behave import given, then, when
from behave.runner import Context

from support.checks import captions
from support.checks.eventually import consistently
from support.checks.matching import equal
from support.clients.queue import Job
from support.clients.vod import Vod
from support.parts import Failure, Part
from support.world import World

MOST_STARTS = 10  # of a job that kills its worker; the platform should give up long before
PATIENCE = 10.0  # seconds for what is no scenario's business


@given("a captioning of {title:Quoted} that takes {seconds:Duration} is running")
def captioning_under_way(context: Context, title: str, seconds: float) -> None:
    """Have Dana hand in a recording that takes so long, and wait until the worker has begun with it.

    Example: Given a captioning of "City Council" that takes 2 seconds is running
    """
    world = context.world
    dana = world.person("Dana")
    vod = world.vod.register(world.media.store(title, pace=seconds), by=dana)
    world.remember(title, vod)
    world.vod.submit(vod, by=dana)
    _captioning(world, title).await_starts(1, within=PATIENCE)
    # The queue knows of it a moment before the platform says so.
    world.vod.follow(vod, by=dana, within=PATIENCE, until={"processing"})


@given("no worker runs the captioning of {title:Quoted} {seconds:Duration} later")
def not_in_hand(context: Context, title: str, seconds: float) -> None:
    """Wait so long until the job is done, or handed back to whoever comes next.

    Example: Given no worker runs the captioning of "City Council" 3 seconds later
    """
    _captioning(context.world, title).await_state("todo", "succeeded", within=seconds)


@given("the same worker still runs the captioning of {title:Quoted} {seconds:Duration} later")
def still_in_hand(context: Context, title: str, seconds: float) -> None:
    """Watch for so long that the job stays with the worker that has it.

    Example: Given the same worker still runs the captioning of "City Council" 1.2 seconds later
    """
    job = _captioning(context.world, title)
    consistently(job.what, job.state, lambda state: state == "doing", wish="doing", during=seconds)


@when("the worker is killed after {title:Quoted} is captioned and before it acknowledges the job")
def killed_before_acknowledging(context: Context, title: str) -> None:
    """Kill the worker in the moment between the effect of a job and its acknowledgement.

    Example: When the worker is killed after "City Council" is captioned and before it acknowledges the job
    """
    world = context.world
    vod = world.recall(title, Vod)
    with world.processes.no_acknowledgement(vod.id):
        world.vod.follow(vod, by=vod.owner, within=PATIENCE)
        equal("the job, as the queue knows it", _captioning(world, title).state(), "doing")
        world.faults.begin(Part.WORKER, Failure.KILLED)


@when("the worker is killed each time it runs the captioning of {title:Quoted}")
def killed_each_time(context: Context, title: str) -> None:
    """Kill the worker whenever it has begun with this job, until the platform gives the job up.

    Example: When the worker is killed each time it runs the captioning of "City Council"
    """
    world = context.world
    job = _captioning(world, title)
    for start in range(1, MOST_STARTS):
        if not job.await_start_or_end(start, within=PATIENCE):
            break
        world.faults.begin(Part.WORKER, Failure.KILLED)


@then("the captioning of {title:Quoted} is taken over within {seconds:Duration}")
def taken_over(context: Context, title: str, seconds: float) -> None:
    """Wait until a worker has begun with the job a second time.

    Example: Then the captioning of "City Council" is taken over within 3 seconds
    """
    _captioning(context.world, title).await_starts(2, within=seconds)


@then("the VOD {title:Quoted} is captioned once within {seconds:Duration}")
def captioned_once(context: Context, title: str, seconds: float) -> None:
    """Follow the VOD to its end: it went through each state once, and its captions are whole.

    Example: Then the VOD "City Council" is captioned once within 10 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the VOD "{title}"', str(world.vod.follow(vod, by=vod.owner, within=seconds).values[-1]), "completed")
    _captioning(world, title).await_state("succeeded", within=PATIENCE)
    equal(f'the history of the VOD "{title}"', world.vods.statuses(vod), ["pending", "processing", "completed"])
    captions.require_faithful(title, captions.read(title, world.vods.captions(vod)), vod.recording)


@given("the VOD {title:Quoted} has stayed pending")
def waits(context: Context, title: str) -> None:
    """Watch for a second that the VOD stays pending and its job stays in the queue.

    Example: Given the VOD "City Council" has stayed pending
    """
    world = context.world
    vod, job = world.recall(title, Vod), _captioning(world, title)
    consistently(
        f'the VOD "{title}" and its job',
        lambda: f"{world.vod.read(vod, by=vod.owner)['status']}, {job.state()}",
        lambda seen: seen == "pending, todo",
        wish="pending, todo",
        during=1.0,
    )


def _captioning(world: World, title: str) -> Job:
    task = world.vod.task_of(world.recall(title, Vod), "captioning")
    return world.queue.job(f'the job that captions "{title}"', task)
