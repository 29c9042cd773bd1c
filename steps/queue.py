"""The queue of captionings and publications, and the worker that takes from it."""

from collections.abc import Callable, Mapping

from behave import given, then, when
from behave.runner import Context

from support.capabilities.vod.client import Vod
from support.checks import tables
from support.checks.comparison import format_value, require_equal
from support.drivers.http import Response
from support.faults.components import Component, FailureMode
from support.gherkin.step_declarations import TABLE, requires, step_input
from support.polling import eventually
from support.scenario import step_checks
from support.scenario.world import World
from support.targets.capabilities import Capability


@given("the worker is paused")
@requires(Capability.FAULTS)
def worker_is_paused(context: Context) -> None:
    """Stop the worker: what is handed in waits until it goes on, at the latest when the scenario ends.

    Example: Given the worker is paused
    """
    world = context.world
    world.faults.inject(Component.WORKER, FailureMode.STOPPED)
    world.remember("earlier counts", dict(world.vod.queue_counts(by=world.person("Dana"))))


@when("the worker is resumed")
@requires(Capability.FAULTS)
def worker_goes_on(context: Context) -> None:
    """Start the worker that was paused.

    Example: When the worker is resumed
    """
    context.world.faults.restore(Component.WORKER)


@when("{who:Actor} submits a batch of {number:Integer} recordings")
def hand_in_batch(context: Context, who: str, number: int) -> None:
    """Hand in clear recordings at once, called "Meeting 1" and so on.

    Example: When Dana submits a batch of 10 recordings
    """
    _hand_in(context.world, who, {f"Meeting {index}": "" for index in range(1, number + 1)})


@when("{who:Actor} submits a batch with these recordings")
@step_input(TABLE)
def hand_in_these(context: Context, who: str) -> None:
    """Hand in recordings at once. Columns: title, file path; without a path it is the recording's own.

    Example: When Dana submits a batch with these recordings
    """
    rows = tables.read(context.table, ["title", "file path"])
    _hand_in(context.world, who, {row["title"]: row["file path"] for row in rows})


def _hand_in(world: World, who: str, paths: dict[str, str]) -> None:
    person, media = world.person(who), world.media
    made = {
        title: media.recording(title, 20.0, path=path) if path else media.store(title, 20.0)
        for title, path in paths.items()
    }
    response = world.vod.batch(list(made.values()), by=person)
    world.remember("response", response)
    for (title, one), result in zip(made.items(), response.document.get("results", ()), strict=False):
        if result["vod_id"]:
            world.remember(title, Vod(result["vod_id"], one, person))


@then("the batch results are")
@step_input(TABLE)
def batch_answered(context: Context) -> None:
    """Compare the results in their order. Columns: title, invalid field; no field means that it was accepted.

    Example: Then the batch results are
    """
    rows = tables.read(context.table, ["title", "invalid field"])
    results = context.world.recall("response", Response).expect(202).document["results"]
    require_equal("the number of results", len(results), len(rows))
    for row, result in zip(rows, results, strict=True):
        named = [issue["field"] for issue in result["issues"]]
        require_equal(
            f'the invalid fields of "{row["title"]}"', named, [row["invalid field"]] if row["invalid field"] else []
        )
        require_equal(f'whether "{row["title"]}" has a VOD', result["vod_id"] is not None, not row["invalid field"])


@then("all {number:Integer} recordings of the batch are captioned")
def batch_captioned(context: Context, number: int) -> None:
    """Follow every VOD of the batch to its end.

    Example: Then all 10 recordings of the batch are captioned
    """
    world = context.world
    results = world.recall("response", Response).expect(202).document["results"]
    require_equal("the number of results", len(results), number)
    for index in range(1, number + 1):
        vod = world.recall(f"Meeting {index}", Vod)
        require_equal(f'the end of "Meeting {index}"', str(world.vod.follow(vod, by=vod.owner).values[-1]), "completed")


@then("the worker runs {titles:Quoted} in this order")
def taken_in_order(context: Context, titles: str) -> None:
    """Wait until all of them are captioned, and compare the order in which the real queue gave them out.

    Example: Then the worker runs "Fire, First, Second, Third" in this order
    """
    world = context.world
    vods = [world.recall(title, Vod) for title in titles.split(", ")]
    for vod in vods:
        world.vod.end_of("captioning", vod)
    tasks = {world.vod.task_of(vod, "captioning"): vod.recording.title for vod in vods}
    taken = [tasks[task] for task in world.queue.taken(tasks)]
    require_equal("the order in which they were taken", taken, [vod.recording.title for vod in vods])


@then("the captioning job of {title:Quoted} is {state:JobState} after {count:Integer} runs")
def in_queue(context: Context, title: str, state: str, count: int) -> None:
    """Look into the real queue: the state of the job, and how often a worker took it.

    Example: Then the captioning job of "City Council" is cancelled after 0 runs
    """
    world = context.world
    task = world.vod.task_of(world.recall(title, Vod), "captioning")
    job = world.queue.job(f'the job that captions "{title}"', task)
    job.await_state(state, within=5.0)
    require_equal(f"how often {job.what} was taken", job.starts(), count)


@then("the queue has the task counts")
@step_input(TABLE)
def queue_counts(context: Context) -> None:
    """Compare the counts that the API tells, and those of the real queue, with the states of these VODs' tasks.

    Columns: pending, processing, completed, failed: how many more than before the scenario's VODs were handed in.
    Example: Then the queue has the task counts
    """
    world = context.world
    [row] = tables.read(context.table, ["pending", "processing", "completed", "failed"])
    before = world.recall("earlier counts", dict)
    expected = {state: before[state] + tables.parse_integer(row, state) for state in row}
    person = world.person("Dana")
    _await_counts("the counts of the queue", lambda: world.vod.queue_counts(by=person), expected)
    live = {"todo": expected["pending"], "doing": expected["processing"]}
    # A job ends a moment after the task that it does.
    _await_counts("the jobs of the real queue", lambda: _live(world.queue.on_vods()), live)


def _await_counts(what: str, look: Callable[[], Mapping[str, int]], wanted: Mapping[str, int]) -> None:
    eventually(what, look, lambda counts: counts == wanted, expected=format_value(wanted), within=10.0)


def _live(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: counts.get(state, 0) for state in ("todo", "doing")}


@then("{within:Within}the queue has {jobs:Jobs} referring to {what:Quoted}")
def jobs_about(context: Context, within: float, jobs: tuple[int, str], what: str) -> None:
    """Count the jobs in a state that name something (an id, mostly) in their arguments.

    Example: Then within 30 seconds the queue has 1 succeeded job referring to "{vod.id}"
    """
    world = context.world
    count, state = jobs
    named = world.values.text(what)
    step_checks.settled(
        f'jobs about "{what}" by state',
        lambda: world.queue.about(named),
        lambda states: states.get(state, 0) == count,
        expected=f"{count} {state}",
        within=within,
    )
