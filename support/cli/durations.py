"""`acceptance durations`: store how long the features took, to balance shards."""

from __future__ import annotations

import argparse

from support.errors import ExitCode, UsageError
from support.runner.scheduling.durations import COMMITTED, MEASURED, PROJECT, feature_durations, read, renew


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Update the recorded durations."""
    measured = read(PROJECT / "reports" / MEASURED)
    if not measured:
        raise UsageError(f"reports/{MEASURED} does not exist. Run behave first, which writes it.")
    renewed = renew(PROJECT / COMMITTED, feature_durations(measured), PROJECT)
    count = len(feature_durations(measured))
    print(f"{COMMITTED} contains the durations of {renewed} features, {count} of them measured here.")
    return ExitCode.PASSED
