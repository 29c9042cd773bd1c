"""Inject faults into a live deployment with the commands of its target file."""

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

TIMEOUT = 60.0  # seconds for one command


class CommandFailed(Exception):
    """A command of the target file failed."""


class CommandFaultInjector:
    """The faults for which a target file has commands, by component and failure mode."""

    def __init__(self, commands: Mapping[str, Mapping[str, FaultCommands]]) -> None:
        self._commands = commands

    def find(self, component: Component, mode: FailureMode) -> Fault | None:
        """Return the fault; None if the target file has no commands for it."""
        found = self._commands.get(component.key, {}).get(mode.key)
        return Fault(_runner(found.inject), _runner(found.restore)) if found else None


def _runner(command: str) -> Callable[[], object]:
    return lambda: run_command(command)


def run_command(command: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a shell command of a target file. Raises CommandFailed with its errors, or after 60 s.

    `environment` is added to the variables of this process, which commands such as ssh and aws need.
    """
    # A file, because a server that the command leaves running would keep a pipe open; no input, because no one answers
    # questions; a session of its own, to kill everything that a command has started.
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        try:
            code = process.wait(TIMEOUT)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise CommandFailed(f"the command {command!r} did not end within {TIMEOUT:g} s") from None
            raise
        if code:
            errors.seek(0)
            output = errors.read().decode(errors="backslashreplace")[-300:]
            raise CommandFailed(f"the command {command!r} failed with exit code {code}: {output}")
