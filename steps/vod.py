"""Video on demand: taking recordings in, and captioning them."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from support.checks import captions, tables
from support.checks.eventually import Timeline, eventually
from support.checks.matching import equal, fields, require
from support.clients.vod import FIELDS, FINAL, LEFT_OUT, STAGES, Progress, Vod, variant
from support.drivers.http import Answer, HttpDriver
from support.personas import Persona
from support.testdata.media import SLOW, SLOW_PACE, Recording, recording, write
from support.world import World


@given("{who:Actor} has a {kind:Kind} recording of {title:Quoted}")
def has_recording(context: Context, who: str, kind: float | str, title: str) -> None:
    """Put a recording of a council meeting into the media storage: so many minutes of speech, or in a condition.

    It is clear, silent, corrupt, cut off, empty or missing; a slow one takes some seconds to caption.
    Example: Given Dana has a 5 minute recording of "City Council"
    Example: Given Dana has a corrupt recording of "City Council"
    """
    world = context.world
    world.person(who)
    seconds, condition = (kind * 60, "clear") if isinstance(kind, float) else (60.0, kind)
    _store(world, title, seconds, condition)


@given("the recording of {title:Quoted} has become {condition:Condition}")
def recording_has_become(context: Context, title: str, condition: str) -> None:
    """Put another recording in the place of the one that was registered.

    Example: Given the recording of "City Council" has become clear
    """
    world = context.world
    seconds = world.recall(title, Vod).recording.duration
    write(_recording(world, title, seconds, condition), world.storage.root)


def _recording(world: World, title: str, seconds: float, condition: str) -> Recording:
    return recording(
        world.alias(title),
        duration=seconds,
        condition="clear" if condition == SLOW else condition,
        path=world.file_name(title, ".wav"),
        pace=SLOW_PACE if condition == SLOW else None,
        seed=title,
    )


def _store(world: World, title: str, seconds: float, condition: str) -> None:
    made = _recording(world, title, seconds, condition)
    world.cleanup.add(f"remove {made.path}", lambda: world.storage.remove(made.path))
    write(made, world.storage.root)
    world.remember("recording", made)
    world.remember("title", title)


def _await_no_job(world: World, vod: Vod) -> None:
    """A job that is running when its VOD is deleted ends a moment later."""
    eventually(
        f'what is left of the VOD "{vod.recording.title}"',
        lambda: world.vods.rows_of(vod),
        lambda rows: rows == 0,
        wish="no row",
        within=5.0,
    )


@given("the VOD {title:Quoted} of {who:Actor}")
@given("the {stage:Stage} VOD {title:Quoted} of {who:Actor}")
def vod_exists(context: Context, title: str, who: str, stage: str = "pending") -> None:
    """Have a persona register a one minute recording and bring it so far; by hand, but for what only the worker can do.

    An unknown VOD was never registered; a handed-in one waits for the worker.
    Example: Given the VOD "City Council" of Dana
    Example: Given the captioned VOD "City Council" of Dana
    """
    _make(context.world, stage, title, who)


@given("these VODs of {who:Actor}, oldest first")
def vods_exist(context: Context, who: str) -> None:
    """Have a persona bring one minute recordings so far, one after the other. Columns: title, stage.

    Example: Given these VODs of Dana, oldest first
    """
    for row in tables.read(context.table, ["title", "stage"]):
        _make(context.world, row["stage"], row["title"], who)


def _make(world: World, stage: str, title: str, who: str) -> None:
    require(stage in STAGES, f'a VOD cannot be "{stage}"; it can be: {", ".join(STAGES)}')
    person = world.person(who)
    _store(world, title, 60.0, "clear")
    if stage == "unknown":
        world.access.token(person)
        world.remember(title, world.vod.fresh(world.recall("recording", Recording), person)[0])
        return
    vod = _register(world, who)
    for status in STAGES[stage]:
        world.vod.change(vod, {"status": status}, by=person).expect(200)
    if stage == "handed-in":
        world.vod.submit(vod, by=person)
    elif stage in ("captioned", "published"):
        _caption(world, vod, who)
    if stage == "published":
        world.cablecast.has_show(vod.recording.title)
        world.vod.do("publishes", vod, by=person).expect(202)
        equal(f'the publication of "{title}"', str(world.vod.end_of("publication", vod)), "completed")


@given("the VOD {title:Quoted} was written straight to the database")
def vod_written(context: Context, title: str) -> None:
    """Have the database hold a VOD that did not come through the API.

    Example: Given the VOD "City Council" was written straight to the database
    """
    world = context.world
    _make(world, "unknown", title, "Dana")
    vod = world.recall(title, Vod)
    world.vod.adopt(vod)
    world.vods.insert(vod)


@given("Redis holds {value:Literal} as the {field:Field} of the VOD {title:Quoted}")
def redis_holds(context: Context, value: object, field: str, title: str) -> None:
    """Change what Redis holds for a VOD, so that whoever is served from there can be told from others.

    Example: Given Redis holds "Only Redis knows" as the title of the VOD "City Council"
    """
    world = context.world
    world.vods.recache(world.recall(title, Vod), field, value)


@given("{who:Actor} has {deed:Done} the VOD {title:Quoted}")
def has_done(context: Context, who: str, deed: str, title: str) -> None:
    """Do something to a VOD, which must be accepted; it is not waited for.

    Example: Given Dana has handed in the VOD "City Council"
    """
    world = context.world
    world.vod.do(deed, world.recall(title, Vod), by=world.person(who)).expect(200, 202, 204)


@when("{who:Actor} {deed:Deed} the VOD {title:Quoted}")
def do(context: Context, who: str, deed: str, title: str) -> None:
    """Do something to a VOD, whatever comes of it.

    Example: When Vera reads the VOD "City Council"
    """
    world = context.world
    world.remember("answer", world.vod.do(deed, world.recall(title, Vod), by=world.person(who)))


@given("{who:Actor} has changed the {field:Field} of the VOD {title:Quoted} to {value:Literal}")
@when("{who:Actor} changes the {field:Field} of the VOD {title:Quoted} to {value:Literal}")
def change(context: Context, who: str, field: str, title: str, value: object) -> None:
    """Ask for another value of one field, whatever comes of it.

    Example: When Dana changes the status of the VOD "City Council" to "finished"
    """
    world = context.world
    answer = world.vod.change(world.recall(title, Vod), {field: value}, by=world.person(who))
    world.remember("answer", answer)


@when("{who:Actor} registers the VOD {title:Quoted} with the {field:Field} {value:Literal}")
def register_with(context: Context, who: str, title: str, field: str, value: object) -> None:
    """Register a VOD with one field of this value and the others as they should be, whatever comes of it.

    Example: When Dana registers the VOD "City Council" with the duration -1
    """
    world = context.world
    person = world.person(who)
    vod, content = world.vod.fresh(_recording(world, title, 60.0, "clear"), person)
    sent = {name: part for name, part in {**content, field: value}.items() if part is not LEFT_OUT}
    answer = world.vod.attempt(sent, by=person)
    world.remember("answer", answer)
    world.remember(title, Vod(answer.document.get("id", vod.id), vod.recording, person))


@when("{who:Actor} registers a VOD with exactly this")
def register_raw(context: Context, who: str) -> None:
    """Send the text below as it is to where VODs are registered, whatever comes of it.

    Example: When Dana registers a VOD with exactly this
    """
    world = context.world
    world.remember("answer", world.vod.attempt(context.text.encode(), by=world.person(who)))


@when("{who:Actor} lists {limit:Literal} VODs after the first {offset:Literal}, of the status {status:Literal}")
def list_some(context: Context, who: str, limit: object, offset: object, status: object) -> None:
    """Ask for a part of the list. The status `null` means every one.

    Example: When Vera lists 2 VODs after the first 0, of the status "failed"
    """
    world = context.world
    asked = {"limit": str(limit), "offset": str(offset), **({} if status is None else {"status": str(status)})}
    world.remember("answer", world.vod.list_some(by=world.person(who), **asked))
    world.remember("listed status", status or "")


@when("{who:Actor} sends {number:Whole} {calls:Calls} of the VOD {title:Quoted}, {at_once:Whole} at once")
def send_at_once(context: Context, who: str, number: int, calls: str, title: str, at_once: int) -> None:
    """Have so many callers, released together, send requests; each registration and change is another.

    Example: When Dana sends 20 registrations of the VOD "City Council", 10 at once
    """
    world = context.world
    person, vod = world.person(who), world.recall(title, Vod)
    world.access.token(person)
    requests = [partial(_call, world, calls, call, vod, person) for call in range(number)]
    world.remember("answers", world.crowd.send(requests, at_once=at_once))


def _call(world: World, calls: str, number: int, vod: Vod, person: Persona, http: HttpDriver) -> Answer:
    return world.vod.over(http).call(calls, number, vod, by=person)


@then("{number:Whole} answers are {status:Status}, with {variety:Variety} {field:Quoted}")
def answers_are(context: Context, number: int, status: int, variety: str, field: str) -> None:
    """Check every answer to many requests; the field "" stands for the whole answer.

    Example: Then 20 answers are 201, with different "id"
    """
    answers = context.world.recall("answers", list)
    equal("the number of answers", len(answers), number)
    values = [str(answer.expect(status).document[field] if field else answer.document) for answer in answers]
    wanted = 1 if variety == "the same" else number
    equal(f'the number of different values of "{field or "the whole answer"}"', len(set(values)), wanted)


@then("the VOD {title:Quoted} holds one of the changes that were sent, whole")
def holds_one(context: Context, title: str) -> None:
    """Check that title, duration and size of the row came with one and the same change.

    Example: Then the VOD "City Council" holds one of the changes that were sent, whole
    """
    world = context.world
    vod = world.recall(title, Vod)
    row = world.vods.row(vod)
    sent = len(world.recall("answers", list))
    require(row["file_size"] in range(sent), f'the VOD "{title}" should hold a change that was sent, but holds {row}')
    fields(f'the row of the VOD "{title}"', row, variant(vod.recording, int(row["file_size"])))


@then("{who:Actor} sees {titles:Quoted} in this order, and the right total")
def sees_listed(context: Context, who: str, titles: str) -> None:
    """Compare a page of the list with titles separated by commas, and its total with the database.

    Example: Then she sees "Sixth, Second" in this order, and the right total
    """
    world = context.world
    name = world.person(who).name
    page = world.recall("answer", Answer).expect(200).document
    wanted = [world.alias(title) for title in titles.split(", ")] if titles else []
    equal(f"what {name} sees in the list", [vod["title"] for vod in page["vods"]], wanted)
    equal("the total of the list", page["total"], world.vods.count(world.recall("listed status", str) or None))


def _caption(world: World, vod: Vod, who: str) -> None:
    person = world.person(who)
    world.vod.submit(vod, by=person)
    last = world.vod.follow(vod, by=person).values[-1]
    equal(f'the captioning of "{vod.recording.title}"', str(last), "completed")


def _register(world: World, who: str) -> Vod:
    made = world.recall("recording", Recording)
    vod = world.vod.register(made, by=world.person(who), gone=lambda vod: _await_no_job(world, vod))
    world.remember(world.recall("title", str), vod)
    return vod


@given("{who:Actor} has registered it as a VOD")
@when("{who:Actor} registers it as a VOD")
def register(context: Context, who: str) -> None:
    """Create the VOD of the recording in hand.

    Example: When she registers it as a VOD
    """
    _register(context.world, who)


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


@then("the VOD {title:Quoted} is stored as {status:VodState}, as {who:Actor} registered it")
def stored_as_registered(context: Context, title: str, status: str, who: str) -> None:
    """Compare database and API with the recording that was registered.

    Example: Then the VOD "City Council" is stored as pending, as Dana registered it
    """
    world = context.world
    vod = world.recall(title, Vod)
    wanted = {**_registered(vod.recording), "status": status, "progress": 0}
    creator = world.run.account(world.person(who)).username
    fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), wanted)
    fields(f'the row of the VOD "{title}"', world.vods.row(vod), {**wanted, "creator": creator})


@then("{who:Actor} sees what was registered for {title:Quoted}")
def sees_registered(context: Context, who: str, title: str) -> None:
    """Compare what was read with the recording that was registered.

    Example: Then she sees what was registered for "City Council"
    """
    world = context.world
    world.person(who)
    vod = world.recall(title, Vod)
    seen = world.recall("answer", Answer).expect(200).document
    fields(f'the VOD "{title}"', seen, {**_registered(vod.recording), "id": vod.id, "status": "pending"})


def _registered(made: Recording) -> dict[str, object]:
    return {"title": made.title, "file_path": made.path, "duration": made.duration}


@then("{who:Actor} sees the {field:Field} {value:Literal}")
def sees_field(context: Context, who: str, field: str, value: object) -> None:
    """Look at one field of what was answered.

    Example: Then she sees the status "processing"
    """
    world = context.world
    seen = world.recall("answer", Answer).expect(200).document
    fields(f"what {world.person(who).name} sees", seen, {field: value})


@then("the VOD {title:Quoted} has the {field:Field} {value:Literal}")
def has_field(context: Context, title: str, field: str, value: object) -> None:
    """Look at one field in the API and in the database.

    Example: Then the VOD "City Council" has the duration 90
    """
    world = context.world
    vod = world.recall(title, Vod)
    fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), {field: value})
    fields(f'the row of the VOD "{title}"', world.vods.row(vod), {field: value})


@then("{who:Actor} is served the VOD {title:Quoted} as the database has it")
def served_truly(context: Context, who: str, title: str) -> None:
    """Compare every field that is served, at a first look and at a second that may come from the cache, with the row.

    Example: Then Vera is served the VOD "City Council" as the database has it
    """
    world = context.world
    vod, person = world.recall(title, Vod), world.person(who)
    row = {name: value for name, value in world.vods.row(vod).items() if name in FIELDS.values()}
    fields(f'the VOD "{title}" at the first look', world.vod.read(vod, by=person), row)
    fields(f'the VOD "{title}" at the second look', world.vod.read(vod, by=person), row)


@then("the VOD {title:Quoted} is gone from the API, the list and every store")
def gone(context: Context, title: str) -> None:
    """Look for the VOD wherever it could be left: API, list, rows of every kind, queue, cache, files.

    Example: Then the VOD "City Council" is gone from the API, the list and every store
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.do("reads", vod, by=vod.owner).expect(404)
    listed = [entry["id"] for entry in world.vod.list_page(by=vod.owner).expect(200).document["vods"]]
    require(vod.id not in listed, f'the VOD "{title}" should not be listed, but is')
    left = {"rows": world.vods.rows_of(vod), "cached": world.vods.cached(vod), "files": world.vods.files(vod)}
    fields(f'what is left of the VOD "{title}"', left, {"rows": 0, "cached": None, "files": []})


@then("the VOD {title:Quoted} passes through {states:VodStates} within {seconds:Number} seconds")
def passes_through(context: Context, title: str, states: list[str], seconds: float) -> None:
    """Follow the VOD to the end; its own history must tell these states, and its progress never goes back.

    Example: Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    timeline = world.vod.follow(vod, by=vod.owner, within=seconds)
    require(timeline.values[-1].status == states[-1], f"{timeline} (wanted {states[-1]})")
    equal(f'the history of the VOD "{title}"', world.vods.statuses(vod), states)
    _require_progress(timeline)
    _require_in_step(world, vod, title, states[-1])


def _require_progress(timeline: Timeline[Progress]) -> None:
    percents = [seen.percent for seen in timeline.values]
    require(percents == sorted(percents), f"{timeline.what}: progress should never go back, but went {percents}")
    if timeline.values[-1].status == "completed":
        equal(f"the progress of {timeline.what} when completed", percents[-1], 100)


def _require_in_step(world: World, vod: Vod, title: str, status: str) -> None:
    equal(f'the status of the VOD "{title}" in the database', world.vods.row(vod)["status"], status)
    cached = world.vods.cached(vod)
    require(cached is None or cached["status"] == status, f'the cache should know that "{title}" is {status}')


@given("the VOD {title:Quoted} has become {status:VodState}")
def has_become(context: Context, title: str, status: str) -> None:
    """Wait until the captioning has come so far.

    Example: Given the VOD "City Council" has become failed
    """
    world = context.world
    vod = world.recall(title, Vod)
    reached = world.vod.follow(vod, by=vod.owner, until={status} | FINAL).values[-1].status
    equal(f'the status of the VOD "{title}"', reached, status)


@then("the VOD {title:Quoted} is still {status:VodState}")
def still(context: Context, title: str, status: str) -> None:
    """Look at the VOD in the database and in the API.

    Example: Then the VOD "City Council" is still pending
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the status of the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner)["status"], status)
    equal(f'the status of the VOD "{title}" in the database', world.vods.row(vod)["status"], status)


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
    captions.require_drop_frame(title, written)
    equal(f'what the API serves as captions of "{title}"', world.vod.captions(vod, by=vod.owner), written)


@then("the captions of {title:Quoted} say what was said, when it was said, for {minutes:Number} minutes")
def captions_faithful(context: Context, title: str, minutes: float) -> None:
    """Compare every cue with the words of the recording and their times; they reach from its beginning to its end.

    Example: Then the captions of "City Council" say what was said, when it was said, for 5 minutes
    """
    world = context.world
    vod = world.recall(title, Vod)
    cues = captions.read(title, world.vods.captions(vod))
    captions.require_faithful(title, cues, vod.recording)
    captions.require_coverage(title, cues, minutes * 60)


@then("the captions of {title:Quoted} are the one cue {text:Quoted}")
def captions_placeholder(context: Context, title: str, text: str) -> None:
    """Check the captions of a recording in which nobody speaks.

    Example: Then the captions of "Empty Chamber" are the one cue "[No speech detected]"
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
