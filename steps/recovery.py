"""Parts that fail and come back: what people see meanwhile, what they see afterwards, and that nothing is lost."""

from collections.abc import Sequence

from behave import given, then, when
from behave.runner import Context

from support.checks import captions
from support.checks.eventually import consistently, eventually
from support.checks.matching import equal, require
from support.clients.at_work import Outcome
from support.clients.malformed import Refusal
from support.clients.operations import Health
from support.clients.sessions import SignedIn
from support.clients.vod import Vod
from support.faults import Kind, Part
from support.scenario import catches_processes
from support.testdata.media import recording, write
from support.world import World

PUBLICATIONS = 3  # at once, each with four calls: enough to have the platform give Cablecast up
MOST_STARTS = 10  # of a job that kills its worker; the platform should give up long before
PATIENCE = 10.0  # seconds for what is no scenario's business


@given("people are at work")
def people_at_work(context: Context) -> None:
    """Have a handful of people read and write until the end of the scenario; the report shows what they saw.

    Example: Given people are at work
    """
    world = context.world
    world.at_work.start(world.storage.root)


@given("{part:Part} is {kind:Failure}")
@when("{part:Part} is suddenly {kind:Failure}")
def breaks(context: Context, part: Part, kind: Kind) -> None:
    """Break a part for real; it stays broken until it comes back, or until the end of the scenario.

    Goes on once everybody who is at work has noticed: a frozen API answers nobody, so there it is enough to have asked.

    Parts: the database, Redis, the worker, the API, the media storage, Cablecast.
    Example: When the database is suddenly gone
    """
    world = context.world
    world.remember("API process", world.processes.id_of("api") if world.run.embedded else 0)
    world.faults.begin(part, kind)
    world.at_work.await_notice(answered=(part, kind) != (Part.API, Kind.FROZEN))


@given("{part:Part} came back")
@when("{part:Part} comes back")
def comes_back(context: Context, part: Part) -> None:
    """Mend what was broken, and go on once the part itself is there; the platform may still have to notice.

    Example: When the database comes back
    """
    context.world.faults.end(part)


@then("everybody was {treatment:Treatment} within {seconds:Number} seconds")
def everybody_was(context: Context, treatment: Sequence[Outcome], seconds: float) -> None:
    """Check every request of the people at work so far: served, served or refused in order, served or disconnected.

    Refused in order is 503 in the common envelope. Nobody may be left hanging, ever.
    Example: Then everybody was served or refused in order within 3 seconds
    """
    context.world.at_work.require_treated(treatment, within=seconds)


@then("everybody is served again")
def everybody_is_served_again(context: Context) -> None:
    """Wait until each of the people at work was served twice in a row.

    Example: Then everybody is served again
    """
    context.world.at_work.require_served_again()


@then("no more requests failed than there were connections")
def failed_at_most_once_each(context: Context) -> None:
    """Compare the failed requests of the people at work with the connections that the platform had.

    Example: Then no more requests failed than there were connections
    """
    world = context.world
    world.at_work.require_troubled_at_most(world.recall("connections", int))


@given("the platform has its usual connections to the database")
def note_connections(context: Context) -> None:
    """Note how many connections the platform holds.

    Example: Given the platform has its usual connections to the database
    """
    world = context.world
    world.remember("connections", world.work.connections())


@then("the platform is healthy again within {seconds:Number} seconds")
def healthy_again(context: Context, seconds: float) -> None:
    """Ask for the platform's health until it is healthy.

    Example: Then the platform is healthy again within 5 seconds
    """
    operations = context.world.operations
    eventually(
        "the platform's health",
        operations.health,
        lambda seen: seen.status == "healthy",
        wish="healthy",
        within=seconds,
    )


@then("nothing acknowledged was lost")
def nothing_lost(context: Context) -> None:
    """Send the people home and compare every acknowledged write of the scenario with the stores.

    Records and deletions must be as acknowledged, sessions open, accepted work done once or failed with a reason.
    Example: Then nothing acknowledged was lost
    """
    world = context.world
    world.at_work.stop()
    world.ledger.require_kept([*world.evidence.exchanges, *world.at_work.exchanges])


@then("every request was carried out whole or not at all")
def all_or_nothing(context: Context) -> None:
    """Look for work without its job, and jobs without their work.

    Example: Then every request was carried out whole or not at all
    """
    world = context.world
    world.at_work.stop()
    world.ledger.require_whole([*world.evidence.exchanges, *world.at_work.exchanges])


@then("no request was carried out without its answer")
def answered_all(context: Context) -> None:
    """Look for writes in the database that nobody was told of.

    Example: Then no request was carried out without its answer
    """
    world = context.world
    world.at_work.stop()
    world.ledger.require_told([*world.evidence.exchanges, *world.at_work.exchanges], world.at_work.title)


@then("its health names the {service:Service} as the cause")
def health_names(context: Context, service: str) -> None:
    """Ask for the platform's health: this service is unhealthy, and no other.

    Example: Then its health names the database as the cause
    """
    health: Health = context.world.operations.health()
    # Without the database nobody can say whether a worker lives.
    expected = {service, "queue"} if service == "database" else {service}
    equal("what is unhealthy", {name for name, state in health.services.items() if state != "healthy"}, expected)


@then("{who:Actor} is refused the list of VODs as {kind:Quoted} within {seconds:Number} seconds")
def refused_in_time(context: Context, who: str, kind: str, seconds: float) -> None:
    """Ask for the list of VODs: 503 of this kind, in time, and the words must not show the inside of the platform.

    Example: Then Dana is refused the list of VODs as "DatabaseError" within 3 seconds
    """
    world = context.world
    answer = world.vod.list_page(by=world.person(who)).expect(503)
    equal("the kind of refusal", answer.error["type"], kind)
    took = f"{answer.seconds:.1f} s"
    require(answer.seconds <= seconds, f"{answer} should be answered within {seconds:g} s, but took {took}")


@then("the first request of {who:Actor} is served")
def first_request_served(context: Context, who: str) -> None:
    """Ask for the list of VODs once, without a second try.

    Example: Then the first request of Dana is served
    """
    world = context.world
    world.vod.list_page(by=world.person(who)).expect(200)


@then("the API was not started again for it")
def api_not_restarted(context: Context) -> None:
    """Compare the API's process with the one before the fault, where processes can be seen: at the embedded platform.

    Example: Then the API was not started again for it
    """
    world = context.world
    if world.run.embedded:
        equal("the API's process", world.processes.id_of("api"), world.recall("API process", int))


@then("{who:Actor} can still have the VOD {title:Quoted} captioned")
def can_still_be_captioned(context: Context, who: str, title: str) -> None:
    """Hand the VOD in and follow it to the end.

    Example: Then Dana can still have the VOD "City Council" captioned
    """
    world = context.world
    person = world.person(who)
    vod = world.recall(title, Vod)
    world.vod.submit(vod, by=person)
    equal(f'the status of the VOD "{title}"', world.vod.follow(vod, by=person).values[-1].status, "completed")


@then("{who:Actor} can sign in and out again")
def can_sign_in(context: Context, who: str) -> None:
    """Sign a persona in, in a new session, and out of it.

    Example: Then Vera can sign in and out again
    """
    world = context.world
    person = world.person(who)
    world.access.sign_in(person)
    world.access.open_page("protected page", by=person).expect(200)
    world.access.sign_out(person)
    world.access.open_page("protected page", by=person).expect(401)


@then("{whose:Owner} session is still good")
def session_still_good(context: Context, whose: str) -> None:
    """Use the token from before the fault.

    Example: Then Dana's session is still good
    """
    world = context.world
    person = world.person(whose)
    world.recall("session", SignedIn)
    world.access.open_page("protected page", by=person).expect(200)


# The cache


@given("{who:Actor} looked at the VOD {title:Quoted}")
def looked_at(context: Context, who: str, title: str) -> None:
    """Read a VOD, which puts it into the platform's cache.

    Example: Given Dana looked at the VOD "City Council"
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.read(vod, by=world.person(who))
    require(world.vods.cached(vod), f'the VOD "{title}" should be in the cache once it was read, but is not')


@given("{who:Actor} has renamed the VOD {title:Quoted} to {name:Quoted}")
def renamed(context: Context, who: str, title: str, name: str) -> None:
    """Give a VOD another title.

    Example: Given Dana has renamed the VOD "City Council" to "Budget Hearing"
    """
    world = context.world
    world.vod.change(world.recall(title, Vod), {"title": world.alias(name)}, by=world.person(who)).expect(200)


@then("the VOD {title:Quoted} is served as {name:Quoted}, and never as it was")
def served_as(context: Context, title: str, name: str) -> None:
    """Read a VOD again and again for two seconds; its title must be the new one each time.

    Example: Then the VOD "City Council" is served as "Budget Hearing", and never as it was
    """
    world = context.world
    vod, wanted = world.recall(title, Vod), world.alias(name)
    consistently(
        f'the title of the VOD "{title}"',
        lambda: str(world.vod.read(vod, by=vod.owner)["title"]),
        lambda seen: seen == wanted,
        wish=wanted,
        during=2.0,
    )


@then("the VOD {title:Quoted} is served from the cache again")
def cached_again(context: Context, title: str) -> None:
    """Read a VOD until it comes from the cache, and look for it in Redis.

    Example: Then the VOD "City Council" is served from the cache again
    """
    world = context.world
    vod = world.recall(title, Vod)
    eventually(
        f'the VOD "{title}" is served from the cache',
        lambda: world.vod.is_cached(vod, by=vod.owner),
        bool,
        wish="True",
        within=5.0,
    )
    require(world.vods.cached(vod), f'Redis should hold the VOD "{title}", but does not')


# The worker


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


@given("nobody has the captioning of {title:Quoted} in hand {seconds:Number} seconds later")
def not_in_hand(context: Context, title: str, seconds: float) -> None:
    """Wait so long until the job is done, or handed back to whoever comes next.

    Example: Given nobody has the captioning of "City Council" in hand 3 seconds later
    """
    world = context.world
    world.work.await_state(world.recall(title, Vod), "waiting", "done", within=seconds)


@when("the worker is killed once {title:Quoted} is captioned, before it could say so")
@catches_processes
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
@catches_processes
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
@then("the VOD {title:Quoted} waits")
def waits(context: Context, title: str) -> None:
    """Watch for a second that the VOD stays pending and its job stays in the queue.

    Example: Then the VOD "City Council" waits
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


# Cablecast


@then("the publication of {title:Quoted} ended as {end:Quoted}")
def publication_ended(context: Context, title: str, end: str) -> None:
    """Compare how the publication that was just asked for ended: completed, or failed with its reason.

    Example: Then the publication of "City Council" ended as "failed (Cablecast cannot be reached)"
    """
    world = context.world
    seen = world.vod.end_of("publication", world.recall(title, Vod))
    equal(f'the publication of "{title}"', str(seen), end)


@then("the publication of {title:Quoted} is done within {seconds:Number} seconds")
def publication_done(context: Context, title: str, seconds: float) -> None:
    """Follow the publication that waited.

    Example: Then the publication of "City Council" is done within 10 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    timeline = world.vod.follow_task(world.vod.task_of(vod, "publication"), by=vod.owner, within=seconds)
    equal(f'the publication of "{title}"', str(timeline.values[-1]), "completed")


@given("the platform gave Cablecast up for now")
@when("Dana publishes more and more VODs")
def publish_many(context: Context) -> None:
    """Have several VODs captioned and published at once, and wait until the platform's health gives Cablecast up.

    Example: Given the platform gave Cablecast up for now
    """
    world = context.world
    dana = world.person("Dana")
    for number in range(PUBLICATIONS):
        world.vod.do("publishes", _captioned(world, f"Meeting {number}"), by=dana).expect(202)
    eventually(
        "the health of Cablecast",
        lambda: str(world.operations.health().services.get("cablecast")),
        lambda state: state == "unhealthy",
        wish="unhealthy",
        within=PATIENCE,
    )


def _captioned(world: World, title: str) -> Vod:
    dana = world.person("Dana")
    made = recording(world.alias(title), duration=10.0, path=world.file_name(title, ".wav"), seed=title)
    world.cleanup.add(f"remove {made.path}", lambda: world.storage.remove(made.path))
    write(made, world.storage.root)
    vod = world.vod.register(made, by=dana)
    world.vod.submit(vod, by=dana)
    world.vod.follow(vod, by=dana)
    return vod


@then("Cablecast is left alone for {seconds:Number} seconds")
def left_alone(context: Context, seconds: float) -> None:
    """Watch that the platform makes no call.

    Example: Then Cablecast is left alone for 1 seconds
    """
    cablecast = context.world.cablecast
    before = cablecast.calls()
    consistently(
        "calls of Cablecast since then",
        lambda: cablecast.calls() - before,
        lambda calls: calls == 0,
        wish="none",
        during=seconds,
    )


@then("Cablecast was left alone for the {seconds:Number} seconds that it asked for")
def waited_as_asked(context: Context, seconds: float) -> None:
    """Compare the time between the answer 429 and the next call with what its Retry-After asked for.

    Example: Then Cablecast was left alone for the 1 seconds that it asked for
    """
    waited = context.world.cablecast.wait_after(429)
    require(waited >= seconds, f"Cablecast should be left alone for {seconds:g} s, but was called after {waited:.2f} s")


# The media storage


@given("{who:Actor} was refused the captions of {title:Quoted} as {kind:Quoted}")
@then("{who:Actor} is refused the captions of {title:Quoted} as {kind:Quoted}")
def refused_captions(context: Context, who: str, title: str, kind: str) -> None:
    """Ask for the captions: 503 of this kind.

    Example: Then Dana is refused the captions of "City Council" as "DependencyError"
    """
    world = context.world
    answer = world.vod.ask_for_captions(world.recall(title, Vod), by=world.person(who)).expect(503)
    equal("the kind of refusal", answer.error["type"], kind)


@given("captioning {title:Quoted} failed because {reason:Quoted}")
@then("captioning {title:Quoted} fails because {reason:Quoted}")
def captioning_fails(context: Context, title: str, reason: str) -> None:
    """Hand a VOD in and follow it to its end, which is failed.

    Example: Then captioning "City Council" fails because "the media storage is not available"
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.submit(vod, by=vod.owner)
    equal(f'the VOD "{title}"', str(world.vod.follow(vod, by=vod.owner).values[-1]), f"failed ({reason})")


@then("{who:Actor} gets the captions of {title:Quoted}")
def gets_captions(context: Context, who: str, title: str) -> None:
    """Compare what the API serves with the file.

    Example: Then Dana gets the captions of "City Council"
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the captions of "{title}"', world.vod.captions(vod, by=world.person(who)), world.vods.captions(vod))


# Bad input


@when("{who:Actor} sends a hundred malformed requests of every kind")
def malformed_requests(context: Context, who: str) -> None:
    """Send more than a hundred requests that no platform should take, some of them no HTTP at all.

    Example: When Dana sends a hundred malformed requests of every kind
    """
    world = context.world
    world.remember("refusals", world.malformed.send_all(by=world.person(who)))


@then("each was refused, and none with a failure of the platform")
def each_refused(context: Context) -> None:
    """Check that each malformed request was answered 4xx, or hung up on where it was no HTTP.

    Example: Then each was refused, and none with a failure of the platform
    """
    refusals: list[Refusal] = context.world.recall("refusals", list)
    require(len(refusals) >= 100, f"a hundred malformed requests should be sent, but were {len(refusals)}")
    wrong = [str(refusal) for refusal in refusals if refusal.status is not None and not 400 <= refusal.status < 500]
    require(not wrong, f"every malformed request should be refused with 4xx, but: {'; '.join(wrong)}")
