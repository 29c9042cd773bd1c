"""Breaking parts of a live deployment with the commands that its target file grants."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping

from support.faults.breaker import Fault
from support.parts import Kind, Part
from support.settings import FaultCommands

LIMIT = 60.0  # seconds for one command


class CommandFailed(Exception):
    """A command of the target file did not do its work."""


class CommandBreaker:
    """The faults for which a target file has commands, by part and kind."""

    def __init__(self, commands: Mapping[str, Mapping[str, FaultCommands]]) -> None:
        self._commands = commands

    def find(self, part: Part, kind: Kind) -> Fault | None:
        """Return the fault; None where the target file has no commands for it."""
        found = self._commands.get(part.key, {}).get(kind)
        return Fault(_runner(found.break_), _runner(found.mend)) if found else None


def _runner(command: str) -> Callable[[], object]:
    def run() -> None:
        try:
            done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise CommandFailed(f"the command {command!r} was not done within {LIMIT:g} s") from None
        if done.returncode:
            raise CommandFailed(f"the command {command!r} ended with code {done.returncode}: {done.stderr[-300:]}")

    return run
