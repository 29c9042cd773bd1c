"""`acceptance format`: format feature files."""

from __future__ import annotations

import argparse
import codecs
from pathlib import Path

from behave.model_type import FileLocation

from support.errors import ExitCode, UsageError
from support.gherkin.format import format_feature, require_paths
from support.gherkin.parse import InvalidFeature, feature_files, parse_features, read_text
from support.gherkin.steps import FEATURES


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "paths", nargs="*", type=feature_path, default=[FEATURES], help="features or folders (features)"
    )
    parser.add_argument("--check", action="store_true", help="report files that would change")
    parser.set_defaults(work=work)


def feature_path(text: str) -> Path:
    """Return a path of the command line. Raises ArgumentTypeError if it is empty or not a feature."""
    if not text.strip():
        raise argparse.ArgumentTypeError("empty path")
    path = Path(text)
    if path.is_file() and path.suffix != ".feature":
        raise argparse.ArgumentTypeError(f"{path} is not a feature file, expected a name that ends in .feature")
    return path


def work(options: argparse.Namespace) -> int:
    """Format the files, or report which would change. Nothing is written if one of them is invalid."""
    require_paths(options.paths)
    changed: dict[Path, bytes] = {}
    for path in feature_files(options.paths):
        try:
            content = path.read_bytes()
            formatted = _format(path, content)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}. No file was changed.") from error
        except InvalidFeature as error:
            reason = f"{error.place or path}: {error.reason}"
            raise UsageError(f"{reason}. No file was changed.") from error
        if formatted != content:
            changed[path] = formatted
    for path, formatted in changed.items():
        if not options.check:
            try:
                path.write_bytes(formatted)
            except OSError as error:
                raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
        print(f"{path} {'would change' if options.check else 'formatted'}")
    return ExitCode.FAILED if changed and options.check else ExitCode.PASSED


def _format(path: Path, content: bytes) -> bytes:
    if content.startswith(codecs.BOM_UTF8):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidFeature(f"{path}", "not UTF-8. Save the file in that encoding") from error
    else:
        text = read_text(path)
        parse_features([_location(path)])
    return format_feature(text).encode()


def _location(path: Path) -> FileLocation:
    return FileLocation(str(path))
