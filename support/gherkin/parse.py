"""Reading and parsing of features, and loading of step code, with place and reason of each error."""

from __future__ import annotations

import codecs
import contextlib
import difflib
import os
import re
import traceback
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from behave.model import Feature
from behave.model_type import FileLocation
from behave.parser import ParserError
from behave.runner_util import parse_features as parse_files
from behave.step_registry import AmbiguousStep

from support.errors import SelectionError
from support.gherkin.keywords import DEFAULT_LANGUAGE, QUOTES, Keywords, keywords, language_of

_REASONS = {
    "Malformed table": "has more or fewer cells than the first row of its table. Write a | inside a cell as \\|",
    "Examples must only appear": "belongs to a Scenario Outline, not to a Scenario",
    "STEP REQUIRES": "cannot be the first step. Start with Given, When or Then",
    "BAD-INDENT": "is indented less than the text that contains it, or the text before it is not closed",
    "tag: ": "is not a valid line of tags. Each word of it starts with @",
    "Background": "is not allowed here. A feature has one Background, before its scenarios and without tags",
    "Multiple features": "starts a second feature. Move it into a file of its own",
    "No feature found": 'is not the start of a feature. Expected "Feature:" and a title',
    " not ": 'is not allowed here. A file starts with "Feature:", followed by rules or scenarios',
}
"""The reason for each message of behave's parser; the first that it contains, otherwise the message itself."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""Characters that XML forbids, terminals hide or some readers take for the end of a line; halves of surrogates."""
INVISIBLE = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000-\u200b\u200e\u200f\u202a-\u202f\u205f-\u206f\u3000\ufeff]"
)
"""Blanks other than the usual one, and characters without a width; joiners (U+200C, U+200D) are part of words."""


class InvalidFeature(SelectionError):
    """A file is not a valid feature; `place` is its path and line."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}.")
        self.place = place
        self.reason = reason


def is_hidden(path: Path, folder: Path) -> bool:
    """Return whether a path is hidden below a folder, such as the lock file of an editor."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def feature_files(paths: Sequence[Path]) -> list[Path]:
    """Return the feature files among paths; folders are searched, hidden files and folders in them are ignored."""
    return [
        file
        for path in paths
        for file in (
            sorted(one for one in path.rglob("*.feature") if not is_hidden(one, path) and not one.is_dir())
            if path.is_dir()
            else [path]
        )
    ]


def read_text(file: Path) -> str:
    """Return the text of a feature. Raises InvalidFeature if it is unreadable, not UTF-8 or has hidden characters."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidFeature(f"{file}", f"cannot be read: {error.strerror}") from error
    if content.startswith(codecs.BOM_UTF8):
        raise InvalidFeature(f"{file}:1", "starts with a byte order mark. Remove it with `acceptance format`")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidFeature(f"{file}:{line}", "not UTF-8. Save the file in that encoding") from error
    if found := CONTROL.search(text):
        _reject_character(file, text, found)
    for number, content_line in enumerate(text.splitlines(), start=1):
        if (found := INVISIBLE.search(content_line)) and not content_line.lstrip().startswith("#"):
            _reject_character(file, text, found, number)
    return text


def _reject_character(file: Path, text: str, found: re.Match[str], line: int = 0) -> NoReturn:
    number = line or text.count("\n", 0, found.start()) + 1
    column = found.start() + 1 if line else found.start() - text.rfind("\n", 0, found.start())
    name = unicodedata.name(found[0], "a control character")
    raise InvalidFeature(
        f"{file}:{number}",
        f"contains the invisible character U+{ord(found[0]):04X} ({name}) in column {column}. Remove it",
    )


def parse_features(locations: Sequence[FileLocation], language: str | None = None) -> list[Feature]:
    """Parse features; a location may name a scenario. Raises InvalidFeature."""
    # Grouped by file: behave would take a file that is named twice for two features.
    places: dict[Path, list[FileLocation]] = {}
    for location in locations:
        path = Path(os.path.normpath(location.filename)).absolute()
        places.setdefault(path, []).append(FileLocation(str(path), location.line))
    features: list[Feature] = []
    for path, found in places.items():
        file = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        text = read_text(file)
        try:
            known = keywords(language_of(text, language or DEFAULT_LANGUAGE))
            require_closed(file, text)
            features += parse_files(found, language=language)
        except ParserError as error:
            line = text.splitlines()[error.line - 1]
            raise InvalidFeature(f"{file}:{error.line}", _reason(error, line, known)) from error
        except KeyError as error:
            raise InvalidFeature(
                f"{file}:1", f"unknown language {error}. List them with `behave --lang-list`"
            ) from error
        except OSError as error:
            raise InvalidFeature(f"{file}", f"cannot be read: {error.strerror}") from error
    return features


def require_closed(file: Path, text: str) -> None:
    """Raise InvalidFeature for a text or table row without an end.

    behave would run such a feature without the steps inside the text, or cut the last cell.
    """
    quotes, start, margin = "", 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        own = line.strip()
        if quotes and own.startswith(quotes):
            quotes = ""
        elif quotes and line[:margin].strip():
            break
        elif not quotes and own.startswith(QUOTES):
            quotes, start, margin = own[:3], number, line.index(own)
        elif not quotes and own.startswith("|") and (own == "|" or not own.endswith("|") or own.endswith("\\|")):
            raise InvalidFeature(f"{file}:{number}", "this table row does not end with |")
    if quotes:
        reason = f"expected {quotes} in a line of its own, and no line of the text indented less than its first"
        raise InvalidFeature(f"{file}:{start}", f"the text that starts here is not closed: {reason}")


def _reason(error: ParserError, line: str, known: Keywords) -> str:
    """Return why behave cannot parse a line, and the most similar keyword."""
    line = line.strip()
    message = str(error.args[0]).strip().splitlines()[-1]
    if not message.startswith("Parser failure"):
        reasons = (reason for sign, reason in _REASONS.items() if sign in message)
        return f'"{line}" {next(reasons, f"is not allowed here: {message}")}'
    expected = {block: f"{block}:" for block in known.blocks}
    if "taggable" not in message:
        steps = {step.strip(): f"{step.strip()} ..." for step in known.steps if step.strip() != "*"}
        expected = steps | {"|": "| ... |", QUOTES[0]: QUOTES[0]} | expected

    def similarity(keyword: str) -> float:
        start = " ".join(line.split()[: len(keyword.split())]).rstrip(":")
        return difflib.SequenceMatcher(None, keyword.lower(), start.lower()).ratio()

    nearest = max(expected, key=similarity)
    listed = f" Expected one of: {', '.join(expected.values())}"
    hint = f" Did you mean {expected[nearest]}" if similarity(nearest) > 0.7 else listed
    return f'"{line}" is neither a step nor the start of a block.{hint}'


@contextlib.contextmanager
def loading_code() -> Iterator[None]:
    """Raise SelectionError with file and line if the code of steps or hooks cannot be loaded."""
    try:
        yield
    except AmbiguousStep as error:
        raise SelectionError(f"No scenarios run: two step definitions match the same step text: {error}") from error
    except Exception as error:
        raise SelectionError(f"No scenarios run: {_place(error)}: {type(error).__name__}: {error}.") from error


def _place(error: Exception) -> str:
    """Return file and line of the last frame in the project's code."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    own = [frame for frame in frames if not frame.filename.startswith("<frozen")]
    return f"{own[-1].filename}:{own[-1].lineno}"
