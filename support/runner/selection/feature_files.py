"""The feature files of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from behave.model_type import FileLocation

SUFFIX = ".feature"


def feature_files(folder: Path) -> list[Path]:
    """Return the feature files below a folder, sorted. Hidden files, such as an editor's locks, are none."""
    found: list[Path] = []
    for path, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(path, name) for name in sorted(files) if name.endswith(SUFFIX) and not name.startswith(".")]
    return found


def without_hidden(locations: list[FileLocation], named: list[str]) -> Iterator[FileLocation]:
    """Yield the locations that behave found, without hidden files in the folders that were named."""
    folders = [os.path.normpath(name) for name in named if Path(name).is_dir()]
    for location in locations:
        path = os.path.normpath(location.filename)
        folder = next((one for one in folders if path.startswith(one + os.sep) or one == "."), None)
        below = Path(os.path.relpath(path, folder)).parts if folder is not None else ()
        if not any(part.startswith(".") for part in below):
            yield location
