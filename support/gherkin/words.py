"""The word gate: words of the former private dialect, which `word_list.toml` names, are rejected in every text file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from support.errors import UsageError

FILE = Path(__file__).parent / "word_list.toml"
SUFFIXES = frozenset({".feature", ".html", ".md", ".py", ".toml", ".yml"})
IGNORED = frozenset({"reports", "build", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class WordException:
    """Files (a pattern of paths) and, optionally, text around the word where it is correct; with the reason."""

    files: str
    text: str
    reason: str

    def applies(self, file: str, line: str) -> bool:
        """Return whether the word is allowed in this line."""
        return fnmatch(file, self.files) and self.text in line


@dataclass(frozen=True)
class Word:
    """A rejected word: a regular expression of words, its replacement, and its exceptions."""

    pattern: re.Pattern[str]
    instead: str
    exceptions: Sequence[WordException]


@dataclass(frozen=True)
class RejectedWord:
    """One place where a rejected word is used."""

    place: str
    word: str
    instead: str

    def __str__(self) -> str:
        return f'{self.place}: "{self.word}" -> {self.instead}'


@cache
def word_list() -> Sequence[Word]:
    """Return the rejected words."""
    return parse_word_list(FILE.read_text(encoding="utf-8"))


def parse_word_list(text: str) -> Sequence[Word]:
    """Return the words of a word list. Raises UsageError for an invalid entry."""
    try:
        entries = tomllib.loads(text)["word"]
        return [_word(entry) for entry in entries]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise UsageError(
            f"support/gherkin/{FILE.name}: {type(error).__name__} {error}. Expected [[word]] with pattern and instead, "
            "and exceptions with files and reason."
        ) from error


def _word(entry: dict[str, object]) -> Word:
    exceptions = entry.get("exceptions", [])
    if not isinstance(exceptions, list):
        raise TypeError(f"exceptions of {entry['pattern']}")
    return Word(
        # Underscores and digits do not belong to a word, so parts of identifiers are tried as well.
        re.compile(rf"(?<![A-Za-z])(?:{entry['pattern']})(?![a-z])", re.IGNORECASE),
        str(entry["instead"]),
        [WordException(str(one["files"]), str(one.get("text", "")), str(one["reason"])) for one in exceptions],
    )


def rejected_words(folder: Path = Path()) -> Iterator[RejectedWord]:
    """Yield the rejected words in the text files of a folder."""
    for file in text_files(folder):
        name = file.relative_to(folder).as_posix()
        yield from rejected_in(name, file.read_text(encoding="utf-8", errors="replace"))


def text_files(folder: Path) -> list[Path]:
    """Return the files that the word gate reads."""
    found = []
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith(".") and part not in (".github", ".pre-commit-config.yaml") for part in parts)
        if not hidden and not IGNORED & set(parts) and file.suffix in SUFFIXES and file.is_file():
            found.append(file)
    return found


def rejected_in(name: str, text: str) -> Iterator[RejectedWord]:
    """Yield the rejected words in the text of one file; `name` is its path in the project."""
    if name == f"support/gherkin/{FILE.name}":
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for word in word_list():
            for found in word.pattern.finditer(line):
                if not any(one.applies(name, line) for one in word.exceptions):
                    yield RejectedWord(f"{name}:{number}", found[0], word.instead)
