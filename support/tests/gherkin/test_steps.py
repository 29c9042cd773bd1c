"""The index of step texts, and the explanation of an undefined step."""

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
from support.gherkin.steps import StepEntry, StepText, explain
from support.tests.project import PROJECT

TECHNICAL = ("http", "database", "redis", "files", "partners", "websocket")


@pytest.fixture(scope="module")
def entries() -> Iterator[list[StepEntry]]:
    registry.clear()
    parameter_types.register(PARAMETER_TYPES)
    load_step_modules([str(PROJECT / "steps")])
    found = step_index.build_index(registry)
    step_index.record_uses(found, step_index.read_features([PROJECT / "features"]))
    yield found
    registry.clear()


@pytest.fixture
def step_texts(entries: list[StepEntry]) -> list[StepText]:
    return [text for entry in entries for text in entry.step_texts]


def explanation(step_texts: list[StepText], step: str) -> str:
    keyword, _, text = step.partition(" ")
    return explain(keyword.lower(), text, step_texts)


class TestTheIndex:
    def test_each_step_has_a_summary_and_an_example(self, entries: list[StepEntry]) -> None:
        assert [entry.function for entry in entries if not entry.summary or not entry.example] == []

    def test_each_example_is_a_step_of_a_feature(self, entries: list[StepEntry]) -> None:
        """Authors copy examples, so each must work unchanged."""
        wrong = [
            f"{entry.example} (steps/{entry.module}.py, {entry.function}): take a line of {entry.places[:1]}"
            for entry in entries
            if entry.runs_at is None
        ]
        assert wrong == [], "examples that no feature runs"

    def test_an_example_that_no_feature_says_runs_nowhere(self, entries: list[StepEntry]) -> None:
        [entry] = [entry for entry in entries if entry.function == "response_took_at_most"]
        assert replace(entry, example="Then the response took at most 17 hours").runs_at is None

    def test_each_technical_step_text_is_used(self, entries: list[StepEntry]) -> None:
        """Every variant: with and without a table, once and within a time."""
        unused = [
            str(text) for entry in entries if entry.module in TECHNICAL for text in entry.step_texts if not text.uses
        ]
        assert unused == []

    def test_an_entry_has_the_places_of_its_uses(self, entries: list[StepEntry]) -> None:
        [entry] = [entry for entry in entries if entry.function == "sign_in"]
        assert any("signing_in.feature" in place for place in entry.places)

    def test_the_page_is_complete_and_self_contained(
        self, entries: list[StepEntry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(steps, "entries", lambda: entries)
        page = steps.write_page(tmp_path / "reports" / "steps.html").read_text()
        assert page.count("<article") == len(entries)
        assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)

    def test_an_unknown_word_is_rejected_with_a_suggestion(
        self, entries: list[StepEntry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(steps, "entries", lambda: entries)
        with pytest.raises(UsageError, match="No step text contains bicycle"):
            list(steps._printed(entries, ["bicycle"]))
        with pytest.raises(UsageError, match=r"No step text contains recieve\. Did you mean \"receives?\"\?"):
            list(steps._printed(entries, ["recieve"]))

    @pytest.mark.usefixtures("entries")
    def test_an_incomplete_feature_does_not_hide_the_steps(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "half.feature").write_text("Feature: Half\n  Scenario: One\n    Given Vera is signed in\n    Wh")
        (tmp_path / "whole.feature").write_text("Feature: Whole\n  Scenario: One\n    Given Vera is signed in\n")
        monkeypatch.setattr(step_index, "FEATURES", tmp_path)
        [entry] = [entry for entry in steps.entries() if entry.example == "Given Dana is signed in"]
        assert [place.rpartition("/")[2] for place in entry.places] == ["whole.feature:3"]

    def test_words_are_searched_one_by_one_if_not_found_together(self, entries: list[StepEntry]) -> None:
        first, *found = steps._printed(entries, ["live", "updates"])
        assert first == "No step text contains live and updates. Some contain one of them:"
        assert any("live" in line for line in found)

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            ("parameters session", "  {…:SessionState}"),
            ("values characters", "  {a text of 256 characters}        a text of this length, the same one each time"),
            ("tags smoke", "  @smoke "),
        ],
    )
    def test_lists_are_filtered_by_words(self, arguments: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main.main(arguments.split()) == ExitCode.PASSED
        found = capsys.readouterr().out.splitlines()
        assert any(one.startswith(line) for one in found)
        assert all(arguments.split()[1] in one.lower() for one in found)
        assert main.main([*arguments.split(), "bicycle"]) == ExitCode.USAGE

    def test_a_step_is_found_by_its_values_but_not_by_personas(
        self, entries: list[StepEntry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(steps, "entries", lambda: entries)
        assert "Given {component:Component} is {mode:FailureMode}" in list(steps._printed(entries, ["frozen"]))
        assert len(list(steps._printed(entries, ["mallory"]))) < 100

    @pytest.mark.parametrize("word", ["values", "parameters", "tags"])
    def test_each_list_is_a_command_of_its_own(self, word: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main.main([word]) == 0
        alone = capsys.readouterr().out
        assert main.main(["steps", word]) == 0
        assert capsys.readouterr().out == alone


class TestAnUndefinedStep:
    @pytest.mark.parametrize(
        "step, nearest",
        [
            ("Given Dana is logged in", "Given {who:Actor} is signed in"),
            ("When Dana issues GET /api/health", "When {who:Caller} sends {request:Request}"),
            ("Then the reponse is 200", "Then the response is {status:Status}"),
            ("Then nothing changed", "Then nothing was changed"),
            ('Given a VOD "City Council" of Dana', "Given {who:Actor} has the VOD {title:Quoted}"),
            (
                'Then the table "vods" has 3 records with',
                "Then {within:Within}the table {table:Quoted} has {count:Rows} with",
            ),
        ],
    )
    def test_the_nearest_three_step_texts_are_shown(self, step_texts: list[StepText], step: str, nearest: str) -> None:
        lines = explanation(step_texts, step).splitlines()
        shown = [line.strip() for line in lines[lines.index("Nearest step texts:") :] if line.startswith("  ")]
        assert nearest in [line for line in shown if not line.startswith("for instance")][:3]
        assert "def step_impl" not in explanation(step_texts, step)

    @pytest.mark.parametrize(
        "step, sentence",
        [
            ("Given Bob is signed in", f"Known: {', '.join(PERSONAS)}"),
            ("Given dana is signed in", 'Did you mean "Dana"?'),
            ('Given Dana has a broken recording of "x"', "Known: clear, silent, corrupt"),
            ("Then the response took at most 2 parsecs", "with one of the units ms, seconds, minutes"),
            ('Given Cablecast responds to "creating VOD" with 503, twice', '"creating a VOD"'),
            ("Then the response is OK", "Invalid value OK: expected an HTTP status code"),
            (
                "When Dana sends get /api/health",
                "Invalid value get /api/health: expected a method in capitals and a path",
            ),
            ("When Dana sends GET /api/vod/{vod.id", "A brace is not closed, or not opened"),
            ('Then the queue has 1 lost job referring to "x"', "succeeded"),
            (
                "Then the admin queue counts 2 as finished and shows a live worker",
                "Known: pending, processing, completed, f",
            ),
        ],
    )
    def test_an_invalid_value_is_shown_with_the_known_ones(
        self, step_texts: list[StepText], step: str, sentence: str
    ) -> None:
        assert sentence in explanation(step_texts, step)

    def test_only_the_best_match_is_explained(self, step_texts: list[StepText]) -> None:
        """Each similar step text would have another reason for the same step."""
        wrong = [
            line
            for line in explanation(step_texts, "When Dan sends GET /api/vod/list").splitlines()
            if "Invalid" in line
        ]
        assert len(wrong) == 1
        assert wrong[0].startswith("Invalid value Dan: expected who sends a request")
        assert 'Did you mean "Dana"? Known: Dana, Erin, Mona, Omar' in wrong[0]

    @pytest.mark.parametrize(
        ("step", "difference"),
        [
            ('Given Cablecast responds to "creating a VOD" with 503', 'Yours lacks "{times:Repeat}".'),
            ("Then the  protected endpoint returns her user name", "Several blanks between two words: expected one."),
            ("Then The protected endpoint returns her user name", 'Yours has "The" instead of "the".'),
            (
                "Then nothing was changed # really",
                'Yours has "# really" in addition. A comment needs a line of its own.',
            ),
            ("When Dana sends post /api/vod/create with", "Invalid value post /api/vod/create: expected a method"),
            ('Then the "City Council" is not linked and the show "x" is suggested', 'Yours lacks "VOD".'),
        ],
    )
    def test_the_first_step_text_is_explained(self, step_texts: list[StepText], step: str, difference: str) -> None:
        assert any(line.startswith(difference) for line in explanation(step_texts, step).splitlines()[1:4])

    def test_a_step_text_of_another_keyword_is_shown_first(self, step_texts: list[StepText]) -> None:
        lines = explanation(step_texts, "When the API is stopped").splitlines()
        assert "This step text is defined for Given, not for When." in lines
        assert lines[lines.index("Nearest step texts:") + 1] == "  Given {component:Component} is {mode:FailureMode}"

    def test_an_example_is_shown_with_its_own_step_text_only(self, step_texts: list[StepText]) -> None:
        assert "for instance: When" not in explanation(step_texts, "Given the API was stoped")


def test_completion_of_the_editor_has_every_parameter(entries: list[StepEntry]) -> None:
    settings = json.loads(steps.editor_settings())
    completed = {one["name"] for one in settings["cucumber.parameterTypes"]}
    names = {(name, kind) for e in entries for s in e.step_texts for _, name, kind in s.parts if name}
    assert {f"{name}:{kind}" for name, kind in names} <= completed


def test_the_settings_of_the_editor_are_current(entries: list[StepEntry]) -> None:
    current = (PROJECT / ".vscode" / "settings.json").read_text(encoding="utf-8")
    assert current == steps.editor_settings(), "run: acceptance steps --editor"
