"""`acceptance durations`: store how long the features took, to balance shards."""

from __future__ import annotations

import argparse

from support.errors import ExitCode, UsageError
from support.runner.scheduling.durations import COMMITTED, MEASURED, PROJECT, feature_durations, read, renew


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Write the file of paces."""
    measured = read(PROJECT / "reports" / MEASURED)
    if not measured:
        raise UsageError(f"Nothing has been measured yet: run behave first, it writes reports/{MEASURED}.")
    renewed = renew(PROJECT / COMMITTED, feature_durations(measured), PROJECT)
    print(f"{COMMITTED} tells the paces of {renewed} features; {len(feature_durations(measured))} were measured here.")
    return ExitCode.PASSED
