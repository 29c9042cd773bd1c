"""The catalogue of sentences, and what an unknown one is told."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from behave.runner_util import load_step_modules
from behave.step_registry import registry

from support import parameters, steps, vocabulary
from support.exits import UsageError
from support.personas import PERSONAS
from support.tests.project import PROJECT
from support.vocabulary import Entry, Sentence, explain

TECHNICAL = ("http", "database", "redis", "files", "partners", "websocket")


@pytest.fixture(scope="module")
def entries() -> Iterator[list[Entry]]:
    registry.clear()
    parameters.register()
    load_step_modules([str(PROJECT / "steps")])
    found = vocabulary.catalogue(registry)
    vocabulary.note_uses(found, vocabulary.read_features([PROJECT / "features"]))
    yield found
    registry.clear()


@pytest.fixture
def sentences(entries: list[Entry]) -> list[Sentence]:
    return [sentence for entry in entries for sentence in entry.sentences]


def told(sentences: list[Sentence], step: str) -> str:
    keyword, _, text = step.partition(" ")
    return explain(keyword.lower(), text, sentences)


class TestTheCatalogue:
    def test_it_tells_what_each_step_does(self, entries: list[Entry]) -> None:
        assert [entry.function for entry in entries if not entry.meaning or not entry.example] == []

    def test_each_example_is_run_by_a_feature_word_for_word(self, entries: list[Entry]) -> None:
        """What the catalogue shows is copied. So it must work as it stands, not only something like it."""
        wrong = [
            f"{entry.example} (steps/{entry.module}.py, {entry.function}): take a line of {entry.places[:1]}"
            for entry in entries
            if entry.runs_at is None
        ]
        assert wrong == [], "examples that no feature runs"

    def test_an_example_that_no_feature_says_runs_nowhere(self, entries: list[Entry]) -> None:
        [entry] = [entry for entry in entries if entry.function == "answered_within"]
        assert replace(entry, example="Then the answer came within 17 hours").runs_at is None

    def test_each_technical_sentence_is_used(self, entries: list[Entry]) -> None:
        """All forms of it: with and without a table, once and within a time."""
        unused = [
            str(sentence)
            for entry in entries
            if entry.module in TECHNICAL
            for sentence in entry.sentences
            if not sentence.uses
        ]
        assert unused == []

    def test_it_tells_where_a_sentence_is_used(self, entries: list[Entry]) -> None:
        [entry] = [entry for entry in entries if entry.function == "sign_in"]
        assert any("signing_in.feature" in place for place in entry.places)

    def test_the_page_holds_every_sentence_and_needs_nothing_else(
        self, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(steps, "entries", lambda: entries)
        page = steps.write_page(tmp_path / "reports" / "steps.html").read_text()
        assert page.count("<article") == len(entries)
        assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)

    def test_a_word_that_no_sentence_holds_says_what_else_to_try(
        self, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(steps, "entries", lambda: entries)
        with pytest.raises(UsageError, match="No sentence holds bicycle"):
            list(steps._printed(entries, ["bicycle"]))


class TestAnUnknownSentence:
    @pytest.mark.parametrize(
        "step, nearest",
        [
            ("Given Dana is logged in", "Given {who:Actor} is signed in"),
            ("When Dana issues GET /api/health", "When {who:Caller} sends {request:Request}"),
            ("Then the response is 200", "Then the answer is {status:Status}"),
            ("Then nothing changed", "Then nothing was changed"),
            ('Given a VOD "City Council" of Dana', "Given the VOD {title:Quoted} of {who:Actor}"),
            ('Then the table "vods" has 3 records with', "Then the table {table:Quoted} has {count:Rows} with"),
        ],
    )
    def test_it_is_told_the_nearest_three(self, sentences: list[Sentence], step: str, nearest: str) -> None:
        lines = told(sentences, step).splitlines()
        shown = [line.strip() for line in lines[lines.index("The nearest sentences:") :] if line.startswith("  ")]
        assert nearest in [line for line in shown if not line.startswith("for instance")][:3]
        assert "def step_impl" not in told(sentences, step)

    @pytest.mark.parametrize(
        "step, sentence",
        [
            ("Given Bob is signed in", f"Known: {', '.join(PERSONAS)}"),
            ("Given dana is signed in", "Did you mean Dana?"),
            ('Given Dana has a broken recording of "x"', "Known: clear, silent, corrupt"),
            ("Then the answer came within 2 parsecs", "with one of the units ms, seconds, minutes"),
            ("Then the answer is OK", "OK does not fit: here stands an HTTP status code"),
            (
                "When Dana sends get /api/health",
                "get /api/health does not fit: here stands a method in capitals and a path",
            ),
            ("When Dana sends GET /api/vod/{vod.id", "A brace is opened and not closed"),
            ('Then the queue has 1 lost job about "x"', "succeeded"),
            ('Then the VOD "x" is still finished', "Known: pending, processing, completed, failed"),
        ],
    )
    def test_a_value_that_does_not_fit_says_what_is_known(
        self, sentences: list[Sentence], step: str, sentence: str
    ) -> None:
        assert sentence in told(sentences, step)

    def test_a_sentence_for_another_keyword_says_so(self, sentences: list[Sentence]) -> None:
        assert "It is a sentence for Then, not for When." in told(sentences, "When nothing was changed")


def test_the_completion_of_the_editor_is_told_every_parameter(entries: list[Entry]) -> None:
    settings = json.loads(steps.editor_settings())
    told = {one["name"] for one in settings["cucumber.parameterTypes"]}
    names = {(name, kind) for e in entries for s in e.sentences for _, name, kind in s.parts if name}
    assert {f"{name}:{kind}" for name, kind in names} <= told
