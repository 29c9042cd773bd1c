"""The durability ledger: compare every acknowledged write of a scenario with the stores."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from support.checks import strict_json
from support.checks.comparison import format_value, require
from support.drivers.database import DatabaseDriver
from support.evidence.recorder import Exchange
from support.polling import PollingTimeout, eventually

ENDED_WITHIN = 15.0  # seconds for all accepted work to end after a fault
_RECORD = re.compile(r"(?P<path>/api/.+)/(?P<id>[0-9a-f-]{36})(?:/(?P<action>\w+))?")


@dataclass(frozen=True)
class DurableRecord:
    """A record whose acknowledged changes the ledger compares with its table.

    A POST to `create_path` creates one; requests to `path`/<id> change it. `columns` maps fields of requests to columns
    of other names.
    """

    create_path: str
    path: str
    table: str
    id_field: str = "id"
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Entry:
    """The allowed values of the fields of one record.

    A request without a response may have been executed, so its values are allowed beside the acknowledged ones.
    `deleted` is None after a deletion without a response.
    """

    table: str
    id: str
    fields: dict[str, list[Any]] = field(default_factory=dict)
    deleted: bool | None = False


@dataclass
class Report:
    """Acknowledged records, accepted tasks and opened sessions."""

    durable: Sequence[DurableRecord]
    records: dict[str, Entry] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, exchanges: Iterable[Exchange], durable: Sequence[DurableRecord]) -> Report:
        """Return the report of requests and their responses."""
        report = cls(durable)
        for exchange in sorted(exchanges, key=lambda one: one.started):
            report.add(exchange)
        return report

    def add(self, exchange: Exchange) -> None:
        """Add one exchange."""
        path = urlsplit(exchange.url).path
        known = exchange.status is not None and exchange.status < 400
        # A rejection below 500 changes nothing; after any other response the effect is unknown.
        possible = exchange.status is None or exchange.status >= 500
        sent, received = _json(exchange.request_body), _json(exchange.response_body)
        created = {record.create_path: record for record in self.durable}
        if exchange.method == "POST" and path in created and known:
            self._created(created[path], sent, received)
        elif path == "/api/auth/login" and known:
            self.sessions.add(_session_of(received["access_token"]))
        elif path == "/api/auth/logout" and exchange.method == "POST":
            self.sessions.discard(_session_of(exchange.request_headers.get("Authorization", "")))
        elif (resource := _RECORD.fullmatch(path)) and any(resource["path"] == record.path for record in self.durable):
            self._changed(resource, exchange.method, sent, received, known=known, possible=possible)

    def _created(self, record: DurableRecord, sent: Mapping[str, Any], received: Mapping[str, Any]) -> None:
        fields = {name: [value] for name, value in sent.items() if name in received and not isinstance(value, dict)}
        id = str(received[record.id_field])
        self.records[id] = Entry(record.table, id, fields)

    def _changed(
        self,
        resource: re.Match[str],
        method: str,
        sent: Mapping[str, Any],
        received: Mapping[str, Any],
        *,
        known: bool,
        possible: bool,
    ) -> None:
        entry = self.records.get(resource["id"])
        if entry is None or not (known or possible):
            return  # not created by this scenario, or not changed
        if known and "task_id" in received:
            self.tasks[received["task_id"]] = resource["id"]
        if resource["action"]:
            return
        if method == "DELETE":
            entry.deleted = True if known else None
        elif method in ("PUT", "PATCH"):
            columns = next(record.columns for record in self.durable if record.path == resource["path"])
            for sent_name, value in sent.items():
                name = columns.get(sent_name, sent_name)
                entry.fields[name] = [value] if known else [*entry.fields.get(name, []), value]


class DurabilityLedger:
    """Compare acknowledged changes with the database."""

    def __init__(self, database: DatabaseDriver, durable: Sequence[DurableRecord]) -> None:
        self._database = database
        self._durable = durable

    def require_durable(self, exchanges: Iterable[Exchange]) -> None:
        """Require that every acknowledged change is stored as it was acknowledged.

        Accepted tasks must end: completed, or failed with a reason; a captioning has its effect once.
        """
        report = Report.of(exchanges, self._durable)
        require(report.records, "acknowledged records of this scenario: expected at least 1, got 0")
        lost = [*self._lost_records(report), *self._lost_sessions(report), *self._lost_tasks(report)]
        listed = "; ".join(lost[:5]) + (f"; and {len(lost) - 5} more" if len(lost) > 5 else "")
        acknowledged = f"{len(report.records)} records, {len(report.tasks)} tasks, {len(report.sessions)} sessions"
        require(not lost, f"acknowledged changes ({acknowledged}): expected none lost, got {len(lost)}: {listed}")

    def require_atomic(self, exchanges: Iterable[Exchange]) -> None:
        """Require that no request was executed in part: a task without its job, or a job without its task."""
        ids = list(Report.of(exchanges, self._durable).records)
        partial = self._database.rows(
            "SELECT tasks.id::text AS task, jobs.args->>'task_id' AS job FROM tasks FULL JOIN procrastinate_jobs jobs "
            "ON jobs.args->>'task_id' = tasks.id::text WHERE (tasks.id IS NULL OR jobs.id IS NULL) "
            "AND coalesce(tasks.vod_id::text, jobs.args->>'vod_id') = ANY(:ids)",
            ids=ids,
        )
        found = [
            f"task {one['task']} has no job" if one["task"] else f"job {one['job']} has no task" for one in partial
        ]
        require(not partial, f"partially executed requests: expected none, got {len(found)}: {'; '.join(found)}")

    def require_reported(self, exchanges: Iterable[Exchange], title: str) -> None:
        """Require that no VOD of this title was created, and no record changed, by a request without a response."""
        report = Report.of(exchanges, self._durable)
        rows = self._database.rows("SELECT id::text FROM vods WHERE title = :title", title=title)
        unreported = [f"VOD {row['id']} was created" for row in rows if row["id"] not in report.records]
        acknowledged = [
            Entry(one.table, one.id, {name: one.fields[name][:1] for name in one.fields})
            for one in report.records.values()
            if one.deleted is False
        ]
        for entry in acknowledged:
            row = self._rows(entry.table, [entry.id]).get(entry.id)
            unreported += _lost_fields(entry, row) if row else []
        require(
            not unreported, f"changes without a response: expected none, got {len(unreported)}: {'; '.join(unreported)}"
        )

    def _rows(self, table: str, ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        key = next((record.id_field for record in self._durable if record.table == table), "id")
        found = self._database.rows(f"SELECT * FROM {table} WHERE {key}::text = ANY(:ids)", ids=list(ids))
        return {str(row[key]): row for row in found}

    def _lost_records(self, report: Report) -> Iterator[str]:
        for table in sorted({entry.table for entry in report.records.values()}):
            entries = {id: entry for id, entry in report.records.items() if entry.table == table}
            rows = self._rows(table, entries)
            for id, entry in entries.items():
                row = rows.get(id)
                if row is None and entry.deleted is False:
                    yield f"{table} {id} was created and is missing"
                elif row is not None and entry.deleted is True:
                    yield f"{table} {id} was deleted and exists"
                elif row is not None:
                    yield from _lost_fields(entry, row)

    def _lost_sessions(self, report: Report) -> Iterator[str]:
        stored = self._rows("auth_sessions", report.sessions)
        yield from (f"session {id} was opened and is missing" for id in sorted(report.sessions - stored.keys()))

    def _lost_tasks(self, report: Report) -> Iterator[str]:
        expected = {task: vod for task, vod in report.tasks.items() if report.records[vod].deleted is False}
        try:
            eventually(
                "accepted tasks that have not ended",
                lambda: self._unended(expected),
                lambda unended: not unended,
                expected="none",
                within=ENDED_WITHIN,
            )
        except PollingTimeout:
            yield from (f"task {task} was accepted and {state}" for task, state in self._unended(expected).items())
            return
        for task, row in self._rows("tasks", expected).items():
            if row["status"] == "failed" and not row["error"]:
                yield f"task {task} failed without a reason"
            elif row["status"] == "completed" and row["kind"] == "transcription":
                yield from self._effects(expected[task])

    def _unended(self, expected: Iterable[str]) -> dict[str, str]:
        rows = self._rows("tasks", expected)
        return {
            task: f"is still {rows[task]['status']}" if task in rows else "is missing"
            for task in expected
            if task not in rows or rows[task]["status"] not in ("completed", "failed")
        }

    def _effects(self, vod: str) -> Iterator[str]:
        """Yield each error of the effect of a captioning, which must exist once."""
        history = self._database.rows(
            "SELECT new_status FROM vod_status_history WHERE vod_id::text = :vod ORDER BY id", vod=vod
        )
        statuses = [str(change["new_status"]) for change in history]
        if statuses.count("completed") != 1 or statuses[-1] != "completed":
            yield f"VOD {vod} was captioned and passed through {', '.join(statuses) or 'no status'}"
        if not self._database.count("transcriptions", vod_id=vod):
            yield f"VOD {vod} was captioned and has no transcription"


def _lost_fields(entry: Entry, row: Mapping[str, Any]) -> Iterator[str]:
    for name, allowed in entry.fields.items():
        if name in row and row[name] not in allowed:
            expected = " or ".join(map(format_value, allowed))
            yield f"{name} of {entry.table} {entry.id}: expected {expected}, got {format_value(row[name])}"


def _json(body: bytes | None) -> Mapping[str, Any]:
    try:
        content = strict_json.parse(body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _session_of(token: str) -> str:
    """Return the session id of a token or an Authorization header."""
    payload = token.rpartition(" ")[2].split(".")[1]
    claims: Mapping[str, Any] = strict_json.parse(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["jti"])
