"""Errors of features that make a verdict untrue."""

from pathlib import Path

import pytest
from behave.parser import parse_feature

from support.gherkin.integrity import has_unclosed_brace, unclosed_braces, unverified_scenarios

SETTINGS = "[tool.acceptance]\nrequire_behaviours = true\n"
GOOD = "Feature: F\n  @id.VOD-001\n  Scenario: S\n    When Dana signs in\n    Then it works\n"


@pytest.mark.parametrize(
    "text",
    [
        "{a unique title",
        "a unique title}",
        "{vod.id} and {vod.id",
        '{"a": "{b"}',
        "{",
        "}",
        "{a unique {title}",
        "[{a]",
    ],
)
def test_an_unclosed_brace_is_found(text: str) -> None:
    assert has_unclosed_brace(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{a unique title}",
        "{{7*7}}",
        '{"a": {"b": "{vod.id}"}}',
        "{an opening brace}a}",
        "{an opening brace}",
        "[1]",
    ],
)
def test_closed_braces_are_accepted(text: str) -> None:
    assert not has_unclosed_brace(text)


@pytest.mark.parametrize(
    "step",
    [
        'When Dana creates the user "{a unique name"',
        "When x\n      | name          |\n      | {a unique name |",
        'When x\n      """\n      {"name": "{a unique name"}\n      """',
    ],
)
def test_each_place_of_a_step_is_checked(step: str) -> None:
    [(place, message)] = unclosed_braces(
        parse_feature(f"Feature: F\n  Scenario: S\n    {step}\n", filename="a.feature")
    )
    assert place == "a.feature:3"
    assert "{an opening brace}" in message


def test_an_invalid_document_is_sent_as_written() -> None:
    text = 'Feature: F\n  Scenario: S\n    When x\n      """\n      {"name": \n      """\n'
    assert list(unclosed_braces(parse_feature(text))) == []


def messages(folder: Path, text: str, settings: str = SETTINGS) -> list[str]:
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    file = folder / "features" / "a.feature"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    feature = parse_feature(text, filename=str(file))
    return [message for _, message in unverified_scenarios(feature, file.parent)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("Then", "And"), "the scenario has no Then"),
        (GOOD.replace("@id.VOD-001", "@smoke"), "the scenario has 0 behaviour ids"),
        (GOOD.replace("@id.VOD-001", "@id.VOD-001 @id.VOD-002"), "the scenario has 2 behaviour ids"),
    ],
)
def test_a_scenario_without_a_true_verdict_is_rejected(tmp_path: Path, text: str, message: str) -> None:
    assert messages(tmp_path, GOOD) == []
    [found] = messages(tmp_path, text)
    assert found.startswith(message)
    assert messages(tmp_path, text, settings="") == []


def test_an_id_of_two_features_is_rejected_also_if_only_one_runs(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "b.feature").write_text(GOOD, encoding="utf-8")
    [found] = messages(tmp_path, GOOD)
    assert found.startswith("VOD-001 is also covered in ")
