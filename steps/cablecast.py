"""Publishing at Cablecast: what Cablecast knows and answers, and what it received."""

from itertools import pairwise

from behave import given, then, when
from behave.runner import Context

from support.capabilities.vod.client import Vod
from support.checks.comparison import require, require_equal, require_fields
from support.gherkin.step_declarations import requires
from support.polling import consistently
from support.scenario.world import World
from support.targets.capabilities import Capability

PUBLICATIONS = 3  # at once, each with four calls: enough to have the platform give Cablecast up
TIMEOUT = 10.0  # seconds for what is no scenario's business
NOTHING = {"show_id": None, "cablecast_vod_id": None, "published_at": None}


@given("Cablecast has the show {show:Quoted} dated {days:Day}")
@requires(Capability.PARTNERS)
def cablecast_has_show_of(context: Context, show: str, days: int) -> None:
    """Have Cablecast know a show under this title, of a certain day.

    Example: Given Cablecast has the show "City Council" dated 7 days ago
    """
    world = context.world
    world.cablecast.add_show(world.unique_name(show), days)


@given("Cablecast responds to {operation:Operation} with {reply:Reply} {times:Repeat}")
@requires(Capability.PARTNERS)
def cablecast_answers(context: Context, operation: str, reply: int | str, times: int | None) -> None:
    """Have Cablecast answer an operation in a certain way: once, twice, 3 times and then as usual, or always.

    Example: Given Cablecast responds to "creating a VOD" with 503 twice
    """
    context.world.cablecast.answers(reply, operation, times)


@given("Cablecast reports the status {status:Quoted} at {percent:Integer} percent {times:Repeat}")
@requires(Capability.PARTNERS)
def cablecast_reports(context: Context, status: str, percent: int, times: int | None) -> None:
    """Have Cablecast report a certain progress of every VOD, so often, and then as usual.

    Example: Given Cablecast reports the status "processing" at 10 percent 3 times
    """
    context.world.cablecast.reports(status, percent, times)


@given("{who:Actor} has linked the VOD {title:Quoted} to the show {show:Value}")
@when("{who:Actor} links the VOD {title:Quoted} to the show {show:Value}")
@requires(Capability.PARTNERS)
def link(context: Context, who: str, title: str, show: str) -> None:
    """Link a VOD by hand to a show that Cablecast has, by its title, or to whatever else is given as one.

    Example: When Dana links the VOD "City Council" to the show "City Council"
    """
    world = context.world
    named = world.values.value(show)
    id = world.cablecast.show_of(world.unique_name(named)) if isinstance(named, str) else named
    world.remember("response", world.vod.link(world.recall(title, Vod), id, by=world.person(who)))


@given("{who:Actor} has tried to publish the VOD {title:Quoted}")
@requires(Capability.PARTNERS)
def tried_to_publish(context: Context, who: str, title: str) -> None:
    """Ask for a VOD to be published, and wait until the platform has ended trying.

    Example: Given Dana has tried to publish the VOD "City Council"
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.do("publishes", vod, by=world.person(who)).expect(200, 202)
    world.vod.end_of("publication", vod)


@then("Cablecast has one VOD of {title:Quoted} with the stored captions")
@requires(Capability.PARTNERS)
def cablecast_received(context: Context, title: str) -> None:
    """Check at Cablecast, once the publication has ended: one VOD; its captions are byte for byte ours.

    Example: Then Cablecast has one VOD of "City Council" with the stored captions
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.end_of("publication", vod)
    require_equal("the captions at Cablecast", world.cablecast.captions_of(vod.recording), world.vods.captions(vod))


@then("Cablecast received the captions of {title:Quoted} as a file with valid credentials")
@requires(Capability.PARTNERS)
def cablecast_upload(context: Context, title: str) -> None:
    """Check the upload itself: multipart, in the field scc_file, by its file name, with HTTP Basic on every request.

    Example: Then Cablecast received the captions of "City Council" as a file with valid credentials
    """
    world = context.world
    vod = world.recall(title, Vod)
    [(field, file)] = world.cablecast.upload_of(vod.recording).files().items()
    require_equal(
        "the field and file name of the captions", (field, file.file_name), ("scc_file", world.vods.captions_name(vod))
    )
    require_equal("the bytes of the captions", file.content, world.vods.captions(vod).encode())
    carried = {world.cablecast.credentials(request) for request in world.cablecast.asked("anything")}
    require_equal("the credentials that Cablecast was shown", carried, {world.run.cablecast_credentials})


@then("the VOD {title:Quoted} is published and stored with its Cablecast ids")
@requires(Capability.PARTNERS)
def published(context: Context, title: str) -> None:
    """Check on our side: the publication succeeded, and API and database hold the ids that Cablecast gave.

    Example: Then the VOD "City Council" is published and stored with its Cablecast ids
    """
    world = context.world
    vod = world.recall(title, Vod)
    require_equal(f'the publication of "{title}"', str(world.vod.end_of("publication", vod)), "completed")
    made = world.cablecast.vod_of(vod.recording)
    expected = {"show_id": made.show.id, "cablecast_vod_id": made.id}
    require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), expected)
    require_fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), expected)
    require(world.vods.row(vod)["published_at"], f'the row of the VOD "{title}" should tell when it was published')


@then("Cablecast received {operation:Operation} {times:Times} with growing waits")
@requires(Capability.PARTNERS)
def asked_with_waits(context: Context, operation: str, times: int) -> None:
    """Count the requests since Cablecast was told how to answer; each wait between two must exceed the one before.

    Example: Then Cablecast received "finding shows" 4 times with growing waits
    """
    asked = context.world.cablecast.asked(operation)
    require_equal(f'how often Cablecast was asked for "{operation}"', len(asked), times)
    waits = [after.at - before.at for before, after in pairwise(asked)]
    message = ", ".join(f"{wait:.2f} s" for wait in waits)
    require(all(a < b for a, b in pairwise(waits)), f"the waits before each new try should grow, but were {message}")


@then("the VOD {title:Quoted} is linked to the show {show:Quoted}")
@requires(Capability.PARTNERS)
def linked(context: Context, title: str, show: str) -> None:
    """Check the link in API and database, after a publication that may be under way.

    Example: Then the VOD "City Council" is linked to the show "City Council"
    """
    world = context.world
    vod, id = _settled(world, title), world.cablecast.show_of(world.unique_name(show))
    require_fields(f'the link of "{title}"', world.vod.show(vod, by=vod.owner), {"show_id": id, "suggestion": None})
    require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), {"show_id": id})


@then("the VOD {title:Quoted} is not linked and the show {show:Quoted} is suggested")
@requires(Capability.PARTNERS)
def suggested(context: Context, title: str, show: str) -> None:
    """Check that there is no link but a suggestion, or with "" none; nothing was made at Cablecast.

    Example: Then the VOD "City Council" is not linked and the show "City Council" is suggested
    """
    world = context.world
    vod = _settled(world, title)
    response = world.vod.show(vod, by=vod.owner)
    named = (response["suggestion"] or {}).get("title")
    require_equal(f'the show suggested for "{title}"', named, world.unique_name(show) if show else None)
    require_equal(f'the link of "{title}"', (response["show_id"], world.vods.row(vod)["show_id"]), (None, None))
    require_equal(f'the number of VODs of "{title}" at Cablecast', world.cablecast.count_of(vod.recording), 0)


def _settled(world: World, title: str) -> Vod:
    """Return a VOD once its publication, if it has one, has ended."""
    vod = world.recall(title, Vod)
    if world.vod.has_task(vod, "publication"):
        world.vod.end_of("publication", vod)
    return vod


# Failures


@then("the publication of {title:Quoted} ended as {end:Quoted}")
@requires(Capability.PARTNERS)
def publication_ended(context: Context, title: str, end: str) -> None:
    """Require the last publication to have ended as completed, or as failed with a reason and without any trace.

    Example: Then the publication of "City Council" ended as "failed (Cablecast cannot be reached)"
    """
    world = context.world
    vod = world.recall(title, Vod)
    last = world.vod.end_of("publication", vod)
    require_equal(f'the publication of "{title}"', str(last), end)
    if last.status == "failed":
        require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), NOTHING)
        require_fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), NOTHING)


@then("the publication of {title:Quoted} is completed within {seconds:Duration}")
@requires(Capability.PARTNERS)
def publication_done(context: Context, title: str, seconds: float) -> None:
    """Follow the publication that waited.

    Example: Then the publication of "City Council" is completed within 10 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    timeline = world.vod.follow_task(world.vod.task_of(vod, "publication"), by=vod.owner, within=seconds)
    require_equal(f'the publication of "{title}"', str(timeline.values[-1]), "completed")


@given("the platform has paused calls to Cablecast")
@when("Dana publishes VODs until calls to Cablecast are paused")
@requires(Capability.PARTNERS)
def publish_many(context: Context) -> None:
    """Have several VODs captioned and published at once, and wait until the platform's health gives Cablecast up.

    Example: Given the platform has paused calls to Cablecast
    """
    world = context.world
    dana = world.person("Dana")
    for number in range(PUBLICATIONS):
        vod = world.vod.register(world.media.store(f"Meeting {number}", 10.0), by=dana)
        world.vod.caption(vod, by=dana)
        world.vod.do("publishes", vod, by=dana).expect(202)
    world.operations.await_service("cablecast", "unhealthy", within=TIMEOUT)


@then("Cablecast receives no request for {seconds:Duration}")
@requires(Capability.PARTNERS)
def left_alone(context: Context, seconds: float) -> None:
    """Watch that the platform makes no call.

    Example: Then Cablecast receives no request for 1 seconds
    """
    cablecast = context.world.cablecast
    before = cablecast.calls()
    consistently(
        "calls of Cablecast since then",
        lambda: cablecast.calls() - before,
        lambda calls: calls == 0,
        expected="none",
        during=seconds,
    )


@then("Cablecast received no request for the {seconds:Duration} of its Retry-After")
@requires(Capability.PARTNERS)
def waited_as_asked(context: Context, seconds: float) -> None:
    """Compare the time between the answer 429 and the next call with what its Retry-After asked for.

    Example: Then Cablecast received no request for the 1 seconds of its Retry-After
    """
    waited = context.world.cablecast.wait_after(429)
    require(waited >= seconds, f"Cablecast should be left alone for {seconds:g} s, but was called after {waited:.2f} s")
