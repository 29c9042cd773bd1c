"""`acceptance report`."""

from __future__ import annotations

import argparse
from pathlib import Path

from support.evidence.report import ReportError, build
from support.exits import ExitCode, RunStopped
from support.steps import write_page

REPORTS = Path("reports")


class ReportStopped(RunStopped):
    """The report could not be built."""

    exit_code = ExitCode.REPORT


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("--results", type=Path, default=REPORTS / "allure-results", help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=REPORTS / "report.html", help="default: %(default)s")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Build the report, and beside it the page of steps."""
    try:
        page = build(options.results, options.output)
    except ReportError as error:
        raise ReportStopped(str(error)) from error
    print(f"Report: {page.resolve()}")
    print(f"Steps:  {write_page(options.output.parent / 'steps.html').resolve()}")
    return ExitCode.PASSED
