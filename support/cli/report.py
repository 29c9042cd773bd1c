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
    """Add the arguments of the command."""
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[REPORTS],
        metavar="DIR",
        help=f"folder of a run ({REPORTS}); several: the shards of one run",
    )
    parser.add_argument("--output", type=Path, help=f"the page ({PAGE} in the first folder)")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Build the report and the page of step texts. Raises ReportError if shards are missing."""
    output = options.output or options.folders[0] / PAGE
    try:
        manifest = build(options.folders, output)
        steps = write_page(output.parent / "steps.html")
    except PermissionError as error:
        raise ReportError(
            f"{error.filename}: permission denied. Choose another file with --output, or make its folder writable."
        ) from error
    print(decide(manifest).headline)
    print(f"Report: {output.resolve()}")
    print(f"Steps:  {steps.resolve()}")
    if manifest.missing_shards:
        missing = ", ".join(map(str, manifest.missing_shards))
        raise ReportError(
            f"The report is incomplete: shard {missing} of {manifest.shards} is missing. Pass its folder as well."
        )
    return ExitCode.PASSED
