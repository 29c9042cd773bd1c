"""Server processes of a run: start, stop, kill, wait."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from support.errors import EnvironmentFailed
from support.polling import PollingTimeout, eventually
from support.stack.environment import UMASK, process_environment

TAIL_LINES = 20
START_TIMEOUT = float(os.environ.get("ACCEPTANCE_START_TIMEOUT", "30"))  # seconds without progress
MAX_EXTENSIONS = 5  # a start that makes progress may take so many times the time-out


@dataclass(frozen=True)
class SystemUser:
    """An account of the operating system that a server runs as."""

    name: str
    uid: int
    gid: int


def wheel_directory(server: str, package: str) -> Path:
    """Return the folder of the package that contains a server, without importing it.

    The import itself could start to search for servers. Raises EnvironmentFailed where the package is not installed.
    """
    found = importlib.util.find_spec(package.replace("-", "_"))
    if found is None or found.origin is None:
        raise EnvironmentFailed(
            f"{server} is missing: the package {package} is not installed. "
            "Install the project's requirements again, or name a live target with -D target=NAME."
        )
    return Path(found.origin).parent


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log; an empty text if it does not exist."""
    try:
        with log.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 64 * 1024))
            return "\n".join(stream.read().decode("utf-8", "replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def find_cause(log: Path) -> str:
    """Return the most likely cause in a log: its last line with an error, else its last line."""
    written = [line.strip() for line in tail(log, 200).splitlines() if line.strip()]
    errors = [
        line for line in written if any(word in line.lower() for word in ("error", "fatal", "could not", "can't"))
    ]
    return (errors or written or ["the log is empty"])[-1]


@dataclass
class ServerProcess:
    """One server as a direct child of this process, in the guardian's process group.

    Direct children matter: a killed server is waited for before it is started again, so that its port, lock file and
    shared memory are free, and its exit code is known.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    group: int
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: SystemUser | None = None
    controlled: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[str] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the server. Raises EnvironmentFailed when the program cannot be executed."""
        stream: IO[str]
        pipe = subprocess.PIPE if self.controlled else subprocess.DEVNULL
        with self.log.open("a", encoding="utf-8") as stream:
            try:
                self.process = subprocess.Popen(
                    [str(part) for part in self.command],
                    stdin=pipe,
                    stdout=subprocess.PIPE if self.controlled else stream,
                    stderr=stream,
                    cwd=self.cwd,
                    env=process_environment(self.cwd, self.environment),
                    umask=UMASK,
                    text=True,
                    process_group=self.group,
                    user=self.user.uid if self.user else None,
                    group=self.user.gid if self.user else None,
                    extra_groups=[] if self.user else None,
                )
            except OSError as error:
                raise EnvironmentFailed(
                    f"{self.name} could not be started: {self.command[0]}: {error.strerror}. "
                    "Reinstall the requirements of the project, which contain this program."
                ) from error

    @property
    def pid(self) -> int:
        """The process id; raises LookupError when the server was never started."""
        if self.process is None:
            raise LookupError(f"{self.name} was never started")
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether the process exists (a frozen one does)."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if the process exists."""
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL the server and its own processes, and wait until they have ended.

        PostgreSQL cannot be started again while one of its processes has its shared memory.
        """
        own = self._own_processes()
        self.signal(signal.SIGKILL)
        for process in own:  # a frozen one would not notice that its parent has ended
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.wait(5.0)
        with contextlib.suppress(PollingTimeout):
            eventually(
                self.name,
                lambda: list(filter(is_alive, own)),
                lambda left: not left,
                expected="ended",
                within=5.0,
                every=0.005,
            )

    def cpu_seconds(self) -> float:
        """Return the processor time of the server and its own processes so far, in seconds."""
        total = 0.0
        with contextlib.suppress(LookupError, psutil.Error):
            for process in (psutil.Process(self.pid), *self._own_processes()):
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    total += times.user + times.system
        return total

    def _own_processes(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except (LookupError, psutil.NoSuchProcess):
            return []

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the process; return whether it came in time."""
        try:
            # Popen.wait polls every 50 ms, which would delay the start of a run.
            eventually(
                self.name, lambda: self.running, lambda runs: not runs, expected="ended", within=seconds, every=0.005
            )
        except PollingTimeout:
            return False
        return True

    def stop(self, timeout: float = 3.0) -> None:
        """Terminate the server; kill it after a number of seconds. A frozen process is continued first."""
        if not self.running:
            return
        self.signal(signal.SIGCONT)
        self.signal(self.stop_signal)
        if not self.wait(timeout):
            self.kill()

    def failed(self, what: str) -> EnvironmentFailed:
        """Return the error of a server that did not start: name, cause and log."""
        ended = "" if self.running or self.process is None else f" (it ended with code {self.process.returncode})"
        return EnvironmentFailed(f"{self.name} {what}{ended}: {find_cause(self.log)} (log: {self.log})")


def is_alive(process: psutil.Process) -> bool:
    """Whether a process has not ended. A zombie has ended.

    The first process of many containers rarely reaps zombies.
    """
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait_until_ready(server: ServerProcess, ready: Callable[[], bool]) -> None:
    """Wait until a started server is ready. Raises EnvironmentFailed when it ends, or makes no progress in time."""

    def read() -> bool:
        if not server.running:
            raise server.failed("could not be started")
        return ready()

    try:
        wait_with_progress(
            server,
            lambda: eventually(server.name, read, bool, expected="ready", within=START_TIMEOUT, every=0.005),
        )
    except PollingTimeout as error:
        server.kill()
        raise server.failed(f"made no progress within {START_TIMEOUT:g} s and is not ready") from error


def wait_with_progress(server: ServerProcess, wait: Callable[[], object]) -> None:
    """Repeat a wait that raises PollingTimeout while the server used the processor during it.

    A start on a busy machine takes longer, but a server that hangs uses no time.
    """
    for number in range(MAX_EXTENSIONS):
        before = server.cpu_seconds()
        try:
            wait()
            return
        except PollingTimeout:
            if number == MAX_EXTENSIONS - 1 or server.cpu_seconds() <= before:
                raise


def run_to_end(server: ServerProcess) -> None:
    """Run a program that is expected to end with code 0, such as initdb. Raises EnvironmentFailed otherwise."""
    server.start()

    def wait() -> None:
        if not server.wait(START_TIMEOUT):
            raise PollingTimeout

    try:
        wait_with_progress(server, wait)
    except PollingTimeout:
        server.kill()
        raise server.failed(f"made no progress within {START_TIMEOUT:g} s and did not end") from None
    if server.process is None or server.process.returncode != 0:
        raise server.failed("failed")


class Stopwatch:
    """Seconds since the creation of this object, on the monotonic clock."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Elapsed seconds."""
        return time.monotonic() - self._start
