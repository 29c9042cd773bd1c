"""`acceptance format`: format feature files."""

from __future__ import annotations

import argparse
from pathlib import Path

from support.errors import ExitCode, UsageError
from support.gherkin.format import feature_files, formatted, read, refuse_missing
from support.gherkin.parse import Unreadable, refuse_cut_off
from support.gherkin.steps import FEATURES


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("paths", nargs="*", type=Path, default=[FEATURES], help="features or folders (features)")
    parser.add_argument("--check", action="store_true", help="change nothing, tell which would be changed")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Lay out, or tell what would be."""
    refuse_missing(options.paths)
    untidy = [path for path in feature_files(options.paths) if formatted(read(path)).encode() != path.read_bytes()]
    for path in untidy:
        try:
            refuse_cut_off(path, read(path))
        except Unreadable as error:
            raise UsageError(f"{error} Nothing was laid out.") from error
    for path in untidy:
        print(f"{path} {'is not laid out' if options.check else 'laid out'}")
        if not options.check:
            path.write_bytes(formatted(read(path)).encode())
    return ExitCode.FAILED if untidy and options.check else ExitCode.PASSED
