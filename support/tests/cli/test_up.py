"""`acceptance up`: its target files, and what remains after each way to end it."""

import argparse
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from support.cli import main, up
from support.errors import ExitCode, UsageError
from support.gherkin.personas import Account
from support.scenario.run import Run
from support.tests.project import PROJECT, ProjectCopy

MINE = 'capabilities = []\n[api]\nurl = "http://127.0.0.1:9"\n'
OURS = f'{up.HEADER}\n[api]\nurl = "http://127.0.0.1:9"\n'


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(up, "TARGETS", tmp_path)
    return tmp_path / "mine.toml"


class Deployed:
    """The part of a run that the target files contain."""

    def __init__(self) -> None:
        self.deployment = self
        self.accounts = {"Dana": Account("dana", "correct horse")}
        self.database_url, self.redis_url, self.api_url = "postgresql://", "redis://", "http://127.0.0.1:9"
        self.media_root = Path("/media")


class TestExistingFiles:
    @pytest.mark.parametrize("name", ["mine.toml", "mine.env"])
    @pytest.mark.parametrize("content", [MINE, "", f"\n{OURS}"])
    def test_files_of_the_user_are_rejected_before_the_start(
        self, target: Path, name: str, content: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = target.with_name(name)
        path.write_text(content, encoding="utf-8")
        monkeypatch.setattr(up, "Run", lambda *_: pytest.fail("nothing should be started"))
        with pytest.raises(UsageError, match=rf"{name} already exists and was not written by `acceptance up`"):
            up.work(argparse.Namespace(target="mine", read_only=False))
        assert path.read_text(encoding="utf-8") == content

    def test_files_of_a_killed_platform_are_deleted(self, target: Path) -> None:
        target.write_text(OURS, encoding="utf-8")
        target.with_suffix(".env").write_text(f"{up.HEADER}\n", encoding="utf-8")
        up._clear(target)
        assert list(target.parent.iterdir()) == []

    def test_an_incomplete_file_is_deleted(self, target: Path) -> None:
        target.write_text(OURS[:-10], encoding="utf-8")
        up._clear(target)
        assert list(target.parent.iterdir()) == []

    def test_a_running_platform_keeps_its_files(self, target: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as platform:
            target.write_text(OURS.replace(":9", f":{platform.getsockname()[1]}"), encoding="utf-8")
            with pytest.raises(UsageError, match="and its platform is running"):
                up._clear(target)
        assert target.exists()


class TestTargetFiles:
    def test_they_are_private_and_deleted_at_the_end(self, target: Path) -> None:
        with up._target_files(cast(Run, Deployed()), target, read_only=False):
            files = list(target.parent.iterdir())
            assert sorted(file.name for file in files) == ["mine.env", "mine.toml"]
            assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
            assert [file.read_text(encoding="utf-8").splitlines()[0] for file in files] == [up.HEADER] * 2
        assert list(target.parent.iterdir()) == []

    @pytest.mark.parametrize("name", ["mine.toml", "mine.env"])
    def test_a_file_created_meanwhile_is_kept(self, target: Path, name: str) -> None:
        target.with_name(name).write_text(MINE, encoding="utf-8")
        with pytest.raises(UsageError, match=name), up._target_files(cast(Run, Deployed()), target, read_only=False):
            pytest.fail("the files should be rejected")
        assert [file.name for file in target.parent.iterdir()] == [name]
        assert target.with_name(name).read_text(encoding="utf-8") == MINE


@pytest.fixture
def live(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    started = ProjectCopy(tmp_path).start("up", "--target", f"up-{tmp_path.name}", module="support.cli.main")
    yield started
    started.kill()
    started.communicate()


def test_a_closed_terminal_ends_it_and_leaves_nothing(live: subprocess.Popen[str], tmp_path: Path) -> None:
    assert live.stdout is not None
    output = ""
    for line in live.stdout:
        output += line
        if line.startswith("Ctrl-C"):
            break
    logs, media = (
        Path(cast(re.Match[str], re.search(rf"^{name} +(.+)$", output, re.M))[1]) for name in ("Logs", "Media")
    )
    assert logs.parent == media.parent
    assert (logs / "platform.log").is_file()
    assert [folder.stat().st_mode & 0o777 for folder in (logs, media)] == [0o700, 0o700]
    live.send_signal(signal.SIGHUP)
    live.communicate(timeout=20)
    assert live.returncode == ExitCode.PASSED
    assert not logs.parent.exists()
    assert list((PROJECT / "support" / "targets").glob(f"up-{tmp_path.name}.*")) == []


def test_an_interrupted_command_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "work", lambda options: os.kill(os.getpid(), signal.SIGINT))
    assert main.main(["up"]) == ExitCode.INTERRUPTED
