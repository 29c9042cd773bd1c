"""Resolves `FILE:LINE` where behave would select another scenario: on tags, and on a table of Examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from behave.model import Feature, ScenarioOutline
from behave.model_type import FileLocation
from behave.parser import parse_file

from support.errors import RunStopped


def resolved(locations: Sequence[FileLocation], language: str | None) -> Iterator[FileLocation]:
    """Yield the locations; a line of tags selects what follows, one of Examples the rows of that table."""
    for location in locations:
        lines = _lines(location, language) if location.line else None
        if lines is None:
            yield location
        else:
            yield from (FileLocation(location.filename, line) for line in lines)


def _lines(location: FileLocation, language: str | None) -> list[int] | None:
    try:
        feature = parse_file(location.filename, language=language)
    except RunStopped:
        raise
    except Exception:  # noqa: BLE001 - a feature that cannot be parsed is rejected by the runner, with its place
        return None
    return None if feature is None else _selected(feature, location.line)


def _selected(feature: Feature, line: int) -> list[int] | None:
    for element in _elements(feature):
        for examples in getattr(element, "examples", ()):
            rows = [row.line for row in examples.table.rows] if examples.table is not None else []
            if line not in rows and _first_line(examples) <= line <= max([examples.line, *rows]):
                return rows or [line]
        if _first_line(element) <= line < element.line:
            return [element.line]
    return None


def _elements(feature: Feature) -> Iterator[Any]:
    for container in (feature, *feature.iter_rules()):
        if container is not feature:
            yield container
    for scenario in feature.walk_scenarios(with_outlines=True):
        if isinstance(scenario, ScenarioOutline) or not isinstance(scenario.parent, ScenarioOutline):
            yield scenario


def _first_line(element: Any) -> int:
    return int(min([element.line, *(tag.line for tag in getattr(element, "tags", ()))]))
