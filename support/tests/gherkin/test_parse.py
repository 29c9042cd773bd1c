"""Invalid features are rejected with line and reason, and never parsed in part."""

from pathlib import Path

import pytest
from behave.model_type import FileLocation

from support.gherkin.parse import InvalidFeature, feature_files, parse_features

FEATURE = "Feature: New\n  Scenario: It is shown\n    Given a clip\n"
NO_END = 'the text that starts here is not closed: expected """ in a line of its own, and no line of the text '


def rejection(folder: Path, text: str) -> str:
    """Return line and reason of the rejection."""
    file = folder / "new.feature"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFeature) as caught:
        parse_features([FileLocation(str(file))])
    return str(caught.value).removeprefix(f"{file}:")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("    Wen she asks\n", "Wen she asks", "is neither a step nor the start of a block. Did you mean When ...."),
        ("    ```\n    x\n", "```", "is neither a step nor the start of a block. Expected one of: Given ..., "),
        ('    ""\n    x\n', '""', 'is neither a step nor the start of a block. Did you mean """.'),
        ("  @wip\n  Scenario B\n", "Scenario B", "is neither a step nor the start of a block. Did you mean Scenario:."),
        (
            "  @wip\n  Given a clip\n",
            "Given a clip",
            "is neither a step nor the start of a block. Expected one of: Rule:, ",
        ),
        ("      | a |\n      | b | c |\n", "| b | c |", "has more or fewer cells than the first row of its table"),
        ("  Examples:\n", "Examples:", "belongs to a Scenario Outline, not to a Scenario."),
        ("  Background:\n", "Background:", "is not allowed here. A feature has one Background, before its"),
        ("  @wip fast\n", "@wip fast", "is not a valid line of tags. Each word of it starts with @."),
        ("  Scenario: B\n    '''\n    Given a\n    '''\n  Or so\n", "Or so", "is indented less than the text"),
        (
            "  Scenario Outline: B\n    Examples:\n    '''x\n    '''\n",
            "'''x",
            "is not allowed here: Multi-line text before any",
        ),
        ("Feature: Two\n", "Feature: Two", "starts a second feature. Move it into a file of its own."),
        ("  Scenario: B\n    And a clip\n", "And a clip", "cannot be the first step. Start with Given, When or Then."),
    ],
)
def test_an_invalid_line_is_shown_with_the_reason(tmp_path: Path, content: str, line: str, reason: str) -> None:
    text = FEATURE + content
    number = text.count("\n", 0, text.rindex(line)) + 1
    assert rejection(tmp_path, text).startswith(f'{number}: "{line}" {reason}')


def test_a_file_starts_with_a_feature(tmp_path: Path) -> None:
    assert rejection(tmp_path, "Scenario: A\n").startswith(
        '1: "Scenario: A" is not allowed here. A file starts with "Fea'
    )
    assert rejection(tmp_path, "Featre: A\n").startswith('1: "Featre: A" is not the start of a feature')


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('    """\n    {"title": "x"}\n    Then it is shown\n', f"4: {NO_END}"),
        ('      """\n      x\n    Then it is shown\n      """\n      x\n      """\n', f"4: {NO_END}"),
        ("      | title | Town Hall\n", "4: this table row does not end with |."),
        ("      | title | Town Hall \\|\n", "4: this table row does not end with |."),
    ],
    ids=["a text to the end of the file", "a text that another closes", "a row", "a row that ends within a cell"],
)
def test_an_unclosed_block_is_rejected(tmp_path: Path, content: str, reason: str) -> None:
    assert rejection(tmp_path, FEATURE + content).startswith(reason)


def test_a_row_within_a_text_is_text(tmp_path: Path) -> None:
    file = tmp_path / "new.feature"
    file.write_text(FEATURE + "    '''\n    | open\n    \"\"\"\n    '''\n", encoding="utf-8")
    [feature] = parse_features([FileLocation(str(file))])
    assert feature.scenarios[0].steps[0].text == '| open\n"""'


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("a clip", "a\u00a0clip", "3: contains the invisible character U+00A0 (NO-BREAK SPACE) in column 12"),
        ("a clip", "a cl\u00adip", "3: contains the invisible character U+00AD (SOFT HYPHEN) in column 15"),
        ("a clip", "a clip\u200b", "3: contains the invisible character U+200B (ZERO WIDTH SPACE) in column 17"),
        ("It is", "It\u2009is", "2: contains the invisible character U+2009 (THIN SPACE) in column 15"),
        ("Feature: New", "@smoke\ufeff\nFeature: New", "1: contains the invisible character U+FEFF"),
    ],
)
def test_an_invisible_character_is_named_with_its_column(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert rejection(tmp_path, FEATURE.replace(old, new)).startswith(place)


def test_hidden_files_and_folders_are_not_features(tmp_path: Path) -> None:
    (tmp_path / "one.feature").write_text(FEATURE, encoding="utf-8")
    (tmp_path / ".#one.feature").symlink_to("user@host.1:2")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "two.feature").write_text(FEATURE, encoding="utf-8")
    (tmp_path / "folder.feature").mkdir()
    assert feature_files([tmp_path]) == [tmp_path / "one.feature"]


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "one.feature").symlink_to("missing")
    with pytest.raises(InvalidFeature, match=r"one\.feature: cannot be read: No such file"):
        parse_features([FileLocation(str(tmp_path / "one.feature"))])


def test_suggestions_use_the_keywords_of_the_language(tmp_path: Path) -> None:
    text = "# language: de\nFunktion: Neu\n  Szenario: Eins\n    Angenommen ein Clip\n    Wen er da ist\n"
    assert "Did you mean Wenn ..." in rejection(tmp_path, text)
