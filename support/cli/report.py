"""`acceptance report`."""

from __future__ import annotations

import argparse
from pathlib import Path

from support.cli.steps import write_page
from support.errors import ExitCode, ReportError
from support.report.build import PAGE, build
from support.report.verdict import decide

REPORTS = Path("reports")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[REPORTS],
        metavar="DIR",
        help=f"what a run wrote ({REPORTS}); several are the shards of one run",
    )
    parser.add_argument("--output", type=Path, help=f"default: {PAGE} in the first of them")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Build the report, and beside it the page of steps. A shard that is missing is told, and no success."""
    output = options.output or options.folders[0] / PAGE
    try:
        manifest = build(options.folders, output)
        steps = write_page(output.parent / "steps.html")
    except PermissionError as error:
        raise ReportError(
            f"{error.filename} may not be written: give another place with --output, or make its folder writable."
        ) from error
    print(decide(manifest).headline)
    print(f"Report: {output.resolve()}")
    print(f"Steps:  {steps.resolve()}")
    if manifest.missing_shards:
        missing = ", ".join(map(str, manifest.missing_shards))
        raise ReportError(
            f"The report is not complete: of {manifest.shards} shards it lacks {missing}. Give their folders as well."
        )
    return ExitCode.PASSED
