"""How a run ends: the exit codes of `behave` and `acceptance`, and the exception that carries one.

======  ==========================================================================
 code    meaning
======  ==========================================================================
     0   everything that was selected passed
     1   at least one scenario did not pass
     2   the command line, a setting or a target file is wrong
     3   what was selected cannot give an honest verdict: nothing, an unknown tag, an empty scenario
     4   the platform could not be started, the target does not answer or is not as told, or nothing can be written
     5   the report could not be built, or not of all shards
     6   no scenario failed, but the tests themselves did: a wrong feature, an undefined step, a hook, a clean-up
     7   nothing did not pass but what is listed as a known issue
   129   the terminal was closed (SIGHUP)
   130   interrupted (Ctrl-C)
   141   nobody read on what was printed (SIGPIPE), as behind `behave | head`
   143   terminated (SIGTERM)
======  ==========================================================================
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell is told."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    SELECTION = 3
    ENVIRONMENT = 4
    REPORT = 5
    BROKEN = 6
    KNOWN = 7
    HUNG_UP = 129
    INTERRUPTED = 130
    UNREAD = 141
    TERMINATED = 143

    @classmethod
    def of_signal(cls, number: int) -> ExitCode:
        """Return what shells say of a program that a signal ended."""
        return cls(128 + number)


class RunStopped(Exception):
    """The run cannot go on. The message is one sentence for the person who started it."""

    exit_code = ExitCode.FAILED


class UsageError(RunStopped):
    """The command line, a setting or a target file is wrong."""

    exit_code = ExitCode.USAGE


class SelectionError(RunStopped):
    """What was selected cannot give an honest verdict."""

    exit_code = ExitCode.SELECTION


class EnvironmentFailed(RunStopped):
    """The platform could not be started, the target does not answer or is not as told, or nothing can be written."""

    exit_code = ExitCode.ENVIRONMENT
