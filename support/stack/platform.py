"""The reference platform as processes: its supervisor is our child; API, worker and recovery are the supervisor's."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import psutil

from support.errors import EnvironmentFailed
from support.polling import PollingTimeout, eventually
from support.stack.directories import RunDirectory
from support.stack.processes import START_TIMEOUT, ServerProcess

ProcessName = Literal["api", "worker", "recovery"]
ANSWER_LIMIT = 5.0  # seconds for the supervisor to carry out a command


class PlatformProcesses:
    """Start, hold and kill the platform's processes through its supervisor's control channel.

    The channel is the supervisor's standard input and output, a JSON object per line. When this process dies, the
    input closes and the supervisor ends everything by itself.
    """

    def __init__(self, run: RunDirectory, logs: Path, settings: Mapping[str, str]) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLATFORM_")}
        self.server = ServerProcess(
            "The platform",
            [sys.executable, "-m", "support.reference", "--control"],
            log=logs / "platform.log",
            group=run.group,
            cwd=run.path,
            environment={
                **inherited,
                **settings,
                # The supervisor does not run in the project's folder, yet a checkout works without being installed.
                "PYTHONPATH": os.pathsep.join(
                    filter(None, [str(Path(__file__).parents[2]), inherited.get("PYTHONPATH")])
                ),
            },
            controlled=True,
        )
        self._news = threading.Condition()
        self._pids: dict[str, int] = {}
        self._answers = 0
        self._ready = False
        self._reason: str | None = None

    def start(self) -> None:
        """Start the supervisor; it waits by itself for the database, see `wait_until_ready`."""
        self.server.start()
        threading.Thread(target=self._listen, name="platform events", daemon=True).start()

    def wait_until_ready(self) -> None:
        """Return when the API answers and the worker has registered. Raises EnvironmentFailed with the reason."""
        with self._news:
            came = self._news.wait_for(lambda: self._ready or self._reason is not None, START_TIMEOUT)
            reason = self._reason
        if reason is not None:
            self.server.wait(ANSWER_LIMIT)
            raise EnvironmentFailed(f"The platform could not be started: {reason} (log: {self.server.log})")
        if not came:
            self.server.kill()
            raise self.server.failed(f"was not ready within {START_TIMEOUT:g} s")

    def pid(self, part: ProcessName) -> int:
        """The process id of a part; raises LookupError while it is not running."""
        with self._news:
            if part not in self._pids:
                raise LookupError(f"the platform's {part} is not running")
            return self._pids[part]

    def kill(self, part: ProcessName) -> None:
        """SIGKILL a part and keep it away until `resume`."""
        self._command("hold", part)
        try:
            process = psutil.Process(self.pid(part))
            process.kill()
        except (LookupError, psutil.NoSuchProcess):
            return
        self._await_gone(part, process.pid)

    def crash(self, part: ProcessName) -> None:
        """SIGKILL a part and let the supervisor start it again, as it would in production."""
        os.kill(self.pid(part), signal.SIGKILL)

    def stop(self, part: ProcessName) -> None:
        """Ask a part to end politely and keep it away until `resume`."""
        self._command("stop", part)

    def resume(self, part: ProcessName) -> None:
        """Start a part that was killed or stopped."""
        self._command("start", part)

    def _command(self, command: str, part: ProcessName) -> None:
        channel = None if self.server.process is None else self.server.process.stdin
        if channel is None or not self.server.running:
            raise self.server.failed("is not running")
        with self._news:
            before = self._answers
            channel.write(json.dumps({"command": command, "process": part}) + "\n")
            channel.flush()
            if not self._news.wait_for(lambda: self._answers > before, ANSWER_LIMIT):
                raise self.server.failed(f"did not carry out '{command} {part}' within {ANSWER_LIMIT:g} s")

    def _await_gone(self, part: ProcessName, pid: int) -> None:
        try:
            eventually(
                f"the platform's {part}",
                lambda: psutil.pid_exists(pid),
                lambda exists: not exists,
                expected="gone",
                within=ANSWER_LIMIT,
                every=0.005,
            )
        except PollingTimeout as error:
            raise self.server.failed(f"kept its {part}") from error

    def _listen(self) -> None:
        """Follow what the supervisor says until it ends."""
        events = None if self.server.process is None else self.server.process.stdout
        if events is None:
            return
        for line in events:
            event = json.loads(line)
            with self._news:
                self._note(event)
                self._news.notify_all()
        self.server.wait(ANSWER_LIMIT)
        with self._news:
            if not self._ready and self._reason is None:
                self._reason = str(self.server.failed("ended"))
            self._pids.clear()
            self._news.notify_all()

    def _note(self, event: Mapping[str, str | int]) -> None:
        match event["event"]:
            case "started":
                self._pids[str(event["process"])] = int(event["pid"])
            case "exited":
                if self._pids.get(str(event["process"])) == event["pid"]:
                    del self._pids[str(event["process"])]
            case "done":
                self._answers += 1
            case "ready":
                self._ready = True
            case "failed":
                self._reason = str(event["reason"])
