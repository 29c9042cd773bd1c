"""The catalogue of sentences, and what an unknown one is told."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from behave.runner_util import load_step_modules
from behave.step_registry import registry

from support.capabilities.registry import PARAMETER_TYPES
from support.cli import main, steps
from support.errors import ExitCode, UsageError
from support.gherkin import parameter_types
from support.gherkin import steps as step_index
from support.gherkin.personas import PERSONAS
from support.gherkin.steps import Entry, StepText, explain
from support.tests.project import PROJECT

TECHNICAL = ("http", "database", "redis", "files", "partners", "websocket")


@pytest.fixture(scope="module")
def entries() -> Iterator[list[Entry]]:
    registry.clear()
    parameter_types.register(PARAMETER_TYPES)
    load_step_modules([str(PROJECT / "steps")])
    found = step_index.catalogue(registry)
    step_index.note_uses(found, step_index.read_features([PROJECT / "features"]))
    yield found
    registry.clear()


@pytest.fixture
def sentences(entries: list[Entry]) -> list[StepText]:
    return [sentence for entry in entries for sentence in entry.step_texts]


def told(sentences: list[StepText], step: str) -> str:
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
        [entry] = [entry for entry in entries if entry.function == "response_took_at_most"]
        assert replace(entry, example="Then the response took at most 17 hours").runs_at is None

    def test_each_technical_sentence_is_used(self, entries: list[Entry]) -> None:
        """All forms of it: with and without a table, once and within a time."""
        unused = [
            str(sentence)
            for entry in entries
            if entry.module in TECHNICAL
            for sentence in entry.step_texts
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
        with pytest.raises(UsageError, match=r"No sentence holds recieve\. Did you mean receives\?"):
            list(steps._printed(entries, ["recieve"]))

    @pytest.mark.usefixtures("entries")
    def test_a_feature_that_is_half_written_does_not_hide_the_steps(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "half.feature").write_text("Feature: Half\n  Scenario: One\n    Given Vera is signed in\n    Wh")
        (tmp_path / "whole.feature").write_text("Feature: Whole\n  Scenario: One\n    Given Vera is signed in\n")
        monkeypatch.setattr(step_index, "FEATURES", tmp_path)
        [entry] = [entry for entry in steps.entries() if entry.example == "Given Dana is signed in"]
        assert [place.rpartition("/")[2] for place in entry.places] == ["whole.feature:3"]

    def test_words_that_stand_in_no_sentence_together_are_looked_for_one_by_one(self, entries: list[Entry]) -> None:
        first, *found = steps._printed(entries, ["live", "updates"])
        assert first == "No sentence holds live and updates; these hold one of them:"
        assert "When {who:Actor} follows {subject:Quoted} live" in found

    @pytest.mark.parametrize(
        ("asked", "line"),
        [
            ("words session", "  {…:Fate}          what becomes of a session: goes on, is over"),
            ("values characters", "  {a text of 256 characters}        a text of this length, the same one each time"),
            ("tags smoke", "  @smoke "),
        ],
    )
    def test_lists_are_narrowed_down_by_words(self, asked: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main.main(asked.split()) == ExitCode.PASSED
        found = capsys.readouterr().out.splitlines()
        assert any(one.startswith(line) for one in found)
        assert all(asked.split()[1] in one.lower() for one in found)
        assert main.main([*asked.split(), "bicycle"]) == ExitCode.USAGE

    def test_a_step_is_found_by_the_words_that_it_takes_but_not_by_who_acts(
        self, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(steps, "entries", lambda: entries)
        assert "Given {part:Part} is {kind:Failure}" in list(steps._printed(entries, ["frozen"]))
        assert len(list(steps._printed(entries, ["mallory"]))) < 100

    @pytest.mark.parametrize("word", ["values", "words", "tags"])
    def test_each_list_is_a_command_of_its_own(self, word: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main.main([word]) == 0
        alone = capsys.readouterr().out
        assert main.main(["steps", word]) == 0
        assert capsys.readouterr().out == alone


class TestAnUnknownSentence:
    @pytest.mark.parametrize(
        "step, nearest",
        [
            ("Given Dana is logged in", "Given {who:Actor} is signed in"),
            ("When Dana issues GET /api/health", "When {who:Caller} sends {request:Request}"),
            ("Then the response is 200", "Then the answer is {status:Status}"),
            ("Then nothing changed", "Then nothing was changed"),
            ('Given a VOD "City Council" of Dana', "Given the VOD {title:Quoted} of {who:Actor}"),
            ('Then the table "vods" has 3 records with', "Then {within:Within}the table {table:Quoted} has {count:Rows} with"),
        ],
    )
    def test_it_is_told_the_nearest_three(self, sentences: list[StepText], step: str, nearest: str) -> None:
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
            ('Given Cablecast answers "creating VOD" with 503, twice', '"creating a VOD"'),
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
        self, sentences: list[StepText], step: str, sentence: str
    ) -> None:
        assert sentence in told(sentences, step)

    def test_only_the_sentences_that_fit_best_are_judged(self, sentences: list[StepText]) -> None:
        """Each sentence that fits a little would have something else to say of the same words."""
        wrong = [line for line in told(sentences, "When Dan sends GET /api/vod/list").splitlines() if "fit" in line]
        assert wrong == [
            "Dan does not fit: here stands who sends a request: a persona, who acted last, or nobody. "
            "Did you mean Dana? Known: Dana, Omar, Ravi, Nora, Vera, Mallory, she, he, they, nobody."
        ]

    def test_a_sentence_for_another_keyword_says_so_and_comes_first(self, sentences: list[StepText]) -> None:
        lines = told(sentences, "When the API is stopped").splitlines()
        assert "It is a sentence for Given, not for When." in lines
        assert lines[lines.index("The nearest sentences:") + 1] == "  Given {part:Part} is {kind:Failure}"

    def test_an_example_is_shown_with_its_own_sentence_only(self, sentences: list[StepText]) -> None:
        assert "for instance: When" not in told(sentences, "Given the API was stoped")


def test_the_completion_of_the_editor_is_told_every_parameter(entries: list[Entry]) -> None:
    settings = json.loads(steps.editor_settings())
    told = {one["name"] for one in settings["cucumber.parameterTypes"]}
    names = {(name, kind) for e in entries for s in e.step_texts for _, name, kind in s.parts if name}
    assert {f"{name}:{kind}" for name, kind in names} <= told
