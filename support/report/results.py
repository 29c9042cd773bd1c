"""The results of a run on disk: read, held against the manifest, and made ready to be drawn."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.errors import ReportError
from support.report.manifest import Manifest, ScenarioEntry

ALLURE_RESULTS = "allure-results"


@dataclass(frozen=True)
class Result:
    """A result of the Allure folder: one try of a scenario, or something that went wrong outside all scenarios."""

    file: Path
    content: Mapping[str, Any]

    @property
    def location(self) -> str:
        """The scenario's file:line."""
        return str(self.content.get("fullName", ""))

    @property
    def is_scenario(self) -> bool:
        """Whether it belongs to a scenario; what is told of the run itself has no line."""
        return self.location.rpartition(":")[2].isdecimal()


def read_results(folder: Path) -> list[Result]:
    """Read all results of an Allure folder. Raises ReportError for one that is only half there."""
    if not folder.is_dir():
        raise ReportError(f"There are no results to report: the folder {folder} does not exist. Run behave first.")
    names = {path.name for path in folder.iterdir()}
    half = sorted(name for name in names if name.endswith(".tmp"))
    if half:
        raise ReportError(f"{folder / half[0]} is only half written: the run was killed meanwhile. Run behave again.")
    found = [Result(folder / name, _read(folder / name)) for name in sorted(names) if name.endswith("-result.json")]
    if not found:
        raise ReportError(f"There are no results to report: the folder {folder} holds none. Run behave first.")
    for result in found:
        missing = [source for source in _attachments(result.content) if source not in names]
        if missing:
            title = result.content.get("name", result.location)
            raise ReportError(
                f"Evidence of “{title}” is missing: {folder / missing[0]} is not there. Was the folder copied whole?"
            )
    return found


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise ReportError(
            f"The result {file} cannot be read ({error}): the run was killed, or the disk full."
        ) from error
    if not isinstance(content, dict) or not {"name", "status", "start", "stop"} <= content.keys():
        raise ReportError(f"The result {file} cannot be read: it is no result of a scenario.")
    return content


def _attachments(item: Mapping[str, Any]) -> Iterator[str]:
    for attachment in item.get("attachments", ()):
        yield attachment["source"]
    steps = item.get("steps", ())
    for step in steps if isinstance(steps, list) else ():
        yield from _attachments(step)


def compare(results: Sequence[Result], manifest: Manifest) -> None:
    """Raise ReportError where results and manifest do not tell of the same scenarios, with the same verdicts."""
    tries = defaultdict[str, list[Result]](list)
    for result in results:
        if result.is_scenario:
            tries[result.location].append(result)
    entries = {entry.location: entry for entry in manifest.ran}
    _refuse(manifest, entries.keys() - tries.keys(), "ran, but left no result", entries)
    _refuse(manifest, tries.keys() - entries.keys(), "left a result, but does not belong to the run")
    for location, entry in entries.items():
        last = max(tries[location], key=lambda result: int(result.content["start"]))
        if last.content["status"] != entry.status:
            raise ReportError(
                f"“{entry.title}” ({location}) was {entry.status} in the run, and is {last.content['status']} in "
                f"{last.file}: the results were changed. Run behave again."
            )


def _refuse(
    manifest: Manifest, locations: Iterable[str], what: str, entries: Mapping[str, ScenarioEntry] | None = None
) -> None:
    first, *rest = [*sorted(locations), ""]
    if first:
        title = f"“{entries[first].title}” ({first})" if entries else first
        more = f", and so did {len(rest) - 1} more" if len(rest) > 1 else ""
        raise ReportError(
            f"{title} {what}{more}. Was the folder copied whole? The run had {len(manifest.ran)} scenarios."
        )


def expected_counts(results: Sequence[Result], manifest: Manifest) -> Counter[str]:
    """Return how many tests of each status the page must show: scenarios, and troubles outside them once each."""
    outside = {result.content["testCaseId"]: result for result in results if not result.is_scenario}
    counts = Counter(str(entry.status) for entry in manifest.ran)
    counts.update(str(result.content["status"]) for result in outside.values())
    return counts


Remark = Callable[[Result], Mapping[str, Any]]


def gather(folders: Iterable[Path], results: Iterable[Result], changed: Remark, into: Path) -> None:
    """Put results and evidence of all folders into one; `changed` returns what a result says there."""
    into.mkdir()
    own = {result.file for result in results}
    for folder in folders:
        for file in folder.iterdir():
            if file not in own:
                _link(file, into / file.name)
    for result in results:
        content = changed(result)
        if content is result.content:
            _link(result.file, into / result.file.name)
        else:
            text = json.dumps(content, ensure_ascii=False)
            (into / result.file.name).write_text(text, encoding="utf-8", errors="backslashreplace")


def _link(file: Path, copy: Path) -> None:
    """Link it, which costs nothing; copy it where the two lie on different disks."""
    try:
        os.link(file, copy)
    except OSError:
        shutil.copyfile(file, copy)
