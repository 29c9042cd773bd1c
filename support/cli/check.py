"""`acceptance check`: check feature files, without running them."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from support.cli.format import feature_path
from support.errors import ExitCode, UsageError
from support.gherkin.format import require_paths
from support.gherkin.lint import Finding, findings
from support.gherkin.parse import feature_files
from support.gherkin.steps import FEATURES
from support.gherkin.words import rejected_words

LINT_RULES = "BC002,BC003,BC006,BC010,BD005,BS006,BS007,BS008,BSEC001,BSEC002,BX003,BX004,BI18N002"
"""Enabled rules of behave-lint; tags, titles and order are checked in `support.gherkin.lint`.

BC008 and BC009 (unused and unknown columns of Examples) ignore tables and texts, so `lint` checks these as well.
BX006 (long files) would split workflows with many cases.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "paths", nargs="*", type=feature_path, default=[FEATURES], help="features or folders (features)"
    )
    parser.add_argument("--strict", action="store_true", help="treat notes as errors")
    parser.add_argument("--words", action="store_true", help="reject words of the word list")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Print all findings; fail on errors."""
    require_paths(options.paths)
    for path in options.paths:
        if not feature_files([path]):
            raise UsageError(f"{path} contains no feature. Nothing was checked.")
    linter = _start_linter(options.paths)
    complete = options.paths == [FEATURES]
    found = list(findings(options.paths, complete=complete))
    invalid = {finding.place.partition(":")[0] for finding in found if finding.is_error}
    found += _lint_findings(linter, invalid)
    if options.words:
        found += [Finding(one.place, f'"{one.word}" -> {one.instead}') for one in rejected_words()]
    errors = [finding for finding in found if finding.is_error]
    for finding in sorted(found, key=lambda finding: (not finding.is_error, _by_line(finding))):
        print(f"{'' if finding.is_error else 'note: '}{finding}")
    print(f"{_counted(len(errors), 'error')}, {_counted(len(found) - len(errors), 'note')}.")
    return ExitCode.FAILED if errors or (options.strict and found) else ExitCode.PASSED


def _by_line(finding: Finding) -> tuple[str, int]:
    file, _, line = finding.place.partition(":")
    return file, int(line) if line.isdecimal() else 0


def _start_linter(paths: Sequence[Path]) -> subprocess.Popen[str] | None:
    """Start behave-lint in parallel; None if it is not installed."""
    try:
        import behave_lint  # noqa: F401 - only tests whether it is installed
    except ImportError:
        return None
    command = [
        sys.executable,
        "-m",
        "behave_lint",
        *map(str, paths),
        "--select",
        LINT_RULES,
        "--output",
        "json",
        "--no-cache",
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _lint_findings(linter: subprocess.Popen[str] | None, invalid: Container[str]) -> Iterator[Finding]:
    """Yield the findings of behave-lint, without its parse errors for files with findings of our own."""
    if linter is None:
        yield Finding(
            "", "behave-lint is not installed, its rules were skipped. Run `pip install behave-lint`", is_error=False
        )
        return
    output, errors = linter.communicate()
    try:
        found = json.loads(output)["diagnostics"]
    except (ValueError, KeyError):
        yield Finding("", f"behave-lint failed: {errors.strip() or output.strip()}")
        return
    for one in found:
        place = _lint_place(one)
        if one["rule_id"] == "B000" and place.partition(":")[0] in invalid:
            continue
        yield Finding(place, f"{one['message']} ({one['rule_id']} of behave-lint)")


def _lint_place(one: Mapping[str, object]) -> str:
    location = one.get("location")
    place = location if isinstance(location, Mapping) else one
    file = Path(str(place.get("file") or place.get("path") or place.get("file_path")))
    shown = file.relative_to(Path.cwd()) if file.is_absolute() and file.is_relative_to(Path.cwd()) else file
    return f"{shown}:{place.get('line', 1)}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
