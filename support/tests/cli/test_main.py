"""`acceptance` outside the project's folder."""

from pathlib import Path

import pytest

from support.cli.main import main
from support.errors import ExitCode
from support.tests.project import PROJECT

COMMANDS = ["up", "report", "new Words --in vod", "steps", "values", "check", "format", "durations"]
LIVE = ["doctor -D target=up", "sweep -D target=up"]


@pytest.mark.parametrize("command", [*COMMANDS, *LIVE])
@pytest.mark.parametrize("place", ["", "features", "features/vod"])
def test_elsewhere_each_command_says_where_to_go_and_does_nothing(
    command: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT / place if place else tmp_path)
    assert main(command.split()) == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    where = "Start acceptance in the project's folder, where features and steps are"
    assert told.err == f"Nothing was done. {where}: cd {PROJECT}\n"
    assert list(tmp_path.iterdir()) == []


def test_the_nearest_project_above_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("features", "steps", "reports"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path / "reports")
    assert main(["check"]) == ExitCode.USAGE
    assert capsys.readouterr().err.endswith(f": cd {tmp_path}\n")


def test_help_is_given_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["check", "--help"])
    assert stop.value.code == 0
