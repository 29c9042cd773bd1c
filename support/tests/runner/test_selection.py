"""Whether a selection can give a verdict, with features parsed from text."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from behave.configuration import Configuration
from behave.model import Feature
from behave.model_type import FileLocation
from behave.parser import parse_feature
from behave.runner_util import collect_feature_locations, parse_features

from support.allure.descriptions import described
from support.errors import ExitCode, SelectionError, UsageError
from support.gherkin import tags
from support.report.manifest import Manifest, ScenarioEntry, Status
from support.runner.output.summary import write_lists
from support.runner.selection.locations import reject_missing_places, reject_moved
from support.runner.selection.selection import reject_invalid, selected
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
        reject_invalid(features, asked(*arguments))
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
        reject_invalid([feature], asked(*arguments))

    def test_one_selected_scenario_among_many_features_is_enough(self, feature: Feature) -> None:
        another = parse_feature("Feature: Another\n Scenario: It is\n  Given a step")
        reject_invalid([another, feature], asked("--tags=@smoke"))

    def test_a_typo_in_a_tag_is_told_with_what_was_probably_meant(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@smok") == ("Invalid selection. unknown tag @smok. Did you mean @smoke?.")

    def test_a_typo_is_told_even_where_the_rest_of_the_expression_selects(self, feature: Feature) -> None:
        assert "unknown tag @slwo. Did you mean @slow?" in refusal([feature], "--tags=@smoke or @slwo")

    @pytest.mark.parametrize("asked_for", ["@smoke,@slow", "~@smoke"])
    def test_an_expression_of_the_older_kind_is_told_how_it_is_written_now(
        self, feature: Feature, asked_for: str
    ) -> None:
        assert refusal([feature], f"--tags={asked_for}").endswith(
            'old tag expression, write "or" for a comma and "not" for ~.'
        )

    def test_a_pattern_of_tags_that_nothing_matches_is_told(self, feature: Feature) -> None:
        assert "No scenario has the tag @id.ACC-*" in refusal([feature], "--tags=@id.ACC-*")
        assert "No scenario has the tag" not in refusal([feature], "--tags=@id.VOD-* and @slow")

    def test_a_known_tag_that_no_scenario_has_is_told(self, feature: Feature) -> None:
        assert refusal([feature], "--tags=@id.VOD-041").endswith(
            "No scenario has the tag @id.VOD-041. Did you mean @id.VOD-040?"
        )

    def test_known_tags_that_never_meet_are_told_without_a_guess(self, feature: Feature) -> None:
        sentence = refusal([feature], "--tags=@smoke and @slow")
        assert "--tags='@smoke and @slow'" in sentence
        assert "No scenario has the tag" not in sentence

    def test_a_name_that_nothing_has_is_told(self, feature: Feature) -> None:
        assert refusal([feature], "--name=budget") == "No scenario matches --name=budget."

    def test_tags_and_names_are_told_together(self, feature: Feature) -> None:
        sentence = refusal([feature], "--tags=@smoke", "--name=recording")
        assert sentence == "No scenario matches --tags=@smoke --name=recording."

    def test_no_feature_is_nothing_to_run(self) -> None:
        assert refusal([]) == "No scenario selected: the features have no scenarios."


STEP = "\n  Given a step"


class TestRefusingWhatCannotTell:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("Feature: Empty", 'The feature "Empty" (<string>:1) has no scenarios.'),
            ("Feature: F\n Scenario: Nothing happens", '"Nothing happens" (<string>:2) has no steps.'),
            (f"Feature: F\n Scenario Outline: O{STEP}", 'The outline "O" (<string>:2) has no Examples.'),
            (
                f"Feature: F\n Scenario Outline: O <a>{STEP}\n  Examples:\n   | a |",
                'The Examples of "O <a>" (<string>:4) have no rows.',
            ),
            (
                f"Feature: F\n Scenario: Same{STEP}\n Scenario: Same{STEP}",
                'The feature "F" (<string>:1) has 2 scenarios with the title "Same".',
            ),
            (
                f"Feature: F\n Scenario Outline: O{STEP}\n  Examples:\n   | a |\n   | 1 |\n   | 1 |",
                'The feature "F" (<string>:1) has 2 scenarios with the title "O (a 1)".',
            ),
            (
                f"Feature: F\n Scenario: So  it is{STEP}\n Scenario: So it is{STEP}",
                'The feature "F" (<string>:1) has 2 scenarios with the title "So it is".',
            ),
            (
                f"Feature: F\n Scenario: O 1{STEP}\n Scenario Outline: O <a>{STEP}\n  Examples:\n   | a |\n   | 1 |\n",
                'A row of Examples (<string>:8) and a scenario have the same title "O 1".',
            ),
            (
                f"@smokey\nFeature: F\n Scenario: S{STEP}",
                "unknown tag @smokey. Did you mean @smoke? (<string>:2).",
            ),
            (
                f"Feature: F\n Scenario Outline: O{STEP} <b>\n   | <a b> |\n  Examples:\n   | a |\n   | 1 |",
                'The Examples of "O" (<string>:5) have no column "a b", "b".',
            ),
        ],
    )
    def test_it_is_told_what_and_where(self, text: str, sentence: str) -> None:
        assert refusal([parse_feature(text)]) == f"Invalid selection. {sentence}"

    @pytest.mark.parametrize(
        "text",
        [
            f"Feature: F\n Scenario: S\n  Givn Mallory is locked out{STEP}",
            f"Feature: F\n Scenario: S\n  Adn Mallory is locked out{STEP}",
            f"Feature: F\n Background:\n  Gvien Mallory is locked out\n Scenario: S{STEP}",
            f"Feature: F\n Backgroud:\n  Given Mallory is locked out\n Scenario: S{STEP}",
            f"Feature: F\n Background\n Scenario: S{STEP}",
            f"Feature: F\n Scenario: S\n  '''{STEP}\n  '''\n  Then it is wrong\n",
            f"Feature: F\n Scenario: S\n  | name |{STEP}",
            f"Feature: F\n Rule: R\n  Senario: T\n  Given a step\n\n Scenario: S{STEP}",
            f"Feature: F\n Scenario Outline: O\n  Wehn <a>{STEP} <a>\n  Examples:\n   | a |\n   | 1 |\n   | 2 |",
        ],
    )
    def test_a_misspelt_keyword_is_no_prose(self, text: str) -> None:
        told = refusal([parse_feature(text)])
        assert re.search(r'" is read as description and never run\. Start a step or block .* \(<string>:\d\)', told)
        assert len(re.findall("Wehn|Givn|Adn|Gvien", told)) <= 1

    def test_prose_is_prose(self) -> None:
        prose = "The editors\n and whoever else.\n When it rains they stay in: always.\n "
        reject_invalid(
            [parse_feature(f"Feature: F\n {prose}\n Rule: R\n {prose}\n Scenario: S\n  The one.{STEP}")], asked()
        )

    def test_angle_brackets_of_other_languages_are_no_columns(self) -> None:
        text = f'Feature: F\n Scenario Outline: O{STEP} <a>\n   """\n   <p class="x">1 < 2</p>\n   """\n'
        reject_invalid([parse_feature(f"{text}  Examples:\n   | a |\n   | 1 |")], asked())

    def test_equal_titles_under_different_rules_are_told_apart(self) -> None:
        rules = "".join(f"\n Rule: {name}\n  Scenario: Same{STEP}" for name in ("One", "Two"))
        reject_invalid([parse_feature(f"Feature: F{rules}")], asked())

    def test_rows_of_an_outline_are_told_apart_by_their_values(self) -> None:
        text = f"Feature: F\n Scenario Outline: O{STEP}\n  Examples:\n   | a |\n   | 1 |\n   | 2 |"
        reject_invalid([parse_feature(text)], asked())

    def test_everything_that_is_wrong_is_told_at_once(self) -> None:
        features = [parse_feature("Feature: One"), parse_feature("Feature: Two")]
        assert refusal(features).count("has no scenarios") == 2


class TestPlaces:
    """A list of what is to run again names lines; behave would run whatever stands there by now."""

    @pytest.fixture(autouse=True)
    def there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "reports").mkdir()
        self.write(TEXT)

    def write(self, text: str) -> None:
        Path("captioning.feature").write_text(text, encoding="utf-8")

    def refuse(self, name: str) -> None:
        locations = collect_feature_locations([name])
        features = parse_features(locations)
        reject_moved([name], features)
        reject_invalid(features, asked(name), locations)

    def listed(self) -> str:
        """The list that a run in which all of the feature failed leaves."""
        [feature] = parse_features(["captioning.feature"])
        shown = [described(scenario, 0) for scenario in feature.walk_scenarios()]
        entries = [
            ScenarioEntry(location=one.fullName, title=one.name, feature="", status=Status.FAILED) for one in shown
        ]
        manifest = Manifest(run="1", started=datetime.now(UTC), seconds=1, target="t", scenarios=tuple(entries))
        return f"@{write_lists(manifest, Path('reports'))}"

    def test_what_stands_where_it_stood_is_run_again(self) -> None:
        self.refuse(self.listed())
        self.refuse("captioning.feature")
        self.refuse(f"captioning.feature:{SCENARIO_LINE + 1}")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (TEXT.replace(MEETING, "A budget meeting"), f'expected "{MEETING}", got "A budget meeting".'),
            (TEXT.replace("    @smoke", "    # why\n    @smoke"), "got no scenario."),
        ],
        ids=["another scenario", "none"],
    )
    def test_what_has_moved_is_told(self, text: str, told: str) -> None:
        name = self.listed()
        self.write(text)
        with pytest.raises(UsageError, match=re.escape(told)) as stop:
            self.refuse(name)
        assert "The features have changed since reports/rerun.txt was written" in str(stop.value)

    def test_a_line_behind_the_end_is_told(self) -> None:
        lines = len(TEXT.splitlines())
        with pytest.raises(UsageError, match=f"captioning.feature:9999: the file has only {lines} lines"):
            self.refuse("captioning.feature:9999")

    def test_a_file_of_a_list_that_is_gone_is_told(self) -> None:
        name = self.listed()
        Path("captioning.feature").unlink()
        with pytest.raises(UsageError, match=r"captioning\.feature does not exist"):
            reject_missing_places([name])

    @pytest.mark.parametrize("content", ["", "# to be written\n"])
    def test_a_file_without_a_feature_is_told(self, content: str) -> None:
        Path("empty.feature").write_text(content, encoding="utf-8")
        with pytest.raises(SelectionError, match=r"^Invalid selection. empty.feature contains no feature.$"):
            self.refuse(".")


@pytest.mark.parametrize(
    "name, told",
    [
        ("features/interfce", "features/interfce does not exist. Did you mean features/interface?"),
        (
            "features/vod/captoning.feature:10",
            "features/vod/captoning.feature does not exist. Did you mean features/vod/captioning.feature?",
        ),
        ("@reports/nothing.txt", "reports/nothing.txt does not exist. Features are in features/."),
    ],
)
def test_a_path_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(UsageError) as stop:
        reject_missing_places([name])
    assert str(stop.value) == told


def test_paths_that_are_there_are_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    reject_missing_places(["features", "features/vod/captioning.feature:10", "features/vod/"])


@pytest.mark.parametrize(
    "tag, told",
    [
        ("need.database", "Did you mean @needs.database?"),
        ("id.VOD-40", "capitals, a hyphen and three digits, as in @id.VOD-040"),
        ("smoek", "Did you mean @smoke?"),
    ],
)
def test_an_unknown_tag_is_told_with_what_was_probably_meant(tag: str, told: str) -> None:
    assert told in tags.explain_unknown(tag)
