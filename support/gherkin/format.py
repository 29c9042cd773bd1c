"""The format of feature files: indentation, aligned tables, one blank line between blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from behave.model import Feature, Step
from behave.parser import ParserError, parse_feature

from support.errors import UsageError, suggest
from support.gherkin.keywords import QUOTES, keywords, language_of
from support.gherkin.parse import InvalidFeature, is_hidden
from support.gherkin.steps import FEATURES

_INDENT = "  "


def require_paths(paths: Sequence[Path]) -> None:
    """Raise UsageError for an empty path, and for a file or folder that does not exist."""
    for path in paths:
        if not path.exists():
            known = [str(one) for one in sorted(FEATURES.rglob("*")) if not is_hidden(one, FEATURES)]
            raise UsageError(f"{path} does not exist.{suggest(str(path), known) or f' Features are in {FEATURES}/.'}")


def format_feature(text: str) -> str:
    """Return a feature in the project's format; words and texts between quotes are unchanged.

    Raises InvalidFeature if the result would differ from the original in anything but its format.
    """
    language = language_of(text)
    formatted = _formatted(text, language)
    try:
        before, after = _model(text), _model(formatted)
    except (ParserError, KeyError) as error:
        raise InvalidFeature("", f"behave cannot parse it: {error}") from error
    if before != after or _formatted(formatted, language) != formatted:
        raise InvalidFeature("", "cannot be formatted without a change of its content. Format it by hand")
    return formatted


def _formatted(text: str, language: str) -> str:
    return "\n".join(_Format(text.splitlines(), language).lines()) + "\n"


def _model(text: str) -> object:
    """Return all that behave reads of a feature, without places."""
    feature: Feature | None = parse_feature(text)
    if feature is None:
        return None
    blocks = [feature, *feature.rules]
    backgrounds = [(one.background.name, list(map(_step, one.background.steps))) for one in blocks if one.background]
    scenarios = [
        (
            scenario.keyword,
            scenario.name,
            list(scenario.tags),
            scenario.description,
            list(map(_step, scenario.all_steps)),
        )
        for scenario in feature.walk_scenarios(with_outlines=True)
    ]
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    return [(one.name, list(one.tags), one.description) for one in blocks], backgrounds, scenarios, sorted(comments)


def _step(step: Step) -> tuple[object, ...]:
    table = [step.table.headings, *(row.cells for row in step.table.rows)] if step.table else None
    return step.keyword, step.name, str(step.text) if step.text is not None else None, table


class _Format:
    def __init__(self, lines: Sequence[str], language: str) -> None:
        self._lines = lines
        self._keywords = keywords(language)
        self._written: list[str] = []
        self._waiting: list[str] = []  # tags and comments belong to the next line
        self._has_rule = False
        self._block = ""
        self._level = 0
        self._in_description = True  # where a line with | or quotes is text

    def lines(self) -> list[str]:
        number = 0
        while number < len(self._lines):
            line = self._lines[number].strip()
            if self._in_description:
                self._line(line)
                number += 1
            elif line.startswith(QUOTES):
                number = self._text(number)
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
        block = self._keywords.block_of(line)
        if block:
            self._start_block(block, line)
        elif line.startswith(("@", "#")) and not _is_language(line):
            self._waiting.append(line)
        elif self._is_step(line):
            self._in_description = False
            self._flush(self._level + 1)
            self._put(self._level + 1, line)
        elif line:
            self._flush(self._level + 1)
            self._put(self._level + 1 if self._block else 0, line)
        elif self._written and self._written[-1] and not self._waiting:
            self._written.append("")

    def _is_step(self, line: str) -> bool:
        in_scenario = self._block not in ("", *self._keywords.features, *self._keywords.rules)
        return in_scenario and self._keywords.is_step(line)

    def _start_block(self, keyword: str, line: str) -> None:
        in_scenario = keyword in self._keywords.examples
        self._in_description = not in_scenario
        if keyword in self._keywords.features:
            self._level = 0
        elif keyword in self._keywords.rules:
            self._has_rule, self._level = True, 1
        elif not in_scenario:
            self._level = 2 if self._has_rule else 1
        self._block = keyword
        while self._written and not self._written[-1]:
            self._written.pop()
        if self._written and not _is_language(self._written[-1]):
            self._written.append("")
        self._flush(self._level + in_scenario)
        self._put(self._level + in_scenario, line)

    def _flush(self, level: int) -> None:
        for line in self._waiting:
            self._put(level, line)
        self._waiting.clear()

    def _put(self, level: int, line: str) -> None:
        # No blank line between steps.
        if self._is_step(line.strip()) and self._written and not self._written[-1] and self._after_step():
            self._written.pop()
        self._written.append(_INDENT * level + line)

    def _after_step(self) -> bool:
        before = next((line.strip() for line in reversed(self._written) if line), "")
        return self._is_step(before) or before.startswith(("|", *QUOTES))

    def _text(self, start: int) -> int:
        quotes = self._lines[start].strip()[:3]
        end = start + 1
        while end < len(self._lines) and not self._lines[end].strip().startswith(quotes):
            end += 1
        self._drop_blank_lines()
        margin = len(self._lines[start]) - len(self._lines[start].lstrip())
        indent = _INDENT * (self._level + 2)
        self._written.append(indent + self._lines[start].strip())
        for line in self._lines[start + 1 : end]:
            own = line[margin:] if not line[:margin].strip() else line.lstrip()
            self._written.append((indent + own).rstrip() if own.strip() else "")
        self._written.append(indent + quotes)
        return end + 1

    def _table(self, start: int) -> int:
        end = start
        while end < len(self._lines) and (not self._lines[end].strip() or self._lines[end].strip()[0] in "|#"):
            end += 1
        while not self._lines[end - 1].strip().startswith("|"):
            end -= 1
        self._drop_blank_lines()
        rows = [line.strip() for line in self._lines[start:end] if line.strip()]
        self._flush(self._level + 2)  # a comment before the first row
        cells = [_cells(row) for row in rows if row.startswith("|")]
        widths = [max(len(row[column]) if column < len(row) else 0 for row in cells) for column in range(len(cells[0]))]
        for row in rows:
            self._written.append(_INDENT * (self._level + 2) + (_aligned(row, widths) if row.startswith("|") else row))
        return end

    def _drop_blank_lines(self) -> None:
        while self._written and not self._written[-1]:
            self._written.pop()


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def _aligned(row: str, widths: Sequence[int]) -> str:
    cells = _cells(row)
    padded: Iterator[str] = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return "| " + " | ".join([*padded, *cells[len(widths) :]]) + " |"


def _is_language(line: str) -> bool:
    return language_of(line, "") != ""
