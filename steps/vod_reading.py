"""VODs as stored and returned: fields, lists, cache, deletion, concurrent requests."""

from functools import partial

from behave import given, then, when
from behave.runner import Context

from support.capabilities.vod.client import FIELDS, Vod, variant
from support.checks.comparison import format_value, require, require_equal, require_fields
from support.drivers.http import HttpDriver, Response
from support.gherkin.personas import Persona
from support.scenario import inputs
from support.scenario.world import World
from support.testdata.media import Recording


@given("Redis has {value:Value} as the {field:VodField} of the VOD {title:Quoted}")
def redis_holds(context: Context, value: str, field: str, title: str) -> None:
    """Change what Redis holds for a VOD, so that whoever is served from there can be told from others.

    Example: Given Redis has "Only Redis knows" as the title of the VOD "City Council"
    """
    world = context.world
    world.vods.recache(world.recall(title, Vod), field, world.values.value(value))


@when("{who:Actor} lists the VODs with limit {limit:Value}, offset {offset:Value} and status {status:Value}")
def list_some(context: Context, who: str, limit: str, offset: str, status: str) -> None:
    """Ask for a part of the list; what is `{absent}` is not asked for, and without a status every one is meant.

    Example: When Vera lists the VODs with limit 2, offset 0 and status "failed"
    """
    world = context.world
    asked = {"limit": limit, "offset": offset, "status": status}
    params = inputs.parameters({name: world.values.value(text) for name, text in asked.items()})
    world.remember("response", world.vod.list_some(params, by=world.person(who)))
    world.remember("listed status", params.get("status", ""))


@then("the VODs {titles:Quoted} are returned in this order with the right total")
def sees_listed(context: Context, titles: str) -> None:
    """Compare a page of the list with titles separated by commas, and its total with the database.

    Example: Then the VODs "Sixth, Second" are returned in this order with the right total
    """
    world = context.world
    page = world.recall("response", Response).expect(200).document
    expected = [world.unique_name(title) for title in titles.split(", ")] if titles else []
    require_equal("the listed VODs", [vod["title"] for vod in page["vods"]], expected)
    require_equal("the total of the list", page["total"], world.vods.count(world.recall("listed status", str) or None))


@then("the VOD {title:Quoted} is stored as {status:VodState} with the values that {who:Actor} registered")
def stored_as_registered(context: Context, title: str, status: str, who: str) -> None:
    """Compare database and API with the recording that was registered.

    Example: Then the VOD "City Council" is stored as pending with the values that Dana registered
    """
    world = context.world
    vod = world.recall(title, Vod)
    expected = {**_registered(vod.recording), "status": status, "progress": 0}
    creator = world.run.account(world.person(who)).username
    require_fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), expected)
    require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), {**expected, "creator": creator})


@then("the response has the registered values of {title:Quoted}")
def sees_registered(context: Context, title: str) -> None:
    """Compare what was read with the recording that was registered.

    Example: Then the response has the registered values of "City Council"
    """
    world = context.world
    vod = world.recall(title, Vod)
    actual = world.recall("response", Response).expect(200).document
    require_fields(f'the VOD "{title}"', actual, {**_registered(vod.recording), "id": vod.id, "status": "pending"})


def _registered(made: Recording) -> dict[str, object]:
    return {"title": made.title, "file_path": made.path, "duration": made.duration}


@then("the VOD {title:Quoted} has the {field:VodField} {value:Value}")
def has_field(context: Context, title: str, field: str, value: str) -> None:
    """Look at one field in the API and in the database.

    Example: Then the VOD "City Council" has the duration 90
    """
    world = context.world
    vod, expected = world.recall(title, Vod), {field: world.values.expected(value)}
    require_fields(f'the VOD "{title}" in the API', world.vod.read(vod, by=vod.owner), expected)
    require_fields(f'the row of the VOD "{title}"', world.vods.row(vod), expected)


@then("{who:Actor} reads the VOD {title:Quoted} as stored in the database")
def served_truly(context: Context, who: str, title: str) -> None:
    """Compare every field that is served, at a first look and at a second that may come from the cache, with the row.

    Example: Then Vera reads the VOD "City Council" as stored in the database
    """
    world = context.world
    vod, person = world.recall(title, Vod), world.person(who)
    row = {name: value for name, value in world.vods.row(vod).items() if name in FIELDS.values()}
    require_fields(f'the VOD "{title}" at the first look', world.vod.read(vod, by=person), row)
    require_fields(f'the VOD "{title}" at the second look', world.vod.read(vod, by=person), row)


@then("the VOD {title:Quoted} is deleted from the API, the list and every store")
def gone(context: Context, title: str) -> None:
    """Look for the VOD wherever it could be left: API, list, rows of every kind, queue, cache, files.

    Example: Then the VOD "City Council" is deleted from the API, the list and every store
    """
    world = context.world
    vod = world.recall(title, Vod)
    world.vod.do("reads", vod, by=vod.owner).expect(404)
    listed = [entry["id"] for entry in world.vod.list_page(by=vod.owner).expect(200).document["vods"]]
    require(vod.id not in listed, f'the VOD "{title}" should not be listed, but is')
    left = {"rows": world.vods.rows_of(vod), "cached": world.vods.cached(vod), "files": world.vods.files(vod)}
    require_fields(f'what is left of the VOD "{title}"', left, {"rows": 0, "cached": None, "files": []})


@when(
    "{who:Actor} sends {count:Integer} {calls:Calls} of the VOD {name:Quoted} from {clients:Integer} concurrent clients"
)
def send_at_once(context: Context, who: str, count: int, calls: str, name: str, clients: int) -> None:
    """Have so many callers, released together, send requests; each registration and change is another.

    Example: When Dana sends 20 registrations of the VOD "City Council" from 10 concurrent clients
    """
    world = context.world
    person, vod = world.person(who), world.recall(name, Vod)
    world.access.token(person)
    requests = [partial(_call, world, calls, number, vod, person) for number in range(count)]
    world.remember("responses", world.concurrent.send(requests, concurrency=clients))


def _call(world: World, calls: str, number: int, vod: Vod, person: Persona, http: HttpDriver) -> Response:
    return world.vod.over(http).call(calls, number, vod, by=person)


@then("the VOD {title:Quoted} has exactly one of the sent changes")
def holds_one(context: Context, title: str) -> None:
    """Check that title, duration and size of the row came with one and the same change.

    Example: Then the VOD "City Council" has exactly one of the sent changes
    """
    world = context.world
    vod = world.recall(title, Vod)
    row = world.vods.row(vod)
    sent = len(world.recall("responses", list))
    kept = row["file_size"] in range(sent)
    require(kept, f'the VOD "{title}" should hold a change that was sent, but holds {format_value(row)}')
    require_fields(f'the row of the VOD "{title}"', row, variant(vod.recording, int(row["file_size"])))
