"""Video on demand: having recordings and VODs, and asking something of them."""

from behave import given, when
from behave.runner import Context

from support.capabilities.vod.client import STAGES, Vod
from support.checks import tables
from support.errors import require_feature
from support.gherkin.step_declarations import TABLE, TEXT, step_input
from support.scenario import inputs
from support.scenario.world import World
from support.testdata.media import Recording


@given("{who:Actor} has a {condition:Recording} recording of {title:Quoted}")
def has_recording(context: Context, who: str, condition: float | str, title: str) -> None:
    """Put a recording of a council meeting into the media storage: so many minutes of speech, or in a condition.

    It is clear, silent, corrupt, cut off, empty or missing; a slow one takes some seconds to caption.
    Example: Given Dana has a 5 minute recording of "City Council"
    Example: Given Dana has a corrupt recording of "City Council"
    """
    world = context.world
    world.person(who)
    seconds, condition = (condition * 60, "clear") if isinstance(condition, float) else (60.0, condition)
    _store(world, title, seconds, condition)


@given("the recording of {title:Quoted} has been replaced by a {condition:Condition} one")
def recording_has_become(context: Context, title: str, condition: str) -> None:
    """Put another recording in the place of the one that was registered.

    Example: Given the recording of "City Council" has been replaced by a clear one
    """
    world = context.world
    seconds = world.recall(title, Vod).recording.duration
    world.media.store(title, seconds, condition)


def _store(world: World, title: str, seconds: float = 60.0, condition: str = "clear") -> Recording:
    made = world.media.store(title, seconds, condition)
    world.remember("recording", made)
    world.remember("title", title)
    return made


@given("{who:Actor} has the VOD {title:Quoted}")
@given("{who:Actor} has the {stage:Stage} VOD {title:Quoted}")
def vod_exists(context: Context, title: str, who: str, stage: str = "pending") -> None:
    """Have a persona register a one minute recording and bring it so far; by hand, but for what only the worker can do.

    An unknown VOD was never registered; a handed-in one waits for the worker.
    Example: Given Dana has the VOD "City Council"
    Example: Given Dana has the captioned VOD "City Council"
    """
    _make(context.world, stage, title, who)


@given("{who:Actor} has these VODs, oldest first")
@step_input(TABLE)
def vods_exist(context: Context, who: str) -> None:
    """Have a persona bring one minute recordings so far, one after the other. Columns: title, stage.

    Example: Given Dana has these VODs, oldest first
    """
    for row in tables.read(context.table, ["title", "stage"]):
        _make(context.world, row["stage"], row["title"], who)


def _make(world: World, stage: str, title: str, who: str) -> None:
    require_feature(stage in STAGES, f'a VOD cannot be "{stage}"; it can be: {", ".join(STAGES)}')
    person, made = world.person(who), _store(world, title)
    if stage == "unregistered":
        world.access.token(person)
        world.remember(title, world.vod.fresh(made, person)[0])
        return
    if stage == "published":
        world.cablecast.add_show(made.title)
    world.vod.bring(_register(world, who), stage, by=person)


@given("the VOD {title:Quoted} was inserted directly into the database")
def vod_written(context: Context, title: str) -> None:
    """Have the database hold a VOD that did not come through the API.

    Example: Given the VOD "City Council" was inserted directly into the database
    """
    world = context.world
    _make(world, "unregistered", title, "Dana")
    vod = world.recall(title, Vod)
    world.vod.adopt(vod)
    world.vods.insert(vod)


@given("{who:Actor} has registered it as a VOD")
@when("{who:Actor} registers it as a VOD")
def register(context: Context, who: str) -> None:
    """Create the VOD of the current recording.

    Example: When she registers it as a VOD
    """
    _register(context.world, who)


def _register(world: World, who: str) -> Vod:
    made = world.recall("recording", Recording)
    vod = world.vod.register(made, by=world.person(who), gone=lambda vod: world.vods.await_gone(vod))
    world.remember(world.recall("title", str), vod)
    return vod


@when("{who:Actor} registers the VOD {title:Quoted} with the {field:VodField} {value:Value}")
def register_with(context: Context, who: str, title: str, field: str, value: str) -> None:
    """Register a VOD with one field of this value and the others as they should be without asserting the result.

    The value `{absent}` leaves the field out.
    Example: When Dana registers the VOD "City Council" with the duration -1
    """
    world = context.world
    person = world.person(who)
    vod, content = world.vod.fresh(world.media.recording(title), person)
    response = world.vod.attempt({**content, field: world.values.value(value)}, by=person)
    world.remember("response", response)
    world.remember(title, Vod(response.document.get("id", vod.id), vod.recording, person))


@when("{who:Actor} registers a VOD with this body")
@step_input(TEXT)
def register_raw(context: Context, who: str) -> None:
    """Send the step's text unchanged as a new VOD, without asserting the result.

    Example: When Dana registers a VOD with this body
    """
    world = context.world
    world.remember("response", world.vod.attempt(inputs.text_below(context).encode(), by=world.person(who)))


@when("{who:Actor} submits it for captioning")
def submit_recording(context: Context, who: str) -> None:
    """Register the current recording, look at it once, and hand it in for captioning.

    The look fills the platform's cache: a status that is served from a stale cache would be noticed later.
    Example: When she submits it for captioning
    """
    world = context.world
    person = world.person(who)
    vod = _register(world, who)
    world.vod.read(vod, by=person)
    world.vod.submit(vod, by=person)


@when("{who:Actor} captions it")
def have_captioned(context: Context, who: str) -> None:
    """Register the current recording, hand it in for captioning and wait until that has ended well.

    Example: When she captions it
    """
    world = context.world
    world.vod.caption(_register(world, who), by=world.person(who))


@given("{who:Actor} has {action:PastVodAction} the VOD {title:Quoted}")
def has_done(context: Context, who: str, action: str, title: str) -> None:
    """Do something to a VOD, which must be accepted; it is not waited for.

    Example: Given Dana has submitted the VOD "City Council"
    """
    world = context.world
    world.vod.do(action, world.recall(title, Vod), by=world.person(who)).expect(200, 202, 204)


@when("{who:Actor} {action:VodAction} the VOD {title:Quoted}")
def do(context: Context, who: str, action: str, title: str) -> None:
    """Do something to a VOD without asserting the result.

    Example: When Vera reads the VOD "City Council"
    """
    world = context.world
    world.remember("response", world.vod.do(action, world.recall(title, Vod), by=world.person(who)))


@given("{who:Actor} has changed the {field:VodField} of the VOD {title:Quoted} to {value:Value}")
@when("{who:Actor} changes the {field:VodField} of the VOD {title:Quoted} to {value:Value}")
def change(context: Context, who: str, field: str, title: str, value: str) -> None:
    """Ask for another value of one field without asserting the result.

    Example: When Dana changes the status of the VOD "City Council" to "finished"
    """
    world = context.world
    fields = {field: world.values.value(value)}
    world.remember("response", world.vod.change(world.recall(title, Vod), fields, by=world.person(who)))
