"""Checks of the things that researchers work with: stored, listed, gone, exported, erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from support.capabilities.research.resources import (
    DOCUMENT,
    EVENT,
    NOTIFICATION,
    PORTFOLIO,
    POSITION,
    RESOURCE_TYPES,
    SESSION,
    Resource,
    ResourceType,
    content_of,
)
from support.checks.comparison import fail, format_value, require, require_equal, require_fields
from support.checks.relative_matchers import resolve
from support.drivers.http import Response

Row = Mapping[str, Any]

STORES_OF_EVERY_KIND = frozenset(
    ("Redis", "users", "research_sessions", "notifications", "events", "documents", "portfolios")
)
"""The stores that hold words of somebody's own after `one_of_every_kind`."""


def stored(
    resource: Resource,
    reported: Mapping[str, Any],
    read_row: Callable[[], Row | None],
    expected: Mapping[str, Any],
    owner: str,
) -> None:
    """Require API and database to hold a thing under its name, as its owner's, with the wanted fields.

    `look` fetches the row once the API is found right, so that a target without a database is held to that at least.
    """
    kind = resource.type
    _holds(resource, "API", content_of(resource, reported), expected)
    row = read_row()
    if row is None:
        raise fail(f"{resource} should have a row in the database, but has none")
    if kind.owner:
        require_equal(f"the owner of {resource} in the database", row["owner"], owner)
    _holds(resource, "database", row, {name: wish for name, wish in expected.items() if name not in kind.sealed})


def _holds(thing: Resource, place: str, seen: Row, wanted: Mapping[str, Any]) -> None:
    kind = thing.type
    require_equal(f"the name of {thing} in the {place}", seen.get(kind.called), kind.stored_as(thing.called))
    require_fields(f"{thing} in the {place}", seen, resolve(wanted, seen, thing.first_seen))


def require_state(thing: Resource, expected: str, answer: Response, read_row: Callable[[], Row | None]) -> None:
    """Require a thing to be there, hidden (unknown to the API, marked in the database) or gone for good.

    `look` fetches the row once the API is found right.
    """
    require_equal(f"how reading {thing} is answered", answer.status, 200 if expected == "available" else 404)
    row = read_row()
    found = "permanently deleted" if row is None else "soft-deleted" if row.get("deleted_at") else "available"
    require_equal(f"{thing} in the database", found, expected)


def listed(
    kind: ResourceType, page: Mapping[str, Any], wanted: Sequence[tuple[str, Mapping[str, Any]]], total: int, mark: str
) -> None:
    """Require a page to hold exactly these, in this order; what a search found must go from best to worst."""
    items: list[Mapping[str, Any]] = page["results" if "results" in page else kind.listed]
    names = [kind.stored_as(kind.known_as(name, mark)) for name, _ in wanted]
    require_equal(f"the {kind.word}s that are shown", [item[kind.called] for item in items], names)
    require_equal(f"how many {kind.word}s there are in all", page["total"], total)
    for item, (name, wishes) in zip(items, wanted, strict=True):
        require_fields(f'the {kind.word} "{name}" that is shown', item, wishes)
    if "results" in page:
        _require_falling([item["score"] for item in items])


def _require_falling(scores: Sequence[float]) -> None:
    for better, worse in pairwise(scores):
        require(better >= worse, f"the scores should fall from best to worst, but were {format_value(scores)}")
    for score in scores:
        require(0 <= score <= 1.000001, f"a score should lie between 0 and 1, but was {score}")


def batch(told: Mapping[str, Any], total: int, refused: Mapping[int, str]) -> None:
    """Require each item of a batch to be reported, in order: those refused with their field, the rest with an id."""
    items = told["results"]
    require_equal(
        "how many items are reported, and in which order", [item["index"] for item in items], list(range(total))
    )
    found = {item["index"] + 1: item["errors"][0]["field"] for item in items if item["errors"]}
    require_equal("the refused items, by position", found, dict(refused))
    stored_ids = [item["id"] for item in items if item["id"] is not None]
    require_equal("how many items have an id", len(set(stored_ids)), total - len(refused))
    require_equal("the counts", (told["stored"], told["refused"]), (total - len(refused), len(refused)))


def history(session: Resource, changes: Sequence[Mapping[str, Any]], wanted: Sequence[tuple[str, str, str]]) -> None:
    """Require the changes of a session's state: from, to, by whom, each no earlier than the one before."""
    found = [(change["old_state"], change["new_state"], change["username"]) for change in changes]
    require_equal(f"the history of {session}", found, list(wanted))
    times = [change["changed_at"] for change in changes]
    require(times == sorted(times), f"the history of {session} should go forward in time, but went {format_value(times)}")


def words(mark: str, *about: str) -> str:
    """Return words that nobody else writes."""
    return " ".join(("aardvark", mark, *about)).replace(" ", "-")


def one_of_every_kind(mark: str) -> Iterator[tuple[ResourceType, str, Mapping[str, Any]]]:
    """Yield what somebody who has used everything leaves behind: kind, name, and fields with their own words."""
    own = words(mark)
    yield SESSION, "AAPL", {"config": {"reason": own}}
    yield SESSION, "MSFT", {"config": {"reason": own}}
    yield NOTIFICATION, "Margin call", {"message": own, "data": {"about": own}}
    yield EVENT, "page_view", {"data": {"page": own}}
    yield DOCUMENT, "Diary", {"content": own, "metadata": {"mood": own}}
    yield PORTFOLIO, f"Savings {own}", {}
    yield POSITION, "AAPL", {}


def exported(told: Mapping[str, Any], ids: Mapping[str, set[str]], username: str, mark: str) -> None:
    """Require an export to hold the profile and all that the database knows as the user's, in plain words."""
    require_equal("the profile in the export", told["profile"]["username"], username)
    for name, wanted in ids.items():
        require(wanted, f"the scenario should have made {name}, but has not")
        require_equal(f"the {name} in the export", {item["id"] for item in told[name]}, wanted)
    require_equal("the notes in the export", told["sessions"][0]["notes"], words(mark, "notes"))
    moves = [change["new_state"] for change in told["sessions"][0]["history"]]
    require_equal("the history in the export", moves, ["processing"])
    require_equal(
        "the positions in the export", [each["ticker"] for each in told["portfolios"][0]["positions"]], ["AAPL"]
    )
    require_equal("the text of the document in the export", told["documents"][0]["content"], words(mark))
    require_equal("the parts of the export", sorted(told), sorted({*ids, "profile"}))


def audit(entries: Sequence[Mapping[str, Any]], user_id: str, told: Mapping[str, Any], personal: Sequence[str]) -> None:
    """Require one entry, of an erasure, with the counts the user was told, and without any of these words."""
    require_equal("how many entries the audit has", len(entries), 1)
    [entry] = entries
    require_equal("what the audit tells", (str(entry["user_id"]), entry["action"]), (user_id, "erasure"))
    require_equal("how much the audit says was erased", entry["counts"], dict(told))
    owned = {kind.listed for kind in RESOURCE_TYPES.values() if kind.owner}
    require_equal("the kinds of things that were erased", {name for name, count in told.items() if count > 0}, owned)
    require_equal("the fields of the audit", sorted(entry), ["action", "counts", "created_at", "id", "user_id"])
    found = [word for word in personal if word in str(dict(entry))]
    require(not found, f"the audit should name nothing personal, but names {format_value(found)}")
