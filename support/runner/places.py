"""What the command line names by file and line, and what the lists of a run say stands there."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from behave.model import Feature
from behave.model_type import FileLocation

from support.evidence.described import described
from support.layout import refuse_missing


def refuse_missing_paths(names: Iterable[str]) -> None:
    """Raise UsageError for what is not there: x.feature, x.feature:10, @list, and what a list names."""
    for name in names:
        refuse_missing([_file(name.removeprefix("@"))])
        if name.startswith("@"):
            refuse_missing([_file(place) for place, _ in _listed(name) if not glob.has_magic(place)])


def _file(place: str) -> Path:
    return Path(re.sub(r":\d+$", "", place))


def _listed(name: str) -> Iterator[tuple[str, str]]:
    """Yield what a list names, relative to here, with the title in the comment above it, as a run writes them."""
    path = Path(name.removeprefix("@"))
    title = ""
    for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line and not line.startswith("#"):
            yield os.path.relpath(path.parent / line), title
        title = line.removeprefix("# ") if line.startswith("# ") else ""


def misplaced(names: Iterable[str], locations: Iterable[FileLocation], features: Sequence[Feature]) -> Iterator[str]:
    """Yield where other things stand than were asked for: behave would run the scenario that is nearest.

    `names` are those of the command line, `locations` what they come to.
    """
    for location in locations:
        if location.line is not None:
            lines = len(Path(location.filename).read_bytes().splitlines())
            if location.line > lines:
                yield f"{os.path.relpath(location.filename)} has no line {location.line}, it ends at {lines}"
    shown = (described(one, 0) for feature in features for one in feature.walk_scenarios())
    titles = {one.fullName: one.name for one in shown}
    for name in names:
        for place, title in _listed(name) if name.startswith("@") else ():
            if title and titles.get(place) != title:
                yield f'"{title}" stands no longer at {place}, as {name.removeprefix("@")} says: run its feature again'


def empty_files(locations: Iterable[FileLocation], features: Sequence[Feature]) -> Iterator[str]:
    """Yield the files without a feature, which behave passes over."""
    read = {Path(feature.filename).resolve() for feature in features}
    for file in dict.fromkeys(location.filename for location in locations):
        if Path(file).resolve() not in read:
            yield f"{os.path.relpath(file)} holds no feature"
