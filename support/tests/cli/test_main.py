"""`acceptance`: its folder, its help, and its errors."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from support.cli.main import COMMANDS as COMMAND_HELP
from support.cli.main import LISTS, main
from support.errors import ExitCode
from support.tests.project import PROJECT

COMMANDS = ["up", "report", "new Words --in vod", "steps", "values", "check", "format", "durations"]
LIVE = ["doctor -D target=up", "sweep -D target=up"]


@pytest.mark.parametrize("command", [*COMMANDS, *LIVE])
@pytest.mark.parametrize("place", ["", "features", "features/vod"])
def test_each_command_is_rejected_in_another_folder(
    command: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT / place if place else tmp_path)
    assert main(command.split()) == ExitCode.USAGE
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"Start acceptance in the folder of pyproject.toml: cd {PROJECT}\n"
    assert list(tmp_path.iterdir()) == []


def test_the_nearest_project_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("features", "steps", "reports"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path / "reports")
    assert main(["check"]) == ExitCode.USAGE
    assert capsys.readouterr().err.endswith(f": cd {tmp_path}\n")


def test_help_works_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["check", "--help"])
    assert stop.value.code == 0


def test_help_texts_are_short_verb_phrases() -> None:
    assert [text for text in (COMMAND_HELP | LISTS).values() if len(text.split()) > 8 or not text[0].islower()] == []


def test_an_unknown_command_is_rejected_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["step", "captions"])
    assert stop.value.code == ExitCode.USAGE
    assert 'unknown command "step". Did you mean "steps"?' in capsys.readouterr().err


@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-"])
def test_an_unwritable_output_ends_without_a_traceback(redirection: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m support.cli.main tags {redirection}"
    ended = subprocess.run(["/bin/sh", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr
    if "full" in redirection:
        assert ended.stderr == "The output cannot be written: No space left on device.\n"
        assert ended.returncode == ExitCode.ENVIRONMENT


@pytest.mark.parametrize("arguments", [["format", ""], ["check", ""], ["format", "README.md"], ["check", "README.md"]])
def test_a_path_that_is_not_a_feature_is_rejected(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == ExitCode.USAGE


def test_a_page_in_place_of_a_folder_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert main(["steps", "--page", str(tmp_path)]) == ExitCode.USAGE
    assert f"{tmp_path} cannot be written: Is a directory" in capsys.readouterr().err
