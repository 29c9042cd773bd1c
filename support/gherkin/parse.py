"""Features, steps and hooks as files: one that cannot be read stops the run, with its place and the reason."""

from __future__ import annotations

import codecs
import contextlib
import difflib
import os
import re
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from behave.model import Feature
from behave.model_type import FileLocation
from behave.parser import ParserError
from behave.runner_util import parse_features
from behave.step_registry import AmbiguousStep

from support.errors import SelectionError

STEPS = ("Given", "When", "Then", "And", "But")
BLOCKS = ("Rule", "Background", "Scenario", "Scenario Outline", "Examples", "Scenario Template", "Scenarios")
"""What a block begins with; the last two are other words for those before."""
QUOTES = ('"""', "'''")
"""What a text below a step stands between."""

_MISTAKES = {
    "Malformed table": "has more or fewer cells than the first row of its table; a | inside a cell is written \\|",
    "Examples must only appear": "belongs to a Scenario Outline: and not to a Scenario:",
    "STEP REQUIRES": "cannot come first: begin with Given, When or Then",
    "BAD-INDENT": "stands further left than the text that it is in, or the text above it does not end",
    "tag: ": "is no line of tags: each word of it begins with @",
    "Background": "cannot stand here: there is one Background, before the scenarios and without tags",
    "Multiple features": "begins a second feature: give it a file of its own",
    "No feature found": 'is no beginning of a feature, which is "Feature:" and a title',
    " not ": 'cannot stand here: a file begins with "Feature:", and in it come rules, and in these scenarios',
}
"""What is wrong with a line, by what behave's parser says of it; the first that fits, or else what behave says."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no XML may hold, no terminal shows, or ends a line for some readers of a file only; and halves of surrogates."""


class Unreadable(SelectionError):
    """A file is not what it should be; `place` is its path and line."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}.")
        self.place = place
        self.reason = reason


def text_of(file: Path) -> str:
    """Return what a feature says. Raises Unreadable where behave, or a reader, would not see what stands there."""
    content = file.read_bytes()
    if content.startswith(codecs.BOM_UTF8):
        raise Unreadable(f"{file}:1", "it begins with a byte order mark, which acceptance format takes away")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{file}:{line}", "this is no UTF-8, save the file in that encoding") from error
    found = CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(f"{file}:{line}", f"it holds U+{ord(found[0]):04X}, which is not seen: take it out")
    return text


def parsed(locations: Sequence[FileLocation], language: str | None = None) -> list[Feature]:
    """Parse features; a location may name a scenario. Raises Unreadable."""
    # Together, whatever else was named in between: behave would take the file for another feature each time.
    places: dict[Path, list[FileLocation]] = {}
    for location in locations:
        path = Path(os.path.normpath(location.filename)).absolute()
        places.setdefault(path, []).append(FileLocation(str(path), location.line))
    features: list[Feature] = []
    for path, found in places.items():
        file = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        try:
            text = text_of(file)
            refuse_cut_off(file, text)
            features += parse_features(found, language=language)
        except ParserError as error:
            raise Unreadable(f"{file}:{error.line}", _mistake(error, text.splitlines()[error.line - 1])) from error
        except KeyError as error:
            raise Unreadable(f"{file}:1", f"behave knows no language {error}: behave --lang-list") from error
        except OSError as error:
            raise Unreadable(f"{file}", f"it cannot be read: {error.strerror}") from error
    return features


def refuse_cut_off(file: Path, text: str) -> None:
    """Raise Unreadable where a text or a row of a table does not end.

    behave would run such a feature without the steps that the text swallowed, or with a letter less in the last cell.
    """
    quotes, begin, margin = "", 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        own = line.strip()
        if quotes and own.startswith(quotes):
            quotes = ""
        elif quotes and line[:margin].strip():
            break
        elif not quotes and own.startswith(QUOTES):
            quotes, begin, margin = own[:3], number, line.index(own)
        elif not quotes and own.startswith("|") and (own == "|" or not own.endswith("|") or own.endswith("\\|")):
            raise Unreadable(f"{file}:{number}", "this row of a table does not end with |")
    if quotes:
        told = f"it needs {quotes} in a line of its own, and no line of it stands further left than its first"
        raise Unreadable(f"{file}:{begin}", f"the text that begins here does not end: {told}")


def _mistake(error: ParserError, line: str) -> str:
    """Return what is wrong with a line that behave cannot parse, and what was probably meant."""
    line = line.strip()
    said = str(error.args[0]).strip().splitlines()[-1]
    if not said.startswith("Parser failure"):
        known_mistakes = (told for sign, told in _MISTAKES.items() if sign in said)
        return f'"{line}" {next(known_mistakes, f"cannot stand here: {said}")}'
    known = {block: f"{block}:" for block in BLOCKS[:5]}
    if "taggable" not in said:
        known = {step: f"{step} ..." for step in STEPS} | {"|": "| ... |", QUOTES[0]: QUOTES[0]} | known

    def likeness(keyword: str) -> float:
        begin = " ".join(line.split()[: len(keyword.split())]).rstrip(":")
        return difflib.SequenceMatcher(None, keyword.lower(), begin.lower()).ratio()

    nearest = max(known, key=likeness)
    meant = f"did you mean {known[nearest]}" if likeness(nearest) > 0.7 else f"known: {', '.join(known.values())}"
    return f'"{line}" is no step and begins no block here ({meant})'


@contextlib.contextmanager
def loading_code() -> Iterator[None]:
    """Raise SelectionError, with file and line, where the code of steps or hooks cannot be loaded."""
    try:
        yield
    except AmbiguousStep as error:
        sentence = f"Nothing was run: two step definitions take the same sentence: {error}"
        raise SelectionError(sentence) from error
    except Exception as error:
        raise SelectionError(f"Nothing was run: {_place(error)}: {type(error).__name__}: {error}.") from error


def _place(error: Exception) -> str:
    """Where the code of this project went wrong: libraries are right."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    own = [frame for frame in frames if not frame.filename.startswith("<frozen")]
    return f"{own[-1].filename}:{own[-1].lineno}"
