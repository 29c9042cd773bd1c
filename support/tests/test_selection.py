"""Whether a selection can give a verdict, with features parsed from text."""

from pathlib import Path

import pytest
from behave.configuration import Configuration
from behave.model import Feature
from behave.model_type import FileLocation
from behave.parser import parse_feature
from behave.runner_util import parse_features

from support.exits import ExitCode, SelectionError
from support.runner.selection import refuse_nothing, selected

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
        refuse_nothing(features, asked(*arguments))
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
        refuse_nothing([feature], asked(*arguments))

    def test_one_selected_scenario_among_many_features_is_enough(self, feature: Feature) -> None:
        refuse_nothing([parse_feature("Feature: Empty"), feature], asked("--tags=@smoke"))

    def test_a_typo_in_a_tag_is_told_with_what_was_probably_meant(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@smok") == (
            "Nothing to run: no scenario matches --tags=@smok. No scenario has the tag @smok; did you mean @smoke?"
        )

    def test_a_pattern_of_tags_that_nothing_matches_is_told(self, feature: Feature) -> None:
        assert "No scenario has the tag @id.ACC-*" in refusal([feature], "--tags=@id.ACC-*")
        assert "No scenario has the tag" not in refusal([feature], "--tags=@id.VOD-* and @slow")

    def test_a_tag_unlike_all_others_is_told(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@zzz").endswith("No scenario has the tag @zzz.")

    def test_the_unknown_one_of_several_tags_is_told(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@smoke and not @slow and @needs.databse").endswith(
            "No scenario has the tag @needs.databse; did you mean @needs.database?"
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

    @pytest.mark.parametrize("features", [[], [parse_feature("Feature: Without scenarios")]], ids=["none", "empty"])
    def test_features_without_scenarios_are_nothing_to_run(self, features: list[Feature]) -> None:
        assert refusal(features) == "Nothing to run: the features hold no scenario."
