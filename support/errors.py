"""Every error of the test project that more than one room handles, and every exit code of `behave` and `acceptance`.

======  ==========================================================================
 code    meaning
======  ==========================================================================
     0   every selected scenario passed
     1   at least one scenario did not pass
     2   invalid command line, setting or target file
     3   the selection cannot give a verdict: no scenario, an unknown tag, an empty scenario
     4   the platform did not start, the target does not respond or differs from its file, or nothing can be written
     5   the report could not be built, or not from all shards
     6   no scenario failed, but the tests did: an invalid feature, an undefined step, a hook, a cleanup
     7   every scenario that did not pass is listed as a known issue
   129   the terminal was closed (SIGHUP)
   130   interrupted (Ctrl-C)
   141   the reader of the output is gone (SIGPIPE), as with `behave | head`
   143   terminated (SIGTERM)
======  ==========================================================================

AcceptanceError
    FeatureError            the feature is invalid
    StepError               a step or hook did what it must not do
    RunStopped              the run cannot continue; has an exit code
        UsageError          2
        SelectionError      3
        EnvironmentFailed   4
        ReportError         5

Assertion errors (a check failed, a status of the platform) are defined where they are raised.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell is told."""

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
        """Return what shells say of a program that a signal ended."""
        return cls(128 + number)


class AcceptanceError(Exception):
    """Base of the errors below."""


class RunStopped(AcceptanceError):
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


class FeatureError(AcceptanceError):
    """The feature is to be mended: a missing tag, table or column, a name that nobody made.

    No AssertionError: a check that failed tells of the platform, and this one could not look at it.
    """


class StepError(AcceptanceError):
    """The tests' own code did what no step or hook may do."""


def require_feature(condition: object, message: str) -> None:
    """Raise FeatureMistake with the sentence unless the fact holds."""
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
    """The report could not be built; the message is a sentence for the user."""

    exit_code = ExitCode.REPORT
