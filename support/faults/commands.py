"""Breaking parts of a live deployment with the commands that its target file grants."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping

from support.faults.components import Component, FailureMode
from support.faults.injection import Fault
from support.targets.settings import FaultCommands

LIMIT = 60.0  # seconds for one command


class CommandFailed(Exception):
    """A command of the target file did not do its work."""


class CommandFaultInjector:
    """The faults for which a target file has commands, by part and kind."""

    def __init__(self, commands: Mapping[str, Mapping[str, FaultCommands]]) -> None:
        self._commands = commands

    def find(self, part: Component, kind: FailureMode) -> Fault | None:
        """Return the fault; None where the target file has no commands for it."""
        found = self._commands.get(part.key, {}).get(kind)
        return Fault(_runner(found.break_), _runner(found.mend)) if found else None


def _runner(command: str) -> Callable[[], object]:
    def run() -> None:
        # A file, as a server that the command leaves running would hold a pipe open; no input, as nobody answers
        # questions; a session of its own, to end all that a command which takes too long has started.
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command,
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
            try:
                code = process.wait(LIMIT)
            except BaseException as error:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise CommandFailed(f"the command {command!r} was not done within {LIMIT:g} s") from None
                raise
            if code:
                errors.seek(0)
                told = errors.read().decode(errors="replace")[-300:]
                raise CommandFailed(f"the command {command!r} ended with code {code}: {told}")

    return run
