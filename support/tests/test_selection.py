"""Whether a selection can give a verdict, with features parsed from text."""

from pathlib import Path

import pytest
from behave.configuration import Configuration
from behave.model import Feature
from behave.model_type import FileLocation
from behave.parser import parse_feature
from behave.runner_util import parse_features

from support import tags
from support.exits import ExitCode, SelectionError, UsageError
from support.runner.locations import refuse_missing_places
from support.runner.selection import refuse, selected
from support.tests.project import PROJECT

TEXT = """\
@needs.database
Feature: Captioning
  Rule: A recording becomes a captioned VOD
    @smoke @id.VOD-040
    Scenario: A council meeting
      Given a step

    @slow
    Scenario Outline: A <condition> recording
      Given a step

      Examples:
        | condition |
        | corrupt   |
        | empty     |
"""
SCENARIO_LINE = 5
MEETING, CORRUPT, EMPTY = "A council meeting", "A corrupt recording", "A empty recording"


@pytest.fixture
def feature() -> Feature:
    return parse_feature(TEXT)


def asked(*arguments: str) -> Configuration:
    return Configuration(command_args=list(arguments), load_config=False)


def names(feature: Feature, *arguments: str) -> list[str]:
    return [scenario.name.partition(" -- ")[0] for scenario in selected([feature], asked(*arguments))]


def refusal(features: list[Feature], *arguments: str) -> str:
    with pytest.raises(SelectionError) as stop:
        refuse(features, asked(*arguments))
    assert stop.value.exit_code == ExitCode.SELECTION
    return str(stop.value)


class TestSelecting:
    @pytest.mark.parametrize(
        "arguments, expected",
        [
            ([], [MEETING, CORRUPT, EMPTY]),
            (["--tags=@smoke"], [MEETING]),
            (["--tags=not @smoke"], [CORRUPT, EMPTY]),
            (["--tags=@needs.database"], [MEETING, CORRUPT, EMPTY]),
            (["--tags=@id.VOD-*"], [MEETING]),
            (["--name=corrupt"], [CORRUPT]),
            (["--name=recording", "--tags=@smoke"], []),
        ],
    )
    def test_tags_and_names_select_scenarios_and_rows_of_examples(
        self, feature: Feature, arguments: list[str], expected: list[str]
    ) -> None:
        assert names(feature, *arguments) == expected

    def test_a_line_of_a_file_selects_its_scenario(self, tmp_path: Path) -> None:
        file = tmp_path / "captioning.feature"
        file.write_text(TEXT)
        [feature] = parse_features([FileLocation(str(file), SCENARIO_LINE)])
        assert names(feature) == [MEETING]


class TestRefusingNothing:
    @pytest.mark.parametrize("arguments", [[], ["--tags=@slow"], ["--name=council"]])
    def test_a_selection_with_a_scenario_passes(self, feature: Feature, arguments: list[str]) -> None:
        refuse([feature], asked(*arguments))

    def test_one_selected_scenario_among_many_features_is_enough(self, feature: Feature) -> None:
        another = parse_feature("Feature: Another\n Scenario: It is\n  Given a step")
        refuse([another, feature], asked("--tags=@smoke"))

    def test_a_typo_in_a_tag_is_told_with_what_was_probably_meant(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@smok") == (
            "Nothing was run. @smok is no tag of the vocabulary (did you mean @smoke?)."
        )

    def test_a_typo_is_told_even_where_the_rest_of_the_expression_selects(self, feature: Feature) -> None:
        assert "@slwo is no tag of the vocabulary (did you mean @slow?)" in refusal([feature], "--tags=@smoke or @slwo")

    def test_a_pattern_of_tags_that_nothing_matches_is_told(self, feature: Feature) -> None:
        assert "No scenario has the tag @id.ACC-*" in refusal([feature], "--tags=@id.ACC-*")
        assert "No scenario has the tag" not in refusal([feature], "--tags=@id.VOD-* and @slow")

    def test_a_known_tag_that_no_scenario_has_is_told(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@id.VOD-041").endswith(
            "No scenario has the tag @id.VOD-041; did you mean @id.VOD-040?"
        )

    def test_known_tags_that_never_meet_are_told_without_a_guess(self, feature: Feature) -> None:
        sentence = refusal([feature], "--tags=@smoke and @slow")
        assert "--tags='@smoke and @slow'" in sentence
        assert "No scenario has the tag" not in sentence

    def test_a_name_that_nothing_has_is_told(self, feature: Feature) -> None:
        assert refusal([feature], "--name=budget") == "Nothing to run: no scenario matches --name=budget."

    def test_tags_and_names_are_told_together(self, feature: Feature) -> None:
        sentence = refusal([feature], "--tags=@smoke", "--name=recording")
        assert sentence == "Nothing to run: no scenario matches --tags=@smoke --name=recording."

    def test_no_feature_is_nothing_to_run(self) -> None:
        assert refusal([]) == "Nothing to run: the features hold no scenario."


STEP = "\n  Given a step"


class TestRefusingWhatCannotTell:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("Feature: Empty", 'The feature "Empty" (<string>:1) has no scenario.'),
            ("Feature: F\n Scenario: Nothing happens", '"Nothing happens" (<string>:2) has no step.'),
            (f"Feature: F\n Scenario Outline: O{STEP}", 'The outline "O" (<string>:2) has no Examples.'),
            (
                f"Feature: F\n Scenario Outline: O <a>{STEP}\n  Examples:\n   | a |",
                'The Examples of "O <a>" (<string>:4) have no row.',
            ),
            (
                f"Feature: F\n Scenario: Same{STEP}\n Scenario: Same{STEP}",
                'The feature "F" (<string>:1) has 2 scenarios called "Same".',
            ),
            (
                f"Feature: F\n Scenario Outline: O{STEP}\n  Examples:\n   | a |\n   | 1 |\n   | 1 |",
                'The feature "F" (<string>:1) has 2 scenarios called "O (a 1)".',
            ),
            (
                f"@smokey\nFeature: F\n Scenario: S{STEP}",
                "@smokey is no tag of the vocabulary (did you mean @smoke?) (<string>:2).",
            ),
        ],
    )
    def test_it_is_told_what_and_where(self, text: str, sentence: str) -> None:
        assert refusal([parse_feature(text)]) == f"Nothing was run. {sentence}"

    def test_equal_titles_under_different_rules_are_told_apart(self) -> None:
        rules = "".join(f"\n Rule: {name}\n  Scenario: Same{STEP}" for name in ("One", "Two"))
        refuse([parse_feature(f"Feature: F{rules}")], asked())

    def test_rows_of_an_outline_are_told_apart_by_their_values(self) -> None:
        text = f"Feature: F\n Scenario Outline: O{STEP}\n  Examples:\n   | a |\n   | 1 |\n   | 2 |"
        refuse([parse_feature(text)], asked())

    def test_everything_that_is_wrong_is_told_at_once(self) -> None:
        features = [parse_feature("Feature: One"), parse_feature("Feature: Two")]
        assert refusal(features).count("has no scenario") == 2


@pytest.mark.parametrize(
    "name, told",
    [
        ("features/interfce", "There is no features/interfce. Did you mean features/interface?"),
        (
            "features/vod/captoning.feature:10",
            "There is no features/vod/captoning.feature. Did you mean features/vod/captioning.feature?",
        ),
        ("@reports/nothing.txt", "There is no reports/nothing.txt. Features are in features/."),
    ],
)
def test_a_path_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(UsageError) as stop:
        refuse_missing_places([name])
    assert str(stop.value) == told


def test_paths_that_are_there_are_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    refuse_missing_places(["features", "features/vod/captioning.feature:10", "features/vod/"])


@pytest.mark.parametrize(
    "tag, told",
    [
        ("need.database", "did you mean @needs.database?"),
        ("id.VOD-40", "capitals, a hyphen and three digits, as in @id.VOD-040"),
        ("smoek", "did you mean @smoke?"),
    ],
)
def test_an_unknown_tag_is_told_with_what_was_probably_meant(tag: str, told: str) -> None:
    assert told in tags.explain_unknown(tag)
