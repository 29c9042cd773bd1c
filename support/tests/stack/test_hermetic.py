"""A run depends on nothing in the shell, and leaves no process, shared memory or folder behind."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support.stack.directories import RunDirectory
from support.stack.environment import LIBPQ, isolate, process_environment
from support.stack.guardian import processes_in

PROJECT = Path(__file__).parents[3]

HOSTILE = {
    "PGTZ": "Asia/Kathmandu",
    "PGDATESTYLE": "German",
    "PGOPTIONS": "-c x=y",
    "PGPORT": "1",
    "PGHOSTADDR": "192.0.2.1",
    "PGCLIENTENCODING": "LATIN1",
    "PGSERVICE": "none",
    "PGSSLMODE": "verify-full",
    "PYTHONPATH": "/nowhere",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "0",
    "GIT_DIR": "/nowhere",
    "NODE_OPTIONS": "--nonsense",
    "REDIS_URL": "redis://192.0.2.1",
    "REDISCLI_AUTH": "x",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
    "LANG": "C",
    "PLATFORM_DATABASE_URL": "postgresql://192.0.2.1/x",
    "PLATFORM_PORT": "1",
}


def run_behave(folder: Path) -> subprocess.CompletedProcess[str]:
    temporary = folder / "a b%#?&+c"
    temporary.mkdir(mode=0o755)
    command = 'umask 077; trap \'\' HUP INT; ulimit -S -n 256; exec "$0" -m behave -f progress "$1" <&-'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, "features/vod/captioning.feature:10"],
        cwd=PROJECT,
        env={**os.environ, **HOSTILE, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_scenario_passes_in_a_hostile_environment() -> None:
    # A folder below /tmp, because the one of pytest is too long for a unix socket.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="h") as folder:
        Path(folder).chmod(0o755)
        ended = run_behave(Path(folder))
        assert "1 scenario passed" in ended.stdout, ended.stdout[-2000:] + ended.stderr[-2000:]
        assert list((Path(folder) / "a b%#?&+c").iterdir()) == []


def test_only_the_allowed_variables_reach_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    environment = process_environment(tmp_path, {"PLATFORM_PORT": "8000"})
    assert environment.keys() - {"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "USER", "LOGNAME"} == {
        *("HOME", "TMPDIR", "LC_ALL", "LANG", "TZ", "PLATFORM_PORT")
    }
    assert (environment["PLATFORM_PORT"], environment["TZ"]) == ("8000", "UTC")


def test_this_process_has_no_settings_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIBPQ:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PG_ADDRESS_OF_MY_TARGET", "postgresql://db.example.org/x")
    umask = os.umask(0)
    try:
        isolate()
    finally:
        os.umask(umask)
    assert not set(LIBPQ) & os.environ.keys()
    assert "PG_ADDRESS_OF_MY_TARGET" in os.environ


def start_frozen_session(directory: RunDirectory) -> subprocess.Popen[bytes]:
    """Start a process as PostgreSQL's children are: in a session of its own, working in the run's directory, frozen."""
    process = subprocess.Popen(["sleep", "300"], cwd=directory.path, start_new_session=True)
    process.send_signal(signal.SIGSTOP)
    return process


def test_a_frozen_process_outside_the_group_is_ended_with_the_run() -> None:
    directory = RunDirectory()
    process = start_frozen_session(directory)
    assert process.pid in processes_in(str(directory.path))
    directory.close()
    assert process.wait(5) == -signal.SIGKILL
    assert not directory.path.exists()


def test_a_killed_guardian_is_reported_and_its_folder_removed(capsys: pytest.CaptureFixture[str]) -> None:
    directory = RunDirectory()
    process = start_frozen_session(directory)
    directory._guardian.kill()
    directory._guardian.wait()
    directory.close()
    assert process.wait(5) == -signal.SIGKILL
    assert not directory.path.exists()
    assert "guardian of this run ended with code -9" in capsys.readouterr().err
