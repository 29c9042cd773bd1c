"""What was acknowledged, read from what was asked and answered, and compared with the database."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from support.evidence.recorder import Exchange
from support.faults.durability import DurabilityLedger, DurableRecord, Report

ID, TASK = "7f3a1200-0000-4000-8000-000000000001", "7f3a1200-0000-4000-8000-000000000002"
DURABLE = (DurableRecord("/api/vod/create", "/api/vod", "vods"),)


def exchange(
    method: str, path: str, status: int | None, sent: object = None, told: object = None, started: float = 0.0
) -> Exchange:
    return Exchange(
        method=method,
        url=f"http://127.0.0.1:1{path}",
        actor="Dana",
        request_headers={},
        request_body=None if sent is None else json.dumps(sent).encode(),
        status=status,
        reason=None,
        response_headers={},
        response_body=None if told is None else json.dumps(told).encode(),
        started=started,
        elapsed=0.0,
    )


def created(**fields: Any) -> Exchange:
    return exchange("POST", "/api/vod/create", 201, fields, {"id": ID, **fields})


class Tables:
    """A database driver that knows these rows."""

    def __init__(self, **tables: list[Mapping[str, Any]]) -> None:
        self._tables = tables

    def rows(self, statement: str, **parameters: Any) -> list[Mapping[str, Any]]:
        name = statement.partition(" FROM ")[2].split()[0]
        return self._tables.get(name, [])

    def count(self, table: str, **key: object) -> int:
        return len(self._tables.get(table, []))


def lost(exchanges: list[Exchange], **tables: list[Mapping[str, Any]]) -> str:
    with pytest.raises(AssertionError) as failure:
        DurabilityLedger(Tables(**tables), DURABLE).require_durable(exchanges)  # type: ignore[arg-type]
    return str(failure.value)


def kept(exchanges: list[Exchange], **tables: list[Mapping[str, Any]]) -> None:
    DurabilityLedger(Tables(**tables), DURABLE).require_durable(exchanges)  # type: ignore[arg-type]


def test_nothing_acknowledged_shows_nothing() -> None:
    assert "expected at least 1, got 0" in lost([])


def test_what_is_as_acknowledged_is_kept() -> None:
    kept([created(title="x")], vods=[{"id": ID, "title": "x"}])


def test_a_record_that_is_not_there_is_lost() -> None:
    assert f"vods {ID} was created and is missing" in lost([created(title="x")])


def test_a_field_that_is_not_as_acknowledged_is_lost() -> None:
    change = exchange("PUT", f"/api/vod/{ID}", 200, {"title": "y"}, {}, started=1)
    assert 'expected "y", got "x"' in lost([created(title="x"), change], vods=[{"id": ID, "title": "x"}])


@pytest.mark.parametrize("title", ["x", "y"])
def test_a_change_that_was_not_answered_may_have_been_made_or_not(title: str) -> None:
    change = exchange("PUT", f"/api/vod/{ID}", None, {"title": "y"}, started=1)
    kept([created(title="x"), change], vods=[{"id": ID, "title": title}])


def test_a_change_that_was_refused_was_not_made() -> None:
    change = exchange("PUT", f"/api/vod/{ID}", 422, {"title": "y"}, {}, started=1)
    assert 'expected "x", got "y"' in lost([created(title="x"), change], vods=[{"id": ID, "title": "y"}])


def test_what_was_deleted_stays_away() -> None:
    deletion = exchange("DELETE", f"/api/vod/{ID}", 204, started=1)
    kept([created(title="x"), deletion])
    assert "was deleted and exists" in lost([created(title="x"), deletion], vods=[{"id": ID, "title": "x"}])


class TestAcceptedWork:
    @pytest.fixture
    def asked(self) -> list[Exchange]:
        return [
            created(title="x"),
            exchange("POST", f"/api/vod/{ID}/transcribe", 202, None, {"task_id": TASK}, started=1),
        ]

    @property
    def vods(self) -> list[Mapping[str, Any]]:
        return [{"id": ID, "title": "x"}]

    @property
    def history(self) -> list[Mapping[str, Any]]:
        return [{"new_status": "processing"}, {"new_status": "completed"}]

    def task(self, status: str, error: str | None = None) -> list[Mapping[str, Any]]:
        return [{"id": TASK, "status": status, "error": error, "kind": "transcription"}]

    def test_done_once_is_kept(self, asked: list[Exchange]) -> None:
        kept(
            asked,
            vods=self.vods,
            tasks=self.task("completed"),
            vod_status_history=self.history,
            transcriptions=[{"vod_id": ID}],
        )

    def test_done_twice_is_told(self, asked: list[Exchange]) -> None:
        told = lost(
            asked,
            vods=self.vods,
            tasks=self.task("completed"),
            vod_status_history=[*self.history, *self.history],
            transcriptions=[{"vod_id": ID}],
        )
        assert "passed through processing, completed, processing, completed" in told

    def test_failed_needs_a_reason(self, asked: list[Exchange]) -> None:
        kept(asked, vods=self.vods, tasks=self.task("failed", "the media cannot be read"))
        assert "failed without a reason" in lost(asked, vods=self.vods, tasks=self.task("failed"))

    def test_a_task_that_never_ends_is_lost(self, asked: list[Exchange], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("support.faults.durability.ENDED_WITHIN", 0.0)
        assert f"task {TASK} was accepted and is missing" in lost(asked, vods=self.vods)
        assert "is still pending" in lost(asked, vods=self.vods, tasks=self.task("pending"))


def test_a_request_that_nobody_was_told_of_is_found() -> None:
    ledger = DurabilityLedger(Tables(vods=[{"id": "another", "title": "x"}]), DURABLE)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="VOD another was created"):
        ledger.require_reported([created(title="x")], "x")


def test_answers_that_are_no_json_are_no_trouble() -> None:
    assert Report.of([exchange("GET", "/metrics", 200)], DURABLE).records == {}


def test_what_was_refused_of_a_strangers_record_enters_nothing() -> None:
    refused = exchange("PUT", f"/api/vod/{ID}", 404, {"title": "y"}, {})
    unanswered = exchange("DELETE", f"/api/vod/{ID}", None)
    assert Report.of([refused, unanswered], DURABLE).records == {}
