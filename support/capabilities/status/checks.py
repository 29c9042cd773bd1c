"""Checks of status tracking: the event feed, history entries of reports, updates in bulk, filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from support.capabilities.status.evaluation import ordered, select
from support.checks.comparison import field_differences, format_value, require, require_equal

Row = Mapping[str, Any]
TRAILS = ("history", "events")


@dataclass(frozen=True)
class Generated:
    """A generated request, what it returned, and the rows that it was evaluated over."""

    seed: int
    filters: Sequence[Mapping[str, Any]]
    sorts: Sequence[Mapping[str, str]]
    page: Mapping[str, Any]


@dataclass(frozen=True)
class Feed:
    """What a reader of the event feed got, the number that it started after, and the type that it asked for."""

    after: int
    type: str | None
    events: list[Row]


def require_trail(subject: str, entries: Sequence[Row], expected: Sequence[Mapping[str, Any]]) -> None:
    """Require entries, oldest first, to be these in this order, each with the expected fields."""
    columns = list(expected[0]) if expected else []
    actual = [{name: _plain(entry.get(name)) for name in columns} for entry in entries]
    require(
        len(entries) == len(expected),
        f"{subject}: expected {len(expected)} entries, got {len(entries)}: {format_value(actual)}",
    )
    found = [
        f"entry {number}: {difference}"
        for number, (entry, expectation) in enumerate(zip(entries, expected, strict=True), start=1)
        for difference in field_differences(entry, expectation)
    ]
    require(not found, f"{subject}: {'; '.join(found)} (all: {format_value(actual)})")


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def require_history_chain(subject: str, entries: Sequence[Row], version: int) -> None:
    """Require each entry to continue the one before, also in time, and the version to be their number."""
    require_equal(f"version of {subject}", version, len(entries))
    found = list(_chain_differences(entries))
    require(not found, f"history of {subject}: {'; '.join(found)}")


def _chain_differences(entries: Sequence[Row]) -> Iterator[str]:
    if entries and entries[0]["duration_seconds"] is not None:
        yield f"entry 1: expected no duration, got {entries[0]['duration_seconds']}"
    for number, (before, entry) in enumerate(pairwise(entries), start=2):
        for name in ("status", "progress"):
            expected, actual = before[f"new_{name}"], entry[f"previous_{name}"]
            if actual != expected:
                yield f"entry {number}: expected previous_{name} {expected}, got {actual}"
        seconds = (entry["changed_at"] - before["changed_at"]).total_seconds()
        if seconds <= 0:
            yield f"entry {number}: expected a time after {before['changed_at']}, got {entry['changed_at']}"
        if entry["duration_seconds"] is None or abs(entry["duration_seconds"] - seconds) > 0.000_01:
            yield f"entry {number}: expected duration_seconds {seconds}, got {entry['duration_seconds']}"


def require_reports_recorded(subject: str, accepted: Sequence[float], entries: Sequence[Row]) -> None:
    """Require one history entry for each accepted progress report, and no entry that was not requested."""
    recorded = [float(entry["new_progress"]) for entry in entries if entry["change_type"] == "progress_update"]
    require_equal(f"progress entries of {subject}", sorted(recorded), sorted(accepted))
    require_equal(f"order of the progress entries of {subject}", recorded, sorted(recorded))


def require_whole(subject: str, accepted: Sequence[float], history: Sequence[Row], events: Sequence[Row]) -> None:
    """Require an entry for each accepted progress report, and as many progress events as entries, with equal values."""
    recorded = [float(entry["new_progress"]) for entry in history if entry["change_type"] == "progress_update"]
    announced = [float(event["progress_percentage"]) for event in events if event["type"] == "status.progress"]
    lost = sorted(set(accepted) - set(recorded))
    require(accepted, f"accepted reports of {subject}: expected some, got none")
    require(not lost, f"accepted reports of {subject} without a history entry: expected none, got {format_value(lost)}")
    require_equal(f"progress events of {subject}", announced, recorded)


def require_each_once(feed: Feed, stored: Sequence[Row]) -> None:
    """Require a reader of the feed to have got each stored event exactly once, in order."""
    expected = [row["seq"] for row in stored if feed.type in (None, row["type"])]
    actual = [event["seq"] for event in feed.events]
    twice = [seq for seq, times in Counter(actual).items() if times > 1]
    missed = sorted(set(expected) - set(actual))
    require(not twice, f"events that a reader got more than once: expected none, got {format_value(twice)}")
    require(not missed, f"events that a reader missed: expected none, got {format_value(missed)} of {len(expected)}")
    require_equal("events of a reader", actual, expected)


def require_matches(generated: Generated, rows: Sequence[Row]) -> None:
    """Require a page to have exactly the rows that an independent evaluation finds, in the order of the sorts."""
    expected = [str(row["status_id"]) for row in ordered(select(rows, generated.filters), generated.sorts)]
    actual = [str(item["status_id"]) for item in generated.page["statuses"]]
    names = {str(row["status_id"]): str(row["external_id"]).partition(" ·")[0] for row in rows}
    request = (
        f"filters {format_value(generated.filters)}, sorts {format_value(generated.sorts)} (seed {generated.seed})"
    )
    require(
        actual == expected and generated.page["total"] == len(expected),
        f"statuses for {request}: expected {format_value([names[id] for id in expected])}, "
        f"got {format_value([names.get(id, id) for id in actual])} with the total {generated.page['total']}",
    )


def require_applied_once(items: Sequence[Row], history: Mapping[str, Sequence[Row]]) -> None:
    """Require each item of a receipt to be applied, with one history entry, in the order of the items of its status."""
    outcomes = Counter(str(item["outcome"]) for item in items)
    require_equal("outcomes of the updates", dict(outcomes), {"applied": len(items)})
    for status_id, entries in history.items():
        expected = [
            float(item["fields"]["progress_percentage"]) for item in items if str(item["status_id"]) == status_id
        ]
        recorded = [float(entry["new_progress"]) for entry in entries if entry["change_type"] == "progress_update"]
        require_equal(f"progress of the status {status_id} in its history", recorded, expected)
