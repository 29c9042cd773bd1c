"""`acceptance format`: lays features out as we do. Indentation, aligned tables, one blank line between the parts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from support.errors import UsageError
from support.gherkin.parse import BLOCKS, QUOTES, STEPS
from support.gherkin.steps import FEATURES

_BLOCK = re.compile(f"({'|'.join(('Feature', 'Example', *BLOCKS))}):")

_STEP = re.compile(rf"({'|'.join(STEPS)}|\*) ")

_INDENT = "  "


def refuse_missing(paths: Sequence[Path]) -> None:
    """Raise UsageError for a file or folder that is not there."""
    for path in paths:
        if not path.exists():
            near = difflib.get_close_matches(str(path), map(str, sorted(FEATURES.rglob("*"))), n=1)
            meant = f"Did you mean {near[0]}?" if near else f"Features are in {FEATURES}/."
            raise UsageError(f"There is no {path}. {meant}")


def read(path: Path) -> str:
    """Return the text of a feature file. Raises UsageError unless it is UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")  # the mark that some editors begin a file with is no part of it
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8: save it in that encoding. Nothing was laid out.") from error


def feature_files(paths: Sequence[Path]) -> list[Path]:
    """Return the feature files; folders are searched."""
    return [file for path in paths for file in (sorted(path.rglob("*.feature")) if path.is_dir() else [path])]


def formatted(text: str) -> str:
    """Return a feature in our layout. Words are never changed, nor what stands between quotes of a document."""
    return "\n".join(_Format(text.splitlines()).lines()) + "\n"


class _Format:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._written: list[str] = []
        self._waiting: list[str] = []  # tags and comments, which belong to what follows
        self._rule = False
        self._block = ""
        self._level = 0

    def lines(self) -> list[str]:
        number = 0
        while number < len(self._lines):
            line = self._lines[number].strip()
            if line.startswith(QUOTES):
                number = self._document(number)
            elif line.startswith("|"):
                number = self._table(number)
            else:
                self._line(line)
                number += 1
        self._flush(self._level)
        while self._written and not self._written[-1]:
            self._written.pop()
        return self._written

    def _line(self, line: str) -> None:
        block = _BLOCK.match(line)
        if block:
            self._begin(block[1], line)
        elif line.startswith(("@", "#")) and not line.startswith("# language"):
            self._waiting.append(line)
        elif _STEP.match(line) and self._block not in ("Feature", "Rule", ""):
            self._flush(self._level + 1)
            self._put(self._level + 1, line)
        elif line:
            self._flush(self._level + 1)
            self._put(self._level + 1 if self._block else 0, line)
        elif self._written and self._written[-1] and not self._waiting:
            self._written.append("")

    def _begin(self, keyword: str, line: str) -> None:
        in_scenario = keyword in ("Examples", "Scenarios")
        if keyword == "Rule":
            self._rule = True
        if keyword == "Feature":
            self._level = 0
        elif keyword == "Rule":
            self._level = 1
        elif not in_scenario:
            self._level = 2 if self._rule else 1
        self._block = keyword
        while self._written and not self._written[-1]:
            self._written.pop()
        if self._written and not self._written[-1].startswith("# language"):
            self._written.append("")
        self._flush(self._level + in_scenario)
        self._put(self._level + in_scenario, line)

    def _flush(self, level: int) -> None:
        for line in self._waiting:
            self._put(level, line)
        self._waiting.clear()

    def _put(self, level: int, line: str) -> None:
        # Steps follow each other without a gap.
        if _STEP.match(line) and self._written and not self._written[-1] and self._after_step():
            self._written.pop()
        self._written.append(_INDENT * level + line)

    def _after_step(self) -> bool:
        before = next((line.strip() for line in reversed(self._written) if line), "")
        return bool(_STEP.match(before)) or before.startswith(("|", *QUOTES))

    def _document(self, begin: int) -> int:
        quotes = self._lines[begin].strip()[:3]
        end = begin + 1
        while end < len(self._lines) and not self._lines[end].strip().startswith(quotes):
            end += 1
        self._close_gap()
        margin = len(self._lines[begin]) - len(self._lines[begin].lstrip())
        indent = _INDENT * (self._level + 2)
        self._written.append(indent + self._lines[begin].strip())
        for line in self._lines[begin + 1 : end]:
            own = line[margin:] if not line[:margin].strip() else line.lstrip()
            self._written.append((indent + own).rstrip() if own.strip() else "")
        self._written.append(indent + quotes)
        return end + 1

    def _table(self, begin: int) -> int:
        end = begin
        while end < len(self._lines) and self._lines[end].strip().startswith(("|", "#")):
            end += 1
        while self._lines[end - 1].strip().startswith("#"):
            end -= 1
        self._close_gap()
        rows = [line.strip() for line in self._lines[begin:end]]
        cells = [_cells(row) for row in rows if row.startswith("|")]
        widths = [max(len(row[column]) if column < len(row) else 0 for row in cells) for column in range(len(cells[0]))]
        for row in rows:
            self._written.append(_INDENT * (self._level + 2) + (_aligned(row, widths) if row.startswith("|") else row))
        return end

    def _close_gap(self) -> None:
        while self._written and not self._written[-1]:
            self._written.pop()


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def _aligned(row: str, widths: Sequence[int]) -> str:
    cells = _cells(row)
    padded: Iterator[str] = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return "| " + " | ".join([*padded, *cells[len(widths) :]]) + " |"
