"""From the folders that a run left to one page that tells nothing but what was there."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.errors import ReportError
from support.report import allure, coverage, coverage_pages, front_page, results
from support.report import manifest as manifests
from support.report.compression import packed
from support.report.history import FILE as HISTORY
from support.report.history import SHOWN, History
from support.report.manifest import Cause, Manifest, ManifestError, ScenarioEntry
from support.report.results import ALLURE_RESULTS, Result

PAGE = "report.html"
_CATEGORY = "category"
_ISSUE = "known issue"
# What the timeline and other tools need, but nobody reads on a scenario's page.
_HIDDEN_LABELS = ["framework", "host", "language", "parentSuite", "subSuite", "suite", "thread"]
_CHARTS = [
    {"type": "statusDynamics", "title": "The last runs", "limit": SHOWN + 1},
    {"type": "statusTransitions", "title": "What changed from run to run (empty: nothing)", "limit": SHOWN + 1},
    {"type": "testResultSeverities", "title": "Results by severity"},
    {"type": "durations", "title": "How long scenarios take"},
    {"type": "durationDynamics", "title": "Time in scenarios (red), added up (yellow)", "limit": SHOWN + 1},
]


def build(folders: Sequence[Path], output: Path, *, tools: Path = allure.TOOLS) -> Manifest:
    """Build the page `output` from what a run wrote into a folder, or its shards into several; return what is in it.

    The history beside the output has the run once, however often it is built. An older page is replaced only when
    the new one is complete: each scenario of the run is in it with the run's verdict, and it loads nothing from
    outside. Raises ReportError with a sentence otherwise.
    """
    manifest, found = _read(folders)
    output = output.absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    history = History(output.with_name(HISTORY), manifest)
    # Beside the output, so that the last step is a rename within one file system.
    with tempfile.TemporaryDirectory(prefix=".report-", dir=output.parent) as folder:
        workspace = Path(folder)
        remarks = _Remarks(manifest, history)
        results.gather([one / ALLURE_RESULTS for one in folders], found, remarks.added_to, workspace / "results")
        history.lend(workspace / HISTORY)
        checked = coverage.read_all(folders)
        if checked is not None:
            coverage_pages.add_to(workspace / "results", checked)
        page = allure.draw(workspace / "results", workspace, _config(manifest, workspace / HISTORY), tools=tools)
        allure.check_complete(page, results.expected_counts(found, manifest))
        drawn = history.drawn(workspace / HISTORY)
        places = front_page.Places(_links(drawn), remarks.since)
        finished = packed(front_page.put_on(page.read_text(encoding="utf-8"), manifest, places, checked))
        page.write_text(finished, encoding="utf-8")
        history.keep(drawn, {str(one.content["historyId"]): str(one.content["status"]) for one in _last_tries(found)})
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


class _Remarks:
    """What the report adds to results that did not pass: category, known issue, and since when."""

    def __init__(self, manifest: Manifest, history: History) -> None:
        self._entries = {entry.location: entry for entry in manifest.not_passed}
        self._manifest = manifest
        self._history = history
        self.since: dict[str, str] = {}

    def added_to(self, result: Result) -> Mapping[str, Any]:
        """Return what the result says in the report; the very same content where nothing is added."""
        entry = self._entries.get(result.location)
        if entry is None:
            passed = result.is_scenario or result.content["status"] == "passed"
            return result.content if passed else _labelled(result.content, Cause.SURROUNDINGS)
        since = self._history.since(str(result.content["historyId"])).sentence
        self.since[entry.location] = since
        content = _labelled(result.content, entry.cause or Cause.SURROUNDINGS)
        content["description"] = "\n\n".join([self._told(entry, since), str(content.get("description", ""))]).strip()
        if entry.known_issue:
            issue = self._manifest.known_issue(entry.known_issue)
            content["labels"].append({"name": _ISSUE, "value": issue.id})
            if issue.link:
                link = {"type": "issue", "name": issue.id, "url": issue.link}
                content["links"] = [*content.get("links", ()), link]
        return content

    def _told(self, entry: ScenarioEntry, since: str) -> str:
        lines = [f"**Does not pass ({since}).**"]
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


def _links(drawn: Mapping[str, Any]) -> dict[str, str]:
    """Where the page shows a scenario, by location: what Allure's own history knows of it."""
    return {str(shown.get("fullName")): str(shown["id"]) for shown in drawn["testResults"].values()}


def _last_tries(found: Sequence[Result]) -> list[Result]:
    ordered = sorted(found, key=lambda result: int(result.content["start"]))
    return list({result.content["historyId"]: result for result in ordered}.values())
