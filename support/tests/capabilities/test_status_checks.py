"""The checks of status tracking fail when they should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.capabilities.status import checks

AT = datetime(2026, 3, 1, tzinfo=UTC)


def _entry(number: int, **changes: Any) -> dict[str, Any]:
    entry = {
        "change_type": "progress_update",
        "previous_status": "starting",
        "new_status": "starting",
        "previous_progress": number,
        "new_progress": number + 1,
        "changed_at": AT + timedelta(seconds=number),
        "duration_seconds": 1.0 if number else None,
    }
    return {**entry, **changes}


def test_a_complete_history_is_accepted() -> None:
    checks.require_history_chain("the status", [_entry(0), _entry(1)], 2)


@pytest.mark.parametrize(
    ("entries", "version"),
    [
        ([_entry(0), _entry(1)], 3),
        ([_entry(0), _entry(1, previous_progress=0)], 2),
        ([_entry(0), _entry(1, previous_status="queued")], 2),
        ([_entry(0), _entry(1, duration_seconds=2.0)], 2),
        ([_entry(0), _entry(1, changed_at=AT)], 2),
        ([_entry(0, duration_seconds=0.0)], 1),
    ],
)
def test_a_broken_history_fails(entries: list[dict[str, Any]], version: int) -> None:
    with pytest.raises(AssertionError):
        checks.require_history_chain("the status", entries, version)


@pytest.mark.parametrize("read", [[1, 2], [1, 2, 2, 3], [1, 3, 2], []])
def test_a_reader_that_misses_repeats_or_mixes_events_fails(read: list[int]) -> None:
    stored = [{"seq": seq, "type": "status.progress"} for seq in (1, 2, 3)]
    with pytest.raises(AssertionError):
        checks.require_each_once(checks.Feed(0, None, [{"seq": seq} for seq in read]), stored)
    checks.require_each_once(checks.Feed(0, None, [{"seq": seq} for seq in (1, 2, 3)]), stored)


def test_a_lost_doubled_or_reordered_report_fails() -> None:
    entries = [_entry(0), _entry(1)]
    checks.require_reports_recorded("the status", [2.0, 1.0], entries)
    for accepted, recorded in (([1.0, 2.0, 3.0], entries), ([1.0], entries), ([1.0, 2.0], entries[::-1])):
        with pytest.raises(AssertionError):
            checks.require_reports_recorded("the status", accepted, recorded)


def test_an_entry_without_its_event_fails() -> None:
    events = [{"type": "status.progress", "progress_percentage": 1}]
    checks.require_whole("the status", [1.0], [_entry(0)], events)
    for accepted, history in (([1.0, 2.0], [_entry(0)]), ([1.0], [_entry(0), _entry(1)]), ([], [_entry(0)])):
        with pytest.raises(AssertionError):
            checks.require_whole("the status", accepted, history, events)


def test_an_update_that_is_skipped_doubled_or_out_of_order_fails() -> None:
    items = [{"status_id": "a", "outcome": "applied", "fields": {"progress_percentage": n}} for n in (1, 2)]
    checks.require_applied_once(items, {"a": [_entry(0), _entry(1)]})
    for outcome, entries in (
        ("skipped", [_entry(0), _entry(1)]),
        ("applied", [_entry(1), _entry(0)]),
        ("applied", [_entry(0), _entry(1), _entry(1)]),
    ):
        with pytest.raises(AssertionError):
            checks.require_applied_once([items[0], {**items[1], "outcome": outcome}], {"a": entries})


def test_a_page_with_another_order_or_total_fails() -> None:
    rows = [{"status_id": id, "external_id": id, "version": n} for n, id in enumerate("ab")]
    sorts = [{"field": "version", "order": "asc"}]
    for ids, total, good in (("ab", 2, True), ("ba", 2, False), ("ab", 3, False), ("a", 1, False)):
        page = {"statuses": [{"status_id": id} for id in ids], "total": total}
        generated = checks.Generated(7, [], sorts, page)
        if good:
            checks.require_matches(generated, rows)
        else:
            with pytest.raises(AssertionError, match="seed 7"):
                checks.require_matches(generated, rows)
