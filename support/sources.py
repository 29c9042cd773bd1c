"""Features, steps and hooks as files: one that cannot be read stops the run, with its place and the reason."""

from __future__ import annotations

import codecs
import contextlib
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

from support.exits import SelectionError

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no XML may hold, no terminal shows, or ends a line for some readers of a file only; and halves of surrogates."""


class Unreadable(SelectionError):
    """A file is not what it should be; `place` is its path and line."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}.")
        self.place = place
        self.reason = reason


def text_of(file: Path) -> str:
    """Return what a feature says. Raises Unreadable where it is not encoded as behave reads it."""
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
            text_of(file)
            features += parse_features(found, language=language)
        except ParserError as error:
            reason = re.sub(r'^(Failed to parse ".*": |REASON: )', "", str(error).strip().splitlines()[-1])
            raise Unreadable(f"{file}:{error.line or 1}", f"this is no feature: {reason.rstrip('.')}") from error
        except KeyError as error:
            raise Unreadable(f"{file}:1", f"behave knows no language {error}: behave --lang-list") from error
        except OSError as error:
            raise Unreadable(f"{file}", f"it cannot be read: {error.strerror}") from error
    return features


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
