"""Video on demand: recordings, captions, publishing at Cablecast."""

from behave import given, then, when
from behave.runner import Context

from support.checks import captions
from support.checks.eventually import Timeline
from support.checks.matching import equal, fields, require
from support.clients.vod import Progress, Vod
from support.testdata.media import Recording, recording, write
from support.world import World


@given("{who:Actor} has a {minutes:Number} minute recording of {title:Quoted}")
def has_recording(context: Context, who: str, minutes: float, title: str) -> None:
    """Put a recording of a council meeting, with speech, into the media storage.

    Example: Given Dana has a 5 minute recording of "City Council"
    """
    world = context.world
    world.person(who)
    _store(world, title, minutes * 60, "clear")


@given("{who:Actor} has a {condition:Condition} recording of {title:Quoted}")
def has_recording_in_condition(context: Context, who: str, condition: str, title: str) -> None:
    """Put a recording in a certain condition into the media storage: clear, silent, corrupt, cut off, empty, missing.

    Example: Given Dana has a corrupt recording of "City Council"
    """
    world = context.world
    world.person(who)
    _store(world, title, 60.0, condition)


def _store(world: World, title: str, seconds: float, condition: str) -> None:
    made = recording(
        world.alias(title), duration=seconds, condition=condition, path=world.file_name(title, ".wav"), seed=title
    )
    world.cleanup.add(f"remove {made.path}", lambda: world.storage.remove(made.path))
    write(made, world.storage.root)
    world.remember("recording", made)
    world.remember("title", title)


@when("{who:Actor} registers it as a VOD")
def register(context: Context, who: str) -> None:
    """Create the VOD of the recording in hand.

    Example: When she registers it as a VOD
    """
    _register(context.world, who)


@given("the VOD {title:Quoted} of {who:Actor}")
def vod_exists(context: Context, title: str, who: str) -> None:
    """Have a persona register a one minute recording under this title.

    Example: Given the VOD "City Council" of Dana
    """
    world = context.world
    world.person(who)
    _store(world, title, 60.0, "clear")
    _register(world, who)


@given("the captioned VOD {title:Quoted} of {who:Actor}")
def captioned_vod_exists(context: Context, title: str, who: str) -> None:
    """Have a persona register a one minute recording and wait for its captions.

    Example: Given the captioned VOD "City Council" of Dana
    """
    world = context.world
    world.person(who)
    _store(world, title, 60.0, "clear")
    _caption(world, _register(world, who), who)


def _caption(world: World, vod: Vod, who: str) -> None:
    person = world.person(who)
    world.vod.submit(vod, by=person)
    last = world.vod.follow(vod, by=person).values[-1]
    equal(f'the captioning of "{vod.recording.title}"', str(last), "completed")


def _register(world: World, who: str) -> Vod:
    vod = world.vod.register(world.recall("recording", Recording), by=world.person(who))
    world.remember(world.recall("title", str), vod)
    return vod


@when("{who:Actor} submits it for captioning")
def submit_recording(context: Context, who: str) -> None:
    """Register the recording in hand, look at it once, and hand it in for captioning.

    The look fills the platform's cache: a status that is served from a stale cache would be noticed later.
    Example: When she submits it for captioning
    """
    world = context.world
    person = world.person(who)
    vod = _register(world, who)
    world.vod.read(vod, by=person)
    world.vod.submit(vod, by=person)


@when("{who:Actor} has it captioned")
def have_captioned(context: Context, who: str) -> None:
    """Register the recording in hand, hand it in for captioning and wait until that has ended well.

    Example: When she has it captioned
    """
    world = context.world
    _caption(world, _register(world, who), who)


@when("{who:Actor} reads the VOD {title:Quoted}")
def read_vod(context: Context, who: str, title: str) -> None:
    """Read a VOD through the API.

    Example: When Vera reads the VOD "City Council"
    """
    world = context.world
    world.remember("what was read", world.vod.read(world.recall(title, Vod), by=world.person(who)))


@when("{who:Actor} sets the status of the VOD {title:Quoted} to {status:Quoted}")
def set_status(context: Context, who: str, title: str, status: str) -> None:
    """Ask for another status, whatever comes of it.

    Example: When Dana sets the status of the VOD "City Council" to "finished"
    """
    world = context.world
    answer = world.vod.change(world.recall(title, Vod), {"status": status}, by=world.person(who))
    world.remember("answer", answer)


@then("the VOD {title:Quoted} is stored as {status:VodState}, as {who:Actor} registered it")
def stored_as_registered(context: Context, title: str, status: str, who: str) -> None:
    """Compare database and API with the recording that was registered.

    Example: Then the VOD "City Council" is stored as pending, as Dana registered it
    """
    world = context.world
    vod = world.recall(title, Vod)
    wanted = {**_registered(vod.recording), "status": status, "progress": 0}
    creator = world.run.account(world.person(who)).username
    fields(f'the row of the VOD "{title}"', world.vods.row(vod), {**wanted, "creator": creator})
    fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), wanted)


@then("{who:Actor} sees what was registered for {title:Quoted}")
def sees_registered(context: Context, who: str, title: str) -> None:
    """Compare what was read with the recording that was registered.

    Example: Then she sees what was registered for "City Council"
    """
    world = context.world
    world.person(who)
    vod = world.recall(title, Vod)
    seen = world.recall("what was read", dict)
    fields(f'the VOD "{title}"', seen, {**_registered(vod.recording), "id": vod.id, "status": "pending"})


def _registered(made: Recording) -> dict[str, object]:
    return {"title": made.title, "file_path": made.path, "duration": made.duration}


@then("the VOD {title:Quoted} is still {status:VodState}")
def still(context: Context, title: str, status: str) -> None:
    """Look at the VOD in the database and in the API.

    Example: Then the VOD "City Council" is still pending
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the status of the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner)["status"], status)
    equal(f'the status of the VOD "{title}" in the database', world.vods.row(vod)["status"], status)


@then("the VOD {title:Quoted} passes through pending, processing and completed within {seconds:Number} seconds")
def passes_through(context: Context, title: str, seconds: float) -> None:
    """Follow the VOD to the end; its own history must tell the three states, and its progress never goes back.

    Example: Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    timeline = world.vod.follow(vod, by=vod.owner, within=seconds)
    require(timeline.values[-1].status == "completed", f"{timeline} (wanted completed)")
    equal(f'the history of the VOD "{title}"', world.vods.statuses(vod), ["pending", "processing", "completed"])
    _require_progress(timeline)
    equal(f'the progress of the VOD "{title}" when completed', timeline.values[-1].percent, 100)
    _require_in_step(world, vod, title)


def _require_progress(timeline: Timeline[Progress]) -> None:
    percents = [seen.percent for seen in timeline.values]
    require(percents == sorted(percents), f"{timeline.what}: progress should never go back, but went {percents}")


def _require_in_step(world: World, vod: Vod, title: str) -> None:
    equal(f'the status of the VOD "{title}" in the database', world.vods.row(vod)["status"], "completed")
    cached = world.vods.cached(vod)
    require(cached is None or cached["status"] == "completed", f'the cache should know that "{title}" is completed')


@then("the VOD {title:Quoted} becomes {status:VodState} because {reason:Quoted}")
def becomes_because(context: Context, title: str, status: str, reason: str) -> None:
    """Follow the VOD to its end and compare state and reason.

    Example: Then the VOD "City Council" becomes failed because "the media cannot be read"
    """
    world = context.world
    vod = world.recall(title, Vod)
    last = world.vod.follow(vod, by=vod.owner).values[-1]
    equal(f'the VOD "{title}"', str(last), f"{status} ({reason})")


@then("the captions of {title:Quoted} are a valid SCC file beside the recording")
def captions_valid(context: Context, title: str) -> None:
    """Read the caption file with our own reader of SCC, and compare it with what the API serves.

    Example: Then the captions of "City Council" are a valid SCC file beside the recording
    """
    world = context.world
    vod = world.recall(title, Vod)
    written = world.vods.captions(vod)
    captions.read(title, written)
    equal(f'what the API serves as captions of "{title}"', world.vod.captions(vod, by=vod.owner), written)


@then("the captions of {title:Quoted} say what was said, when it was said")
def captions_faithful(context: Context, title: str) -> None:
    """Compare every cue with the words of the recording and their times.

    Example: Then the captions of "City Council" say what was said, when it was said
    """
    world = context.world
    vod = world.recall(title, Vod)
    captions.require_faithful(title, captions.read(title, world.vods.captions(vod)), vod.recording)


@then("the captions of {title:Quoted} cover {minutes:Number} minutes")
def captions_cover(context: Context, title: str, minutes: float) -> None:
    """Check that the cues reach from the beginning to the end of the recording.

    Example: Then the captions of "City Council" cover 5 minutes
    """
    world = context.world
    vod = world.recall(title, Vod)
    captions.require_coverage(title, captions.read(title, world.vods.captions(vod)), minutes * 60)


@then("the captions of {title:Quoted} are the one cue {text:Quoted}")
def captions_placeholder(context: Context, title: str, text: str) -> None:
    """Check the captions of a recording in which nobody speaks.

    Example: Then the captions of "City Council" are the one cue "[No speech detected]"
    """
    world = context.world
    cues = captions.read(title, world.vods.captions(world.recall(title, Vod)))
    equal(f'the captions of "{title}"', [cue.text for cue in cues], [text])


@then("the summary of {title:Quoted} tells who speaks when, in chunks of five cues")
def summary_told(context: Context, title: str) -> None:
    """Compare the summary file with the captions and with what the API serves.

    Example: Then the summary of "City Council" tells who speaks when, in chunks of five cues
    """
    world = context.world
    vod = world.recall(title, Vod)
    written = world.vods.summary(vod)
    captions.require_summary(title, written, captions.read(title, world.vods.captions(vod)), vod.recording)
    equal(f'what the API serves as summary of "{title}"', world.vod.summary(vod, by=vod.owner), written)


@given("Cablecast has the show {show:Quoted}")
def cablecast_has_show(context: Context, show: str) -> None:
    """Have Cablecast know a show of today under this title.

    Example: Given Cablecast has the show "City Council"
    """
    world = context.world
    world.remember("show", world.cablecast.has_show(world.alias(show)))


@given("Cablecast answers {operation:Quoted} with {status:Status}, {times:Count}")
def cablecast_answers(context: Context, operation: str, status: int, times: int | None) -> None:
    """Have Cablecast answer an operation in a certain way: once, twice, 3 times and then as usual, or always.

    Example: Given Cablecast answers "creating a VOD" with 503, twice
    """
    context.world.cablecast.answers(status, operation, times)


@given("{who:Actor} has published the VOD {title:Quoted}")
@when("{who:Actor} publishes the VOD {title:Quoted}")
def publish(context: Context, who: str, title: str) -> None:
    """Ask for a VOD to be published, and wait until the platform has ended trying.

    Example: When she publishes the VOD "City Council"
    """
    world = context.world
    person = world.person(who)
    task = world.vod.publish(world.recall(title, Vod), by=person)
    world.remember("publication", world.vod.follow_task(task, by=person).values[-1])


@then("Cablecast has one VOD of {title:Quoted}, with the captions as they were written")
def cablecast_received(context: Context, title: str) -> None:
    """Check at Cablecast: one VOD under the show, made once, its captions byte for byte ours.

    Example: Then Cablecast has one VOD of "City Council", with the captions as they were written
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal("the show it belongs to", world.cablecast.vod_of(vod.recording).show.id, world.recall("show", int))
    equal("the captions at Cablecast", world.cablecast.captions_of(vod.recording), world.vods.captions(vod))
    accepted = {"creating a VOD": 1, "receiving captions": 1}
    fields("how often Cablecast accepted", world.cablecast.accepted(vod.recording), accepted)


@then("the VOD {title:Quoted} is published, with show and VOD of Cablecast noted")
def published(context: Context, title: str) -> None:
    """Check on our side: the publication succeeded, and API and database hold the ids that Cablecast gave.

    Example: Then the VOD "City Council" is published, with show and VOD of Cablecast noted
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the publication of "{title}"', str(world.recall("publication", Progress)), "completed")
    made = world.cablecast.vod_of(vod.recording)
    wanted = {"show_id": made.show.id, "cablecast_vod_id": made.id}
    fields(f'the row of the VOD "{title}"', world.vods.row(vod), wanted)
    fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), wanted)
    require(world.vods.row(vod)["published_at"], f'the row of the VOD "{title}" should tell when it was published')


@then("publishing {title:Quoted} failed because {reason:Quoted}")
def publishing_failed(context: Context, title: str, reason: str) -> None:
    """Check that the publication ended as failed with this reason, and that the VOD holds no half of it.

    Example: Then publishing "City Council" failed because "Cablecast refused our credentials"
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the publication of "{title}"', str(world.recall("publication", Progress)), f"failed ({reason})")
    nothing = {"show_id": None, "cablecast_vod_id": None, "published_at": None}
    fields(f'the row of the VOD "{title}"', world.vods.row(vod), nothing)
    fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), nothing)
