"""Properties of the formatter over real features: the same model, idempotent, rejects what it cannot keep."""

from pathlib import Path

import pytest
from behave.parser import parse_feature

from support.cli import main
from support.errors import ExitCode
from support.gherkin.format import _model, format_feature
from support.tests.project import PROJECT

SAMPLES = sorted((Path(__file__).parent / "features").glob("*.feature"))
OURS = sorted((PROJECT / "features").rglob("*.feature"))


@pytest.mark.parametrize("file", [*SAMPLES, *OURS], ids=lambda file: file.name)
def test_the_model_is_unchanged_and_a_second_time_changes_nothing(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    once = format_feature(text)
    assert _model(once) == _model(text)
    assert format_feature(once) == once


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_a_damaged_format_is_restored(file: Path) -> None:
    """Without indentation and blank lines outside texts, every feature of the project formats to itself."""
    text = file.read_text(encoding="utf-8")
    if '"""' in text or "'''" in text:
        pytest.skip("the indentation of a text is content")
    flat = "\n".join(line.strip() for line in text.splitlines())
    assert parse_feature(flat) is not None
    assert format_feature(flat) == text


TABLE = "Feature: F\n  Scenario: S\n    Given x\n      | a |\n\n      # about b\n      | b |\n"


def test_an_empty_line_in_a_table_is_removed_and_its_comment_stays() -> None:
    formatted = format_feature(TABLE)
    assert formatted == TABLE.replace("\n\n", "\n").replace("F\n", "F\n\n")
    assert format_feature(formatted) == formatted


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        (
            "# language: de\nFunktion: F\nSzenario: S\nAngenommen x\nWenn y\nDann z\n",
            "# language: de\nFunktion: F\n\n  Szenario: S\n    Angenommen x\n    Wenn y\n    Dann z\n",
        ),
        ("Ability: F\nScenario: S\nGiven x\n", "Ability: F\n\n  Scenario: S\n    Given x\n"),
        (
            "Business Need: F\nRule: R\nExample: S\nGiven x\n",
            "Business Need: F\n\n  Rule: R\n\n    Example: S\n      Given x\n",
        ),
        ("# language: ja\n機能: F\nシナリオ: S\n前提x\n", "# language: ja\n機能: F\n\n  シナリオ: S\n    前提x\n"),
    ],
    ids=["German", "Ability", "Business Need", "Japanese"],
)
def test_keywords_of_the_language_are_formatted(text: str, formatted: str) -> None:
    assert format_feature(text) == formatted


INVALID = {
    "not parsed.feature": b"Feature: F\n  Scenario: S\n    Given x\n    Wen y\n",
    "not UTF-8.feature": "Feature: Caf\xe9\n".encode("latin-1"),
    "not closed.feature": b'Feature: F\n  Scenario: S\n    Given x\n      """\n      y\n',
}


@pytest.mark.parametrize("name", INVALID)
def test_nothing_is_written_if_one_file_is_invalid(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    (tmp_path / "a.feature").write_bytes(b"Feature: F\nScenario: S\nGiven x\n")
    (tmp_path / name).write_bytes(INVALID[name])
    assert main.main(["format", str(tmp_path)]) == ExitCode.USAGE
    assert capsys.readouterr().err.endswith("No file was changed.\n")
    assert (tmp_path / "a.feature").read_bytes() == b"Feature: F\nScenario: S\nGiven x\n"


def test_line_endings_are_formatted_and_checked_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    text = b"Feature: F\n\n  Scenario: S\n    Given x\n"
    file = tmp_path / "a.feature"
    file.write_bytes(text.replace(b"\n", b"\r\n"))
    assert main.main(["format", "--check", str(file)]) == ExitCode.FAILED
    assert main.main(["format", str(file)]) == ExitCode.PASSED
    assert file.read_bytes() == text
    assert main.main(["format", "--check", str(file)]) == ExitCode.PASSED
