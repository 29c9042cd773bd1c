"""Errors that several rooms handle, and the exit codes of `behave` and `acceptance`.

======  ==========================================================================
 code    meaning
======  ==========================================================================
     0   every selected scenario passed
     1   at least one scenario did not pass
     2   invalid command line, setting or target file
     3   invalid selection: no scenario, an unknown tag, an empty scenario
     4   the platform or the target is not available, or the reports cannot be written
     5   the report could not be built, or is incomplete
     6   errors in the tests, no failures: an invalid feature, an undefined step, a hook, a cleanup
     7   only known issues failed
   129   the terminal was closed (SIGHUP)
   130   interrupted (Ctrl-C)
   141   the output pipe was closed (SIGPIPE), as with `behave | head`
   143   terminated (SIGTERM)
======  ==========================================================================

AcceptanceError
    FeatureError            the feature is invalid
    StepError               a step or hook did something that is not allowed
    RunStopped              the run cannot continue; has an exit code
        UsageError          2
        SelectionError      3
        EnvironmentFailed   4
        ReportError         5

Assertion errors (a failed check, an unexpected status of the platform) are defined where they are raised.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    SELECTION = 3
    ENVIRONMENT = 4
    REPORT = 5
    TEST_ERROR = 6
    KNOWN_ISSUES = 7
    HANGUP = 129
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    TERMINATED = 143

    @classmethod
    def of_signal(cls, number: int) -> ExitCode:
        """Return the code that shells report for a program that a signal ended."""
        return cls(128 + number)


class AcceptanceError(Exception):
    """Base of the errors below."""


class RunStopped(AcceptanceError):
    """The run cannot continue. The message is shown to the user as it is."""

    exit_code = ExitCode.FAILED


class UsageError(RunStopped):
    """The command line, a setting or a target file is invalid."""

    exit_code = ExitCode.USAGE


class SelectionError(RunStopped):
    """The selection is empty or invalid."""

    exit_code = ExitCode.SELECTION


class EnvironmentFailed(RunStopped):
    """The platform or the target is not available, or the reports cannot be written."""

    exit_code = ExitCode.ENVIRONMENT


class FeatureError(AcceptanceError):
    """The feature is invalid: a missing tag, table or column, or an unknown name.

    It is not an AssertionError, because a failed check is a statement about the platform.
    """


class StepError(AcceptanceError):
    """A step or hook did something that is not allowed, such as `sys.exit`."""


def require_feature(condition: object, message: str) -> None:
    """Raise FeatureError with the message unless the condition is true."""
    if not condition:
        raise FeatureError(message)


LISTED = 15
"""Known names that a message lists; of longer lists only the most similar name is shown."""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the most similar known name, then all of them if few.

    Starts with a blank and ends without a full stop, as in `unknown column "tilte".{suggest(...)}`.
    """
    names = list(known)
    folded = {one.casefold(): one for one in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    nearest = folded[near[0]] if near else ""
    shown = f'"{nearest}"' if re.fullmatch(r"[\w -]+", nearest) and not nearest.startswith("-") else nearest
    listed = f" Known: {', '.join(names)}" if 0 < len(names) <= LISTED else ""
    return (f" Did you mean {shown}?" if near else "") + listed


class ReportError(RunStopped):
    """The report could not be built."""

    exit_code = ExitCode.REPORT
