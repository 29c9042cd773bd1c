"""A feature that cannot be read is told in the words of who writes it, and never half read."""

from pathlib import Path

import pytest
from behave.model_type import FileLocation

from support.gherkin.parse import InvalidFeature, parse_features

FEATURE = "Feature: New\n  Scenario: It is shown\n    Given a clip\n"
NO_END = 'the text that begins here does not end: it needs """ in a line of its own, and no line of it stands further '


def refusal(folder: Path, text: str) -> str:
    """Return the line of the file that is named, and what is said of it."""
    file = folder / "new.feature"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFeature) as caught:
        parse_features([FileLocation(str(file))])
    return str(caught.value).removeprefix(f"{file}:")


@pytest.mark.parametrize(
    ("below", "line", "told"),
    [
        ("    Wen she asks\n", "Wen she asks", "is no step and begins no block here (did you mean When ...)."),
        ("    ```\n    x\n", "```", "is no step and begins no block here (known: Given ..., When ..., "),
        ('    ""\n    x\n', '""', 'is no step and begins no block here (did you mean """).'),
        ("  @wip\n  Scenario B\n", "Scenario B", "is no step and begins no block here (did you mean Scenario:)."),
        ("  @wip\n  Given a clip\n", "Given a clip", "is no step and begins no block here (known: Rule:, Back"),
        ("      | a |\n      | b | c |\n", "| b | c |", "has more or fewer cells than the first row of its table"),
        ("  Examples:\n", "Examples:", "belongs to a Scenario Outline: and not to a Scenario:."),
        ("  Background:\n", "Background:", "cannot stand here: there is one Background, before the scenarios"),
        ("  @wip fast\n", "@wip fast", "is no line of tags: each word of it begins with @."),
        ("  Scenario: B\n    '''\n    Given a\n    '''\n  Or so\n", "Or so", "stands further left than the text"),
        (
            "  Scenario Outline: B\n    Examples:\n    '''x\n    '''\n",
            "'''x",
            "cannot stand here: Multi-line text before any",
        ),
        ("Feature: Two\n", "Feature: Two", "begins a second feature: give it a file of its own."),
        ("  Scenario: B\n    And a clip\n", "And a clip", "cannot come first: begin with Given, When or Then."),
    ],
)
def test_a_line_that_cannot_be_read_is_shown_with_what_is_wrong(
    tmp_path: Path, below: str, line: str, told: str
) -> None:
    text = FEATURE + below
    number = text.count("\n", 0, text.rindex(line)) + 1
    assert refusal(tmp_path, text).startswith(f'{number}: "{line}" {told}')


def test_a_file_begins_with_a_feature(tmp_path: Path) -> None:
    assert refusal(tmp_path, "Scenario: A\n").startswith('1: "Scenario: A" cannot stand here: a file begins with "Fea')
    assert refusal(tmp_path, "Featre: A\n").startswith('1: "Featre: A" is no beginning of a feature')


@pytest.mark.parametrize(
    ("below", "sentence"),
    [
        ('    """\n    {"title": "x"}\n    Then it is shown\n', f"4: {NO_END}"),
        ('      """\n      x\n    Then it is shown\n      """\n      x\n      """\n', f"4: {NO_END}"),
        ("      | title | Town Hall\n", "4: this row of a table does not end with |."),
        ("      | title | Town Hall \\|\n", "4: this row of a table does not end with |."),
    ],
    ids=["a text to the end of the file", "a text that another closes", "a row", "a row that ends within a cell"],
)
def test_what_does_not_end_is_refused_for_it_would_be_cut(tmp_path: Path, below: str, sentence: str) -> None:
    assert refusal(tmp_path, FEATURE + below).startswith(sentence)


def test_what_stands_in_a_text_is_no_table(tmp_path: Path) -> None:
    file = tmp_path / "new.feature"
    file.write_text(FEATURE + "    '''\n    | open\n    \"\"\"\n    '''\n", encoding="utf-8")
    [feature] = parse_features([FileLocation(str(file))])
    assert feature.scenarios[0].steps[0].text == '| open\n"""'
