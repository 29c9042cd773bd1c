"""Checks that the files, lines and lists on the command line still are what they were."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from behave.model import Feature
from behave.model_type import FileLocation

from support.allure.descriptions import described
from support.errors import UsageError
from support.gherkin.format import require_paths

RERUN = "rerun.txt"
_LINE = re.compile(r":(\d+)$")
_TITLE = "# "


@dataclass(frozen=True)
class _Place:
    """A line of a feature, 0 for the complete file; `title` is the recorded title of its scenario, or empty."""

    path: Path
    line: int
    title: str = ""


def entry(location: str, title: str, folder: Path) -> str:
    """Return the lines of a list for a scenario; behave reads locations relative to the list."""
    return f"{_TITLE}{' '.join(title.split())}\n{os.path.relpath(location, folder)}\n"


def reject_missing_places(names: Iterable[str]) -> None:
    """Raise UsageError for a name that does not exist: x.feature, x.feature:10, @list, and the entries of a list."""
    for name in names:
        path = _place(name.removeprefix("@")).path
        if name.startswith("@") and path.name == RERUN and not path.exists():
            raise UsageError(f"Nothing to rerun: {path} does not exist. A run writes it if a scenario does not pass.")
        require_paths([path])
        if name.startswith("@"):
            require_paths([place.path for place in _listed(path)])


def reject_moved(names: Iterable[str], features: Sequence[Feature]) -> None:
    """Raise UsageError for a line after the end of its file, or with another scenario than a list states."""
    for name in names:
        for place in _listed(Path(name[1:])) if name.startswith("@") else [_place(name)]:
            if not place.line:
                continue
            lines = len(place.path.read_text(encoding="utf-8").splitlines())
            if place.line > lines:
                raise UsageError(f"{place.path}:{place.line}: the file has only {lines} lines.{_stale(name)}")
            actual = _title_at(place, features) if place.title else ""
            if place.title != " ".join(actual.split()):
                got = f'"{actual}"' if actual else "no scenario"
                raise UsageError(f'{place.path}:{place.line}: expected "{place.title}", got {got}.{_stale(name)}')


def _title_at(place: _Place, features: Sequence[Feature]) -> str:
    """Return the title of the scenario at a line in the report; empty if there is none."""
    for feature in features:
        if _same(feature.filename) == _same(place.path):
            for scenario in feature.walk_scenarios():
                if scenario.line == place.line:
                    return described(scenario, 0).name or ""
    return ""


def empty_files(locations: Iterable[FileLocation], features: Sequence[Feature]) -> Iterator[str]:
    """Yield the files without a feature, which behave ignores."""
    read = {_same(feature.filename) for feature in features}
    for file in dict.fromkeys(location.filename for location in locations):
        if _same(file) not in read:
            yield f"{os.path.relpath(file)} contains no feature"


def _stale(name: str) -> str:
    if not name.startswith("@"):
        return ""
    return f" The features have changed since {name[1:]} was written: run them again without it."


def _listed(path: Path) -> Iterator[_Place]:
    """Yield the entries of a list, as behave reads them."""
    title = ""
    for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            title = line.removeprefix(_TITLE).strip()
        elif line and not re.search(r"[*?\[]", line):
            yield _place(os.path.relpath(path.parent / line), title if path.name == RERUN else "")
            title = ""


def _place(name: str, title: str = "") -> _Place:
    found = _LINE.search(name)
    return _Place(Path(_LINE.sub("", name)), int(found[1]) if found else 0, title)


def _same(path: str | Path) -> str:
    return os.path.realpath(path)
