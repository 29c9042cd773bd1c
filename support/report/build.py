"""Builds one HTML page from the folders of a run or of its shards."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.errors import ReportError
from support.report import allure, coverage, front_page, results
from support.report import manifest as manifests
from support.report.compression import compressed
from support.report.history import FILE as HISTORY
from support.report.history import SHOWN, History, history_file
from support.report.links import expanded, url_of
from support.report.manifest import Cause, Manifest, ManifestError, ScenarioEntry
from support.report.results import ALLURE_RESULTS, Result

PAGE = "report.html"
_CATEGORY = "category"
_ISSUE = "known issue"
# Labels for the timeline and for other tools, which say nothing to a reader.
_HIDDEN_LABELS = ["framework", "host", "language", "parentSuite", "subSuite", "suite", "thread"]
_CHARTS = [
    {"type": "statusDynamics", "title": "The last runs", "limit": SHOWN + 1},
    {"type": "statusTransitions", "title": "Changes between runs (empty: none)", "limit": SHOWN + 1},
    {"type": "testResultSeverities", "title": "Results by severity"},
    {"type": "durations", "title": "Durations of scenarios"},
    {
        "type": "durationDynamics",
        "title": "Total duration of scenarios (red), with parallel ones added up (yellow)",
        "limit": SHOWN + 1,
    },
]


def build(folders: Sequence[Path], output: Path, *, tools: Path = allure.TOOLS) -> Manifest:
    """Build the page `output` from the folder of a run, or the folders of its shards; return the manifest.

    `tools` is where Allure is installed. The history has the run once, however often its report is built. An older
    page is only replaced by a complete one: it contains each scenario with its status, and loads nothing from other
    hosts. Raises ReportError otherwise.
    """
    manifest, found = _read(folders)
    output = output.absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    history = History(history_file(output.parent), manifest)
    # Beside the output, because a rename only works within one file system.
    with tempfile.TemporaryDirectory(prefix=".report-", dir=output.parent) as folder:
        workspace = Path(folder)
        notes = _FailureNotes(manifest, history)
        sources = [one / ALLURE_RESULTS for one in folders]
        results.collect(sources, found, notes.content_of, workspace / "results")
        history.write_earlier(workspace / HISTORY)
        page = allure.generate(workspace / "results", workspace, _config(manifest, workspace / HISTORY), tools=tools)
        allure.check_complete(page, results.expected_counts(found, manifest))
        appended = history.appended(workspace / HISTORY)
        places = front_page.Places(_anchors(appended), notes.since)
        covered = coverage.read_all(folders)
        complete = front_page.insert(page.read_text(encoding="utf-8"), manifest, places, covered, history.changes())
        page.write_text(compressed(complete), encoding="utf-8")
        history.store(appended)
        page.replace(output)
    return manifest


def _read(folders: Sequence[Path]) -> tuple[Manifest, list[Result]]:
    parts, found = [], []
    try:
        for folder in folders:
            part = manifests.read(folder)
            own = results.read_results(folder / ALLURE_RESULTS)
            results.compare(own, part)
            parts.append((folder, part))
            found.extend(own)
        return manifests.merged(parts), found
    except ManifestError as error:
        raise ReportError(str(error)) from error


class _FailureNotes:
    """Adds category, known issue and "failing since" to the results of failed scenarios."""

    def __init__(self, manifest: Manifest, history: History) -> None:
        self._entries = {entry.location: entry for entry in manifest.not_passed}
        self._manifest = manifest
        self._history = history
        self.since: dict[str, str] = {}

    def content_of(self, result: Result) -> Mapping[str, Any]:
        """Return the content of a result in the report; the same object if nothing is added."""
        entry = self._entries.get(result.location)
        if entry is None:
            passed = result.is_scenario or result.content["status"] == "passed"
            return self._linked(result.content if passed else _labelled(result.content, Cause.ENVIRONMENT))
        since = self._history.since(str(result.content["historyId"])).description
        self.since[entry.location] = since
        content = _labelled(result.content, entry.cause or Cause.ENVIRONMENT)
        content["description"] = "\n\n".join([self._note(entry, since), str(content.get("description", ""))]).strip()
        if entry.known_issue:
            issue = self._manifest.known_issue(entry.known_issue)
            content["labels"].append({"name": _ISSUE, "value": issue.id})
            url = issue.link or url_of(issue.id, "issue", self._manifest.links)
            if url != issue.id:
                content["links"] = [*content.get("links", ()), {"type": "issue", "name": issue.id, "url": url}]
        return self._linked(content)

    def _linked(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the content with the URLs of its tickets; the same object if nothing changes."""
        links = content.get("links", ())
        full = expanded(links, self._manifest.links)
        return content if full == list(links) else {**content, "links": full}

    def _note(self, entry: ScenarioEntry, since: str) -> str:
        lines = [f"**Failing since: {since}.**"]
        if entry.known_issue:
            issue = self._manifest.known_issue(entry.known_issue)
            lines.append(f"**Known issue {issue.id}: {issue.reason} ({issue.owner}, until {issue.until}).**")
        return "\n\n".join(lines)


def _labelled(content: Mapping[str, Any], cause: Cause) -> dict[str, Any]:
    return {**content, "labels": [*content.get("labels", ()), {"name": _CATEGORY, "value": cause}]}


def _config(manifest: Manifest, history: Path) -> dict[str, Any]:
    options = {
        "singleFile": True,
        "reportLanguage": "en",
        "groupBy": ["epic", "feature", "story"],
        "charts": _CHARTS,
        "defaultSortBy": "status,asc",
    }
    categories = [{"name": cause, "matchers": [{"labels": {_CATEGORY: cause}}]} for cause in Cause]
    return {
        "name": f"Acceptance tests: {manifest.target}",
        "historyPath": str(history),
        "hideLabels": _HIDDEN_LABELS,
        "categories": categories,
        "plugins": {"awesome": {"options": options}},
    }


def _anchors(appended: Mapping[str, Any]) -> dict[str, str]:
    """Return the anchors of scenarios in the page by location, from the history that Allure has written."""
    return {str(result.get("fullName")): str(result["id"]) for result in appended["testResults"].values()}
