"""The processes of the reference platform: the run starts its supervisor, which starts API, worker and recovery."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import psutil

from support.errors import EnvironmentFailed
from support.polling import PollingTimeout, eventually
from support.stack.directories import RunDirectory
from support.stack.processes import START_TIMEOUT, ServerProcess, find_cause, wait_with_progress

ProcessName = Literal["api", "worker", "worker-2", "worker-3", "worker-4", "worker-5", "worker-6", "recovery"]
COMMAND_TIMEOUT = 5.0  # seconds for the supervisor to carry out a command


class PlatformProcesses:
    """Start, hold and kill the platform's processes through its supervisor's control channel.

    The channel is the supervisor's standard input and output, a JSON object per line. When this process dies, the
    input closes and the supervisor ends everything by itself.
    """

    def __init__(self, run: RunDirectory, logs: Path, settings: Mapping[str, str]) -> None:
        self.server = ServerProcess(
            "The platform",
            [sys.executable, "-m", "support.reference", "--control"],
            log=logs / "platform.log",
            group=run.group,
            cwd=run.path,
            environment={
                **settings,
                # The supervisor does not run in the folder of the project, and a checkout need not be installed.
                "PYTHONPATH": str(Path(__file__).parents[2]),
            },
            controlled=True,
        )
        self._logs = logs
        self._changed = threading.Condition()
        self._pids: dict[str, int] = {}
        self._completed = 0
        self._ready = False
        self._reason: str | None = None

    def start(self) -> None:
        """Start the supervisor; it waits by itself for the database, see `wait_until_ready`."""
        self.server.start()
        threading.Thread(target=self._listen, name="platform events", daemon=True).start()

    def wait_until_ready(self) -> None:
        """Wait until the API responds and the worker has registered. Raises EnvironmentFailed with the reason."""
        try:
            wait_with_progress(self.server, self._wait_for_event)
        except PollingTimeout:
            self.server.kill()
            raise self.server.failed(f"made no progress within {START_TIMEOUT:g} s and is not ready") from None
        with self._changed:
            reason = self._reason
        if reason is not None:
            self.server.wait(COMMAND_TIMEOUT)
            raise EnvironmentFailed(f"The platform could not be started: {self._describe(reason)}")

    def _wait_for_event(self) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._ready or self._reason is not None, START_TIMEOUT):
                raise PollingTimeout

    def _describe(self, reason: str) -> str:
        """Return a reason with its cause in the log of the process that it names, and the path of that log once."""
        if ".log" in reason:
            return reason
        named = [
            log for name in get_args(ProcessName) if name in reason and (log := self._logs / f"{name}.log").exists()
        ]
        log = named[0] if named else self.server.log
        cause = f": {find_cause(log)}" if named else ""
        return f"{reason.rstrip('.')}{cause} (log: {log})"

    def pid(self, part: ProcessName) -> int:
        """Return the process id. Raises LookupError while the process is not running."""
        with self._changed:
            if part not in self._pids:
                raise LookupError(f"the platform's {part} is not running")
            return self._pids[part]

    def kill(self, part: ProcessName) -> None:
        """SIGKILL a process and prevent its restart until `resume`."""
        self._command("hold", part)
        try:
            process = psutil.Process(self.pid(part))
            process.kill()
        except (LookupError, psutil.NoSuchProcess):
            return
        self._wait_until_ended(part, process.pid)

    def crash(self, part: ProcessName) -> None:
        """SIGKILL a process; the supervisor restarts it, as in production."""
        os.kill(self.pid(part), signal.SIGKILL)

    def stop(self, part: ProcessName) -> None:
        """Terminate a process and prevent its restart until `resume`."""
        self._command("stop", part)

    def resume(self, part: ProcessName) -> None:
        """Start a process that was killed or stopped."""
        self._command("start", part)

    def _command(self, command: str, part: ProcessName) -> None:
        channel = None if self.server.process is None else self.server.process.stdin
        if channel is None or not self.server.running:
            raise self.server.failed("is not running")
        with self._changed:
            before = self._completed
            channel.write(json.dumps({"command": command, "process": part}) + "\n")
            channel.flush()
            if not self._changed.wait_for(lambda: self._completed > before, COMMAND_TIMEOUT):
                raise self.server.failed(f"did not carry out '{command} {part}' within {COMMAND_TIMEOUT:g} s")

    def _wait_until_ended(self, part: ProcessName, pid: int) -> None:
        try:
            eventually(
                f"the platform's {part}",
                lambda: psutil.pid_exists(pid),
                lambda exists: not exists,
                expected="ended",
                within=COMMAND_TIMEOUT,
                every=0.005,
            )
        except PollingTimeout as error:
            raise self.server.failed(f"could not end its {part}") from error

    def _listen(self) -> None:
        """Read the events of the supervisor until it ends."""
        events = None if self.server.process is None else self.server.process.stdout
        if events is None:
            return
        for line in events:
            event = json.loads(line)
            with self._changed:
                self._apply(event)
                self._changed.notify_all()
        self.server.wait(COMMAND_TIMEOUT)
        with self._changed:
            if not self._ready and self._reason is None:
                self._reason = str(self.server.failed("ended"))
            self._pids.clear()
            self._changed.notify_all()

    def _apply(self, event: Mapping[str, str | int]) -> None:
        match event["event"]:
            case "started":
                self._pids[str(event["process"])] = int(event["pid"])
            case "exited":
                if self._pids.get(str(event["process"])) == event["pid"]:
                    del self._pids[str(event["process"])]
            case "done":
                self._completed += 1
            case "ready":
                self._ready = True
            case "failed":
                self._reason = str(event["reason"])
