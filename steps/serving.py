"""What is served of VODs: to one and to many, from the cache and from the database."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from support import writing
from support.checks.expected import require_fields
from support.checks.matching import equal, require, shown
from support.clients.vod import FIELDS, Vod, variant
from support.drivers.http import Answer, HttpDriver
from support.personas import Persona
from support.testdata.media import Recording
from support.world import World


@given("Redis holds {value:Value} as the {field:Field} of the VOD {title:Quoted}")
def redis_holds(context: Context, value: str, field: str, title: str) -> None:
    """Change what Redis holds for a VOD, so that whoever is served from there can be told from others.

    Example: Given Redis holds "Only Redis knows" as the title of the VOD "City Council"
    """
    world = context.world
    world.vods.recache(world.recall(title, Vod), field, world.values.value(value))


@when("{who:Actor} lists {limit:Value} VODs after the first {offset:Value}, of the status {status:Value}")
def list_some(context: Context, who: str, limit: str, offset: str, status: str) -> None:
    """Ask for a part of the list; what is `{absent}` is not asked for, and without a status every one is meant.

    Example: When Vera lists 2 VODs after the first 0, of the status "failed"
    """
    world = context.world
    asked = {"limit": limit, "offset": offset, "status": status}
    params = writing.parameters({name: world.values.value(text) for name, text in asked.items()})
    world.remember("answer", world.vod.list_some(params, by=world.person(who)))
    world.note("listed status", params.get("status", ""))


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
    equal("the total of the list", page["total"], world.vods.count(world.noted("listed status", str) or None))


@then("the VOD {title:Quoted} is stored as {status:VodState}, as {who:Actor} registered it")
def stored_as_registered(context: Context, title: str, status: str, who: str) -> None:
    """Compare database and API with the recording that was registered.

    Example: Then the VOD "City Council" is stored as pending, as Dana registered it
    """
    world = context.world
    vod = world.recall(title, Vod)
    wanted = {**_registered(vod.recording), "status": status, "progress": 0}
    creator = world.run.account(world.person(who)).username
    require_fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), wanted)
    require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), {**wanted, "creator": creator})


@then("{who:Actor} sees what was registered for {title:Quoted}")
def sees_registered(context: Context, who: str, title: str) -> None:
    """Compare what was read with the recording that was registered.

    Example: Then she sees what was registered for "City Council"
    """
    world = context.world
    world.person(who)
    vod = world.recall(title, Vod)
    seen = world.recall("answer", Answer).expect(200).document
    require_fields(f'the VOD "{title}"', seen, {**_registered(vod.recording), "id": vod.id, "status": "pending"})


def _registered(made: Recording) -> dict[str, object]:
    return {"title": made.title, "file_path": made.path, "duration": made.duration}


@then("{who:Actor} sees the {field:Field} {value:Value}")
def sees_field(context: Context, who: str, field: str, value: str) -> None:
    """Look at one field of what was answered.

    Example: Then she sees the status "processing"
    """
    world = context.world
    seen = world.recall("answer", Answer).expect(200).document
    require_fields(f"what {world.person(who).name} sees", seen, {field: world.values.wish(value)})


@then("the VOD {title:Quoted} has the {field:Field} {value:Value}")
def has_field(context: Context, title: str, field: str, value: str) -> None:
    """Look at one field in the API and in the database.

    Example: Then the VOD "City Council" has the duration 90
    """
    world = context.world
    vod, wanted = world.recall(title, Vod), {field: world.values.wish(value)}
    require_fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), wanted)
    require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), wanted)


@then("the VOD {title:Quoted} is still {status:VodState}")
def still(context: Context, title: str, status: str) -> None:
    """Look at the VOD in the database and in the API.

    Example: Then the VOD "City Council" is still pending
    """
    world = context.world
    vod = world.recall(title, Vod)
    equal(f'the status of the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner)["status"], status)
    equal(f'the status of the VOD "{title}" in the database', world.vods.row(vod)["status"], status)


@then("{who:Actor} is served the VOD {title:Quoted} as the database has it")
def served_truly(context: Context, who: str, title: str) -> None:
    """Compare every field that is served, at a first look and at a second that may come from the cache, with the row.

    Example: Then Vera is served the VOD "City Council" as the database has it
    """
    world = context.world
    vod, person = world.recall(title, Vod), world.person(who)
    row = {name: value for name, value in world.vods.row(vod).items() if name in FIELDS.values()}
    require_fields(f'the VOD "{title}" at the first look', world.vod.read(vod, by=person), row)
    require_fields(f'the VOD "{title}" at the second look', world.vod.read(vod, by=person), row)


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
    require_fields(f'what is left of the VOD "{title}"', left, {"rows": 0, "cached": None, "files": []})


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
    kept = row["file_size"] in range(sent)
    require(kept, f'the VOD "{title}" should hold a change that was sent, but holds {shown(row)}')
    require_fields(f'the row of the VOD "{title}"', row, variant(vod.recording, int(row["file_size"])))
