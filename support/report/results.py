"""The Allure results of a run: read, compared with the manifest, and copied for the report."""

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
    """A result in the Allure folder: one attempt of a scenario, or an error outside scenarios."""

    file: Path
    content: Mapping[str, Any]

    @property
    def location(self) -> str:
        """The file:line of the scenario."""
        return str(self.content.get("fullName", ""))

    @property
    def is_scenario(self) -> bool:
        """Whether it belongs to a scenario; results of errors outside scenarios have no line."""
        return self.location.rpartition(":")[2].isdecimal()


def read_results(folder: Path) -> list[Result]:
    """Read all results of an Allure folder. Raises ReportError if one is incomplete."""
    if not folder.is_dir():
        raise ReportError(f"No results to report: the folder {folder} does not exist. Run behave first.")
    names = {path.name for path in folder.iterdir()}
    unfinished = sorted(name for name in names if name.endswith(".tmp"))
    if unfinished:
        raise ReportError(f"{folder / unfinished[0]} is incomplete: the run was killed. Run behave again.")
    found = [Result(folder / name, _read(folder / name)) for name in sorted(names) if name.endswith("-result.json")]
    if not found:
        raise ReportError(f"No results to report: the folder {folder} contains none. Run behave first.")
    for result in found:
        missing = [source for source in _attachments(result.content) if source not in names]
        if missing:
            title = result.content.get("name", result.location)
            raise ReportError(
                f"Evidence of “{title}” is missing: {folder / missing[0]}. Was the folder copied completely?"
            )
    return found


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise ReportError(f"{file}: unreadable result ({error}). The run was killed, or the disk was full.") from error
    if not isinstance(content, dict) or not {"name", "status", "start", "stop"} <= content.keys():
        raise ReportError(f"{file}: not a result of a scenario.")
    return content


def _attachments(item: Mapping[str, Any]) -> Iterator[str]:
    for attachment in item.get("attachments", ()):
        yield attachment["source"]
    steps = item.get("steps", ())
    for step in steps if isinstance(steps, list) else ():
        yield from _attachments(step)


def compare(results: Sequence[Result], manifest: Manifest) -> None:
    """Raise ReportError unless results and manifest have the same scenarios with the same statuses."""
    attempts = defaultdict[str, list[Result]](list)
    for result in results:
        if result.is_scenario:
            attempts[result.location].append(result)
    entries = {entry.location: entry for entry in manifest.ran}
    _reject(manifest, entries.keys() - attempts.keys(), "has no result", entries)
    _reject(manifest, attempts.keys() - entries.keys(), "has a result, but is not part of the run")
    for location, entry in entries.items():
        last = max(attempts[location], key=lambda result: int(result.content["start"]))
        if last.content["status"] != entry.status:
            raise ReportError(
                f"“{entry.title}” ({location}): expected {entry.status} as in the run, got {last.content['status']} in "
                f"{last.file}. The results were changed: run behave again."
            )


def _reject(
    manifest: Manifest, locations: Iterable[str], what: str, entries: Mapping[str, ScenarioEntry] | None = None
) -> None:
    first, *rest = [*sorted(locations), ""]
    if first:
        title = f"“{entries[first].title}” ({first})" if entries else first
        more = f" ({len(rest) - 1} more)" if len(rest) > 1 else ""
        raise ReportError(
            f"{title} {what}{more}. Was the folder copied completely? The run had {len(manifest.ran)} scenarios."
        )


def expected_counts(results: Sequence[Result], manifest: Manifest) -> Counter[str]:
    """Return how many results of each status the page must show: scenarios, and errors outside them once each."""
    outside = {result.content["testCaseId"]: result for result in results if not result.is_scenario}
    counts = Counter(str(entry.status) for entry in manifest.ran)
    counts.update(str(result.content["status"]) for result in outside.values())
    return counts


ContentOf = Callable[[Result], Mapping[str, Any]]


def collect(folders: Iterable[Path], results: Iterable[Result], content_of: ContentOf, into: Path) -> None:
    """Copy results and evidence of all folders into one; `content_of` returns the content of a result there."""
    into.mkdir()
    own = {result.file for result in results}
    for folder in folders:
        for file in folder.iterdir():
            if file not in own:
                _link(file, into / file.name)
    for result in results:
        content = content_of(result)
        if content is result.content:
            _link(result.file, into / result.file.name)
        else:
            text = json.dumps(content, ensure_ascii=False)
            (into / result.file.name).write_text(text, encoding="utf-8", errors="backslashreplace")


def _link(file: Path, copy: Path) -> None:
    """Hard-link the file; copy it if the folders are on different disks."""
    try:
        os.link(file, copy)
    except OSError:
        shutil.copyfile(file, copy)
