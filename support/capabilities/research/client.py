"""What only research has: moves between states, the stages of the workflow, notes, search and privacy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from support.capabilities.access.client import AccessClient
from support.capabilities.research.resources import DOCUMENT
from support.drivers.http import HttpDriver, Response
from support.evidence.recorder import Recorder
from support.gherkin.personas import Persona
from support.scenario.resources import Resource, ResourceClient

DOCUMENT_BATCH = 100
WHO = ("The bakery", "A carmaker", "The airline", "A brewery", "The shipyard", "A publisher", "The hospital", "A bank")
DOES = ("opens", "closes", "sells", "buys", "repairs", "insures", "paints")
WHAT = ("two factories", "its fleet", "old machines", "a harbour", "new offices", "the warehouse")
SECTORS = ("Food", "Transport", "Health", "Finance")
STAGES: Mapping[str, str] = {"fetched": "fetch", "analysed": "analyse", "reported": "report", "saved": "save"}
"""What a research can be carried to, and the call that does it; it begins as "started"."""


class ResearchClient:
    """Research of one scenario."""

    def __init__(self, records: ResourceClient, access: AccessClient, evidence: Recorder) -> None:
        self._things = records
        self._access = access
        self._evidence = evidence

    def move(self, session: Resource, state: str, fields: Mapping[str, Any] | None = None, *, by: Persona) -> Response:
        """Ask for a transition, with further fields (data) or without without asserting the result."""
        body = {"state": state, **(fields or {})}
        return self._things.send("POST", f"{session.path}/transition", by=by, json=body)

    def moving(self, session: Resource, state: str, *, by: Persona) -> Callable[[HttpDriver], Response]:
        """Return the request for a transition, to be sent later over another connection."""
        token = self._access.token(by)
        path = f"{session.path}/transition"
        return lambda http: http.post(path, actor=by.name, token=token, json={"state": state})

    def stage(self, session: Resource, stage: str, *, by: Persona) -> Response:
        """Ask for one stage of the workflow without asserting the result."""
        return self._things.send("POST", f"{session.path}/{STAGES[stage]}", by=by)

    def carry(self, session: Resource, stage: str, *, by: Persona) -> list[str]:
        """Take a session through every stage up to this one; return the stages it says it went through."""
        order = ["started", *STAGES]
        actual = [str(self._things.read(session).expect(200).document["stage"])]
        ahead = order[order.index(actual[0]) + 1 : order.index(stage) + 1]
        return actual + [str(self.stage(session, each, by=by).expect(200).document["stage"]) for each in ahead]

    def note(self, session: Resource, text: str, *, by: Persona) -> Response:
        """Write private notes on a session without asserting the result."""
        return self._things.send("PUT", f"{session.path}/notes", by=by, json={"notes": text})

    def ingest(self, items: Sequence[Mapping[str, Any]], *, by: Persona) -> Response:
        """Ask for a batch of documents to be ingested without asserting the result."""
        return self._things.create_batch(DOCUMENT, items, by=by)

    def count_documents(self, *, by: Persona) -> int:
        """Return how many documents the persona has."""
        return int(self._things.list(DOCUMENT, {"limit": "1"}, by=by).expect(200).document["total"])

    def search(self, text: str, wishes: Mapping[str, Any], *, by: Persona) -> Response:
        """Search the persona's documents without asserting the result; the report says how long it took."""
        answer = self._things.send("POST", "/api/documents/search", by=by, json={"query": text, **wishes})
        considered = answer.document.get("total", "no")
        self._evidence.attach(
            "Time of the search",
            f"{answer.seconds * 1000:.0f} ms for {considered} documents that pass the filters",
            "text/plain",
        )
        return answer

    def judge_ticker(self, text: str, *, by: Persona) -> Mapping[str, Any]:
        """Return what the platform says about a text as a ticker."""
        return self._things.send("GET", "/api/validate/ticker", by=by, params={"value": text}).expect(200).document

    def export(self, *, by: Persona) -> Response:
        """Ask for everything the platform holds of the persona."""
        return self._things.send("GET", "/api/privacy/export", by=by)

    def erase(self, *, by: Persona) -> Response:
        """Ask for the persona's data to be erased."""
        return self._things.send("POST", "/api/privacy/erase", by=by)

    def returns(self, portfolio: Resource, *, by: Persona) -> Mapping[str, Any]:
        """Return what a portfolio costs, is worth and returns."""
        return self._things.do("requests the returns of", portfolio, by=by).expect(200).document


def filler(count: int, mark: str, *, after: int) -> list[Mapping[str, Any]]:
    """Return documents about all sorts of things, numbered from `after`; no two have the same text."""
    return [
        {
            "content": f"{_one(WHO, number)} {_one(DOES, number // 7)} {_one(WHAT, number // 3)}, note {number}",
            "source_type": "research_notes",
            "source_id": f"filler-{number} · {mark}",
            "metadata": {"sector": _one(SECTORS, number), "number": number},
        }
        for number in range(after, after + count)
    ]


def _one(words: Sequence[str], number: int) -> str:
    return words[number % len(words)]
