"""`acceptance check`: looks through the features without running them, in a moment."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from support.errors import ExitCode, UsageError
from support.gherkin.format import feature_files, refuse_missing
from support.gherkin.lint import Finding, findings
from support.gherkin.steps import FEATURES

LINT_RULES = "BC002,BC003,BC006,BC010,BD005,BS006,BS007,BS008,BSEC001,BSEC002,BX003,BX004,BI18N002"
"""Rules of behave-lint that fit our style; tags, titles and order are looked at in `support.gherkin.lint`.

BC008 and BC009 (columns of Examples, unused and unknown) do not look into tables and texts, where ours stand: see there
as well. BX006 (long files) would tear workflows apart that have many cases.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("paths", nargs="*", type=Path, default=[FEATURES], help="features or folders (features)")
    parser.add_argument("--strict", action="store_true", help="notes fail as well")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Look, tell, and fail where there are errors."""
    refuse_missing(options.paths)
    for path in options.paths:
        if path.is_file() and path.suffix != ".feature":
            raise UsageError(f"{path} is no feature: they end in .feature.")
        if not feature_files([path]):
            raise UsageError(f"There is no feature in {path}: nothing was looked at.")
    linter = _start_linter(options.paths)
    whole = options.paths == [FEATURES]
    found = list(findings(options.paths, whole=whole))
    told = {finding.place.partition(":")[0] for finding in found if finding.is_error}
    found += _lint_findings(linter, told)
    errors = [finding for finding in found if finding.is_error]
    for finding in sorted(found, key=lambda finding: (not finding.is_error, _by_line(finding))):
        print(f"{'' if finding.is_error else 'note: '}{finding}")
    print(f"{_counted(len(errors), 'error')}, {_counted(len(found) - len(errors), 'note')}.")
    return ExitCode.FAILED if errors or (options.strict and found) else ExitCode.PASSED


def _by_line(finding: Finding) -> tuple[str, int]:
    file, _, line = finding.place.partition(":")
    return file, int(line) if line.isdecimal() else 0


def _start_linter(paths: Sequence[Path]) -> subprocess.Popen[str] | None:
    """Start behave-lint beside our own looking; None where it is not installed."""
    try:
        import behave_lint  # noqa: F401 - only to see whether it is there
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


def _lint_findings(linter: subprocess.Popen[str] | None, told: Container[str]) -> Iterator[Finding]:
    """Yield what behave-lint finds; that it cannot read a file is left out for files of which more is told already."""
    if linter is None:
        yield Finding(
            "", "behave-lint is not installed, so its rules were not checked: pip install behave-lint", is_error=False
        )
        return
    output, errors = linter.communicate()
    try:
        found = json.loads(output)["diagnostics"]
    except (ValueError, KeyError):
        yield Finding("", f"behave-lint did not work: {errors.strip() or output.strip()}")
        return
    for one in found:
        place = _lint_place(one)
        if one["rule_id"] == "B000" and place.partition(":")[0] in told:
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
