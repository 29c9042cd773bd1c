"""The ledger: every write of a scenario that the platform acknowledged, compared with the stores."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from support.checks.comparison import require, shown
from support.drivers.database import DatabaseDriver
from support.evidence.recorder import Exchange
from support.polling import PollingTimeout, eventually

ENDED_WITHIN = 15.0  # seconds for all accepted work to end, after whatever happened
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
    """What is known of one record: the fields that were acknowledged, and what else they may hold.

    A request that was not answered may have been carried out, so its values are allowed beside the acknowledged ones.
    """

    table: str
    id: str
    fields: dict[str, list[Any]] = field(default_factory=dict)
    gone: bool | None = False  # None: somebody asked for it to be deleted and was not answered


@dataclass
class Report:
    """What was acknowledged: records, work that was accepted, sessions."""

    durable: Sequence[DurableRecord]
    records: dict[str, Entry] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, exchanges: Iterable[Exchange], durable: Sequence[DurableRecord]) -> Report:
        """Read what was acknowledged from what was asked and answered."""
        book = cls(durable)
        for exchange in sorted(exchanges, key=lambda one: one.started):
            book.enter(exchange)
        return book

    def enter(self, exchange: Exchange) -> None:
        """Take in one exchange."""
        path = urlsplit(exchange.url).path
        known = exchange.status is not None and exchange.status < 400
        # A refusal in order, below 500, left everything as it was; after anything else nobody can say.
        possible = exchange.status is None or exchange.status >= 500
        sent, told = _json(exchange.request_body), _json(exchange.response_body)
        created = {record.create_path: record for record in self.durable}
        if exchange.method == "POST" and path in created and known:
            self._created(created[path], sent, told)
        elif path == "/api/auth/login" and known:
            self.sessions.add(_session_of(told["access_token"]))
        elif path == "/api/auth/logout" and exchange.method == "POST":
            self.sessions.discard(_session_of(exchange.request_headers.get("Authorization", "")))
        elif (thing := _RECORD.fullmatch(path)) and any(thing["path"] == record.path for record in self.durable):
            self._changed(thing, exchange.method, sent, told, known=known, possible=possible)

    def _created(self, record: DurableRecord, sent: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        fields = {name: [value] for name, value in sent.items() if name in told and not isinstance(value, dict)}
        id = str(told[record.id_field])
        self.records[id] = Entry(record.table, id, fields)

    def _changed(
        self,
        thing: re.Match[str],
        method: str,
        sent: Mapping[str, Any],
        told: Mapping[str, Any],
        *,
        known: bool,
        possible: bool,
    ) -> None:
        entry = self.records.get(thing["id"])
        if entry is None or not (known or possible):
            return  # of what this scenario has not made, or nothing happened
        if known and "task_id" in told:
            self.tasks[told["task_id"]] = thing["id"]
        if thing["action"]:
            return
        if method == "DELETE":
            entry.gone = True if known else None
        elif method in ("PUT", "PATCH"):
            columns = next(record.columns for record in self.durable if record.path == thing["path"])
            for sent_name, value in sent.items():
                name = columns.get(sent_name, sent_name)
                entry.fields[name] = [value] if known else [*entry.fields.get(name, []), value]


class DurabilityLedger:
    """Compares what was acknowledged with the database."""

    def __init__(self, database: DatabaseDriver, durable: Sequence[DurableRecord]) -> None:
        self._database = database
        self._durable = durable

    def require_durable(self, exchanges: Iterable[Exchange]) -> None:
        """Fail with everything acknowledged that is not in the stores, or not as it was acknowledged.

        Accepted work must come to an end: completed, or failed with a reason; captioned work to its effect, once.
        """
        book = Report.of(exchanges, self._durable)
        require(book.records, "nothing was acknowledged in this scenario, so nothing could be lost: it shows nothing")
        lost = [*self._lost_records(book), *self._lost_sessions(book), *self._lost_tasks(book)]
        told = "; ".join(lost[:5]) + (f"; and {len(lost) - 5} more" if len(lost) > 5 else "")
        acknowledged = f"{len(book.records)} records, {len(book.tasks)} pieces of work, {len(book.sessions)} sessions"
        require(not lost, f"of what was acknowledged ({acknowledged}) nothing should be lost, but {told}")

    def require_atomic(self, exchanges: Iterable[Exchange]) -> None:
        """Fail where a request was carried out in part: a piece of work without its job, or a job without its work."""
        ours = list(Report.of(exchanges, self._durable).records)
        halves = self._database.rows(
            "SELECT tasks.id::text AS task, jobs.args->>'task_id' AS job FROM tasks FULL JOIN procrastinate_jobs jobs "
            "ON jobs.args->>'task_id' = tasks.id::text WHERE (tasks.id IS NULL OR jobs.id IS NULL) "
            "AND coalesce(tasks.vod_id::text, jobs.args->>'vod_id') = ANY(:ours)",
            ours=ours,
        )
        told = [f"task {half['task']} has no job" if half["task"] else f"job of {half['job']}" for half in halves]
        require(not halves, f"every request should be carried out whole or not at all, but {'; '.join(told)}")

    def require_reported(self, exchanges: Iterable[Exchange], title: str) -> None:
        """Fail where a VOD of this title was made, or a record changed, by a request that was not answered."""
        book = Report.of(exchanges, self._durable)
        rows = self._database.rows("SELECT id::text FROM vods WHERE title = :title", title=title)
        untold = [f"VOD {row['id']} was made, and nobody was told" for row in rows if row["id"] not in book.records]
        told_only = [
            Entry(one.table, one.id, {name: one.fields[name][:1] for name in one.fields})
            for one in book.records.values()
            if one.gone is False
        ]
        for entry in told_only:
            row = self._rows(entry.table, [entry.id]).get(entry.id)
            untold += _lost_fields(entry, row) if row else []
        require(not untold, f"no request should be carried out without its answer, but {'; '.join(untold)}")

    def _rows(self, table: str, ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
        key = next((record.id_field for record in self._durable if record.table == table), "id")
        found = self._database.rows(f"SELECT * FROM {table} WHERE {key}::text = ANY(:ids)", ids=list(ids))
        return {str(row[key]): row for row in found}

    def _lost_records(self, book: Report) -> Iterator[str]:
        for table in sorted({entry.table for entry in book.records.values()}):
            entries = {id: entry for id, entry in book.records.items() if entry.table == table}
            rows = self._rows(table, entries)
            for id, entry in entries.items():
                row = rows.get(id)
                if row is None and entry.gone is False:
                    yield f"{table} {id} was created and is not there"
                elif row is not None and entry.gone is True:
                    yield f"{table} {id} was deleted and is there"
                elif row is not None:
                    yield from _lost_fields(entry, row)

    def _lost_sessions(self, book: Report) -> Iterator[str]:
        there = self._rows("auth_sessions", book.sessions)
        yield from (f"session {id} was opened and is gone" for id in sorted(book.sessions - there.keys()))

    def _lost_tasks(self, book: Report) -> Iterator[str]:
        expected = {task: vod for task, vod in book.tasks.items() if book.records[vod].gone is False}
        try:
            eventually(
                "accepted work that has not ended",
                lambda: self._unended(expected),
                lambda unended: not unended,
                expected="none",
                within=ENDED_WITHIN,
            )
        except PollingTimeout:
            yield from (f"work {task} was accepted and {state}" for task, state in self._unended(expected).items())
            return
        for task, row in self._rows("tasks", expected).items():
            if row["status"] == "failed" and not row["error"]:
                yield f"work {task} failed without a reason"
            elif row["status"] == "completed" and row["kind"] == "transcription":
                yield from self._effects(expected[task])

    def _unended(self, expected: Iterable[str]) -> dict[str, str]:
        rows = self._rows("tasks", expected)
        return {
            task: f"is still {rows[task]['status']}" if task in rows else "is not there"
            for task in expected
            if task not in rows or rows[task]["status"] not in ("completed", "failed")
        }

    def _effects(self, vod: str) -> Iterator[str]:
        """Yield what is wrong with the effect of a captioning: it must be there, once."""
        history = self._database.rows(
            "SELECT new_status FROM vod_status_history WHERE vod_id::text = :vod ORDER BY id", vod=vod
        )
        told = [str(change["new_status"]) for change in history]
        if told.count("completed") != 1 or told[-1] != "completed":
            yield f"VOD {vod} was captioned, but went through {', '.join(told) or 'nothing'}"
        if not self._database.count("transcriptions", vod_id=vod):
            yield f"VOD {vod} was captioned and has no transcription"


def _lost_fields(entry: Entry, row: Mapping[str, Any]) -> Iterator[str]:
    for name, allowed in entry.fields.items():
        if name in row and row[name] not in allowed:
            wanted = " or ".join(map(shown, allowed))
            yield f"{entry.table} {entry.id}: {name} should be {wanted}, but is {shown(row[name])}"


def _json(body: bytes | None) -> Mapping[str, Any]:
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _session_of(token: str) -> str:
    """Return the session that a token, or the header that carries it, names."""
    payload = token.rpartition(" ")[2].split(".")[1]
    claims: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["jti"])
