"""The front page above that of Allure: the verdict, what changed, what failed and since when, and the coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

from support.errors import ReportError
from support.report.causes import grouped
from support.report.coverage import Coverage
from support.report.history import Changes
from support.report.manifest import Manifest, ScenarioEntry, Severity, Status
from support.report.summary import facts, skip_reasons, skipped_checks
from support.report.tabs.coverage import coverage_tab
from support.report.verdict import Verdict, decide, failed, inconclusive, known, scenarios

_TEMPLATE = "front_page.html"
_PLACE = '<div id="app">'
_MOST = 12  # rows of a table; the tree of Allure contains all scenarios
_CLASSES = {Verdict.READY: "good", Verdict.NOT_READY: "bad"}


@dataclass(frozen=True)
class Places:
    """By location: the anchor of a scenario in the page, and since when it fails, in words."""

    anchors: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A scenario's title with its anchor in the page, empty if it has none."""

    title: str
    anchor: str


@dataclass(frozen=True)
class Row:
    """Failures with the same cause: the first with its details, the others as links."""

    entry: ScenarioEntry
    anchor: str
    since: str
    others: Sequence[Link]


@dataclass(frozen=True)
class ChangeList:
    """Scenarios that changed in the same way since the previous runs."""

    title: str
    links: Sequence[Link]


def insert(page: str, manifest: Manifest, places: Places, coverage: Coverage | None, changes: Changes) -> str:
    """Return Allure's page with the front page in it. Raises ReportError if Allure's page has no place for it."""
    before, place, after = page.partition(_PLACE)
    if not place:
        raise ReportError("No place for the verdict in the page of Allure. Is it another version of Allure?")
    return f"{before}{render(manifest, places, coverage, changes)}{place}{after}"


def render(manifest: Manifest, places: Places, coverage: Coverage | None, changes: Changes) -> str:
    """Return the front page as HTML, with its styles; all texts of the run are escaped."""
    environment = Environment(
        loader=PackageLoader("support.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    decision = decide(manifest)
    return environment.get_template(_TEMPLATE).render(
        decision=decision,
        css_class=_CLASSES.get(decision.verdict, "unsure"),
        facts=list(facts(manifest)),
        counts=_counts(manifest),
        manifest=manifest,
        changes=[change for change in _changes(manifest, places, changes) if change.links],
        compared=not changes.is_first,
        failed=_rows(failed(manifest), places),
        failed_count=len(failed(manifest)),
        inconclusive=_rows(inconclusive(manifest), places),
        inconclusive_count=len(inconclusive(manifest)),
        known=[Row(entry, _anchor(entry, places), "", ()) for entry in known(manifest)],
        most=_MOST,
        affected=list(_affected(manifest)),
        not_run=[entry.title for entry in manifest.of(Status.NOT_RUN)],
        flaky=[Link(entry.title, _anchor(entry, places)) for entry in manifest.flaky],
        skipped=list(skip_reasons(manifest)),
        skipped_count=len(manifest.of(Status.SKIPPED)),
        skipped_checks=list(skipped_checks(manifest)),
        normal=Severity.NORMAL,
        tab=coverage_tab(coverage, manifest, places.anchors) if coverage else None,
    )


def _counts(manifest: Manifest) -> str:
    """Return the number of scenarios with each status."""
    counted = Counter(entry.status for entry in manifest.scenarios)
    parts = ", ".join(f"{counted[status]:,} {status}" for status in Status if counted[status])
    outside = " Errors outside scenarios are listed below." if manifest.errors else ""
    return f"{scenarios(len(manifest.scenarios))}: {parts}.{outside}"


def _rows(entries: Sequence[ScenarioEntry], places: Places) -> list[Row]:
    return [
        Row(
            first,
            _anchor(first, places),
            places.since.get(first.location, ""),
            [Link(other.title, _anchor(other, places)) for other in others],
        )
        for first, *others in grouped(entries)
    ]


def _changes(manifest: Manifest, places: Places, changes: Changes) -> Iterator[ChangeList]:
    for title, ids in (
        ("New failures", changes.new_failures),
        ("Fixed", changes.fixed),
        ("New scenarios", changes.added),
    ):
        entries = [entry for entry in manifest.scenarios if entry.history_id in ids]
        yield ChangeList(title, [Link(entry.title, _anchor(entry, places)) for entry in entries])
    yield ChangeList("Removed scenarios", [Link(title, "") for title in changes.removed])


def _anchor(entry: ScenarioEntry, places: Places) -> str:
    return places.anchors.get(entry.location, "")


def _affected(manifest: Manifest) -> Iterator[str]:
    """Yield each epic with failures, the most affected first."""
    failures = Counter(_epics(manifest.not_passed))
    total = Counter(_epics(manifest.scenarios))
    for epic, count in failures.most_common():
        yield f"{epic}: {count:,} of {scenarios(total[epic])} failed"


def _epics(entries: Iterable[ScenarioEntry]) -> Iterator[str]:
    return (entry.epic or entry.feature for entry in entries)
