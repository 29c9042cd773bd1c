"""Server processes that the run starts, breaks, mends and ends."""

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

TAIL_LINES = 20
START_TIMEOUT = 30.0  # seconds, on a machine that is very busy with other things


@dataclass(frozen=True)
class SystemUser:
    """A user of the operating system that a server runs as; None keeps the user of the run."""

    name: str
    uid: int
    gid: int


def wheel_directory(server: str, package: str) -> Path:
    """Return the folder of the package that a server comes with, without importing it.

    An import may begin to look for servers. Raises EnvironmentFailed where the package is not installed.
    """
    found = importlib.util.find_spec(package.replace("-", "_"))
    if found is None or found.origin is None:
        raise EnvironmentFailed(
            f"{server} is missing: the package {package} is not installed. "
            "Install the project's requirements again, or name a live target with -D target=NAME."
        )
    return Path(found.origin).parent


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log, or an empty text where there is none."""
    try:
        with log.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 64 * 1024))
            return "\n".join(stream.read().decode("utf-8", "replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def find_cause(log: Path) -> str:
    """Return the line of a log that most likely names the cause: the last that speaks of an error, else the last."""
    written = [line.strip() for line in tail(log, 200).splitlines() if line.strip()]
    telling = [
        line for line in written if any(word in line.lower() for word in ("error", "fatal", "could not", "can't"))
    ]
    return (telling or written or ["it wrote nothing"])[-1]


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
    environment: Mapping[str, str] | None = None
    user: SystemUser | None = None
    controlled: bool = False
    polite_signal: signal.Signals = signal.SIGTERM
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
                    env=None if self.environment is None else dict(self.environment),
                    text=True,
                    process_group=self.group,
                    user=self.user.uid if self.user else None,
                    group=self.user.gid if self.user else None,
                    extra_groups=[] if self.user else None,
                )
            except OSError as error:
                raise EnvironmentFailed(
                    f"{self.name} could not be started: {self.command[0]}: {error.strerror}. "
                    "Reinstall the project's requirements, they bring this program."
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
        """Send a signal; nothing happens when the process is gone."""
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL the server and wait until it and its own processes have ended.

        PostgreSQL's processes end by themselves when their parent is gone; until then they hold its shared memory, and
        it cannot be started again.
        """
        own = self._own_processes()
        self.signal(signal.SIGKILL)
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

    def _own_processes(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except (LookupError, psutil.NoSuchProcess):
            return []

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the process; return whether it came in time."""
        try:
            # Popen.wait looks only every 50 ms, which the start of a run would feel.
            eventually(
                self.name, lambda: self.running, lambda runs: not runs, expected="ended", within=seconds, every=0.005
            )
        except PollingTimeout:
            return False
        return True

    def stop(self, patience: float = 3.0) -> None:
        """Ask politely, then insist. A frozen process is woken first, it could not answer otherwise."""
        if not self.running:
            return
        self.signal(signal.SIGCONT)
        self.signal(self.polite_signal)
        if not self.wait(patience):
            self.kill()

    def failed(self, what: str) -> EnvironmentFailed:
        """Make the error for a server that did not come up: part, cause, log."""
        ended = "" if self.running or self.process is None else f" (it ended with code {self.process.returncode})"
        return EnvironmentFailed(f"{self.name} {what}{ended}: {find_cause(self.log)} (log: {self.log})")


def is_alive(process: psutil.Process) -> bool:
    """Whether a process has not ended; one that has, and that nobody has taken note of yet, does not live.

    The first process of many containers takes note of the ended only now and then.
    """
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait_until_ready(server: ServerProcess, ready: Callable[[], bool]) -> None:
    """Wait until a started server is ready. Raises EnvironmentFailed when it ends before, or takes too long."""

    def look() -> bool:
        if not server.running:
            raise server.failed("could not be started")
        return ready()

    try:
        eventually(server.name, look, bool, expected="ready", within=START_TIMEOUT, every=0.005)
    except PollingTimeout as error:
        server.kill()
        raise server.failed(f"was not ready within {START_TIMEOUT:g} s") from error


def run_to_end(server: ServerProcess) -> None:
    """Run a program that is expected to end with code 0, such as initdb. Raises EnvironmentFailed otherwise."""
    server.start()
    if not server.wait(START_TIMEOUT):
        server.kill()
        raise server.failed(f"did not finish within {START_TIMEOUT:g} s")
    if server.process is None or server.process.returncode != 0:
        raise server.failed("failed")


class Stopwatch:
    """Seconds since it was made, on the monotonic clock."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    @property
    def seconds(self) -> float:
        """Elapsed seconds."""
        return time.monotonic() - self._begin
