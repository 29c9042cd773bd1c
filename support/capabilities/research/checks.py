"""Checks of the things that researchers work with: stored, listed, gone, exported, erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from support.capabilities.research.resources import (
    DOCUMENT,
    EVENT,
    NOTIFICATION,
    PORTFOLIO,
    POSITION,
    RESOURCE_TYPES,
    SESSION,
)
from support.checks.comparison import format_value, require, require_equal
from support.scenario.resources import Resource, ResourceType

STORES_OF_EVERY_KIND = frozenset(
    ("Redis", "users", "research_sessions", "notifications", "events", "documents", "portfolios")
)
"""The stores that hold words of somebody's own after `one_of_every_kind`."""


def history(session: Resource, changes: Sequence[Mapping[str, Any]], wanted: Sequence[tuple[str, str, str]]) -> None:
    """Require the changes of a session's state: from, to, by whom, each no earlier than the one before."""
    found = [(change["old_state"], change["new_state"], change["username"]) for change in changes]
    require_equal(f"the history of {session}", found, list(wanted))
    times = [change["changed_at"] for change in changes]
    require(
        times == sorted(times), f"the history of {session} should go forward in time, but went {format_value(times)}"
    )


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
    for name, expected in ids.items():
        require(expected, f"the scenario should have made {name}, but has not")
        require_equal(f"the {name} in the export", {item["id"] for item in told[name]}, expected)
    require_equal("the notes in the export", told["sessions"][0]["notes"], words(mark, "notes"))
    moves = [change["new_state"] for change in told["sessions"][0]["history"]]
    require_equal("the history in the export", moves, ["processing"])
    require_equal(
        "the positions in the export", [each["ticker"] for each in told["portfolios"][0]["positions"]], ["AAPL"]
    )
    require_equal("the text of the document in the export", told["documents"][0]["content"], words(mark))
    require_equal("the jobs in the export", told["jobs"], [])  # a researcher submits none
    require_equal("the webhooks in the export", told["webhooks"], [])
    require_equal("the parts of the export", sorted(told), sorted({*ids, "profile", "jobs", "webhooks"}))


def audit(entries: Sequence[Mapping[str, Any]], user_id: str, told: Mapping[str, Any], personal: Sequence[str]) -> None:
    """Require one entry, of an erasure, with the counts the user was told, and without any of these words."""
    require_equal("how many entries the audit has", len(entries), 1)
    [entry] = entries
    require_equal("what the audit tells", (str(entry["user_id"]), entry["action"]), (user_id, "erasure"))
    require_equal("how much the audit says was erased", entry["counts"], dict(told))
    owned = {type.collection for type in RESOURCE_TYPES if type.owner_column}
    require_equal("the kinds of things that were erased", {name for name, count in told.items() if count > 0}, owned)
    require_equal("the fields of the audit", sorted(entry), ["action", "counts", "created_at", "id", "user_id"])
    found = [word for word in personal if word in str(dict(entry))]
    require(not found, f"the audit should name nothing personal, but names {format_value(found)}")
