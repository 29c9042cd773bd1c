"""What keeps a report from being built."""

from __future__ import annotations

from support.exits import ExitCode, RunStopped


class ReportError(RunStopped):
    """The report could not be built; the message is a sentence for the user."""

    exit_code = ExitCode.REPORT
