"""What stands above Allure's own front page: can we release, what is broken and since when, who is affected."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.errors import ReportError
from support.report.coverage import Coverage
from support.report.manifest import Manifest, ScenarioEntry, Status
from support.report.summary import facts
from support.report.verdict import decide, differing, known, scenarios, unable

_PARTS = Path(__file__).with_name("front_page.html")
_PLACE = '<div id="app">'
_GLOBALS = "globalAttachments"  # where Allure shows what belongs to the run as a whole
_MOST = 12  # scenarios in a table; the tree below shows all
_CLASS = {"Ready": "good", "Partly checked": "unsure", "Ready if accepted": "unsure", "No verdict": "unsure"}


@dataclass(frozen=True)
class Places:
    """By location: where the page shows a scenario, and since when it does not pass, in words."""

    links: Mapping[str, str]
    since: Mapping[str, str]


def put_on(page: str, manifest: Manifest, places: Places, checked: Coverage | None) -> str:
    """Return the page that Allure drew with it above; `checked` is what the run showed, as far as it is known.

    Raises ReportError where there is no place for it.
    """
    before, place, after = page.partition(_PLACE)
    if not place:
        raise ReportError("Allure drew a page without a place for the verdict: is it another version of Allure?")
    return f"{before}{front(manifest, places, checked)}{place}{after}"


def front(manifest: Manifest, places: Places, checked: Coverage | None) -> str:
    """Return it as HTML, with its styles."""
    decision = decide(manifest)
    sections = "".join(_sections(manifest, places)) + _checked(checked)
    values = {
        "class": _CLASS.get(decision.word, "bad"),
        "word": html.escape(decision.word),
        "sentence": html.escape(f"{decision.sentence[0].upper()}{decision.sentence[1:]}."),
        "rule": html.escape(decision.rule),
        "facts": "".join(_fact(name, value) for name, value in facts(manifest)),
        "counts": html.escape(_counts(manifest)),
        "sections": sections,
    }
    text = _PARTS.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


def _fact(name: str, value: str) -> str:
    return f"<div><dt>{html.escape(name)}</dt> <dd>{html.escape(value)}</dd></div>"


def _counts(manifest: Manifest) -> str:
    """Count the scenarios as the page below does, and say what it counts beside them."""
    counted = Counter(entry.status for entry in manifest.scenarios)
    parts = ", ".join(f"{counted[status]} {status}" for status in Status if counted[status])
    outside = " Below stands as well what went wrong outside all scenarios." if manifest.troubles else ""
    return f"{scenarios(len(manifest.scenarios))}: {parts}.{outside}"


def _sections(manifest: Manifest, places: Places) -> Iterator[str]:
    yield _table("What differs from what was agreed", differing(manifest), places, opened=True)
    yield _table("What could not tell", unable(manifest), places, opened=not differing(manifest))
    yield _table("Known issues", known(manifest), places, manifest=manifest, opened=not differing(manifest))
    yield _list("To be looked at", [*manifest.troubles, *manifest.remarks], opened=True)
    if manifest.not_passed:
        yield _list("Who is affected", list(_affected(manifest)), opened=True)
    yield _list("What did not come to its turn", [entry.title for entry in manifest.of(Status.NOT_RUN)])
    yield _list("Passed only on a later try", [entry.title for entry in manifest.flaky])
    skipped = manifest.of(Status.SKIPPED)
    yield _list("What was skipped, and why", list(_reasons(skipped)), count=len(skipped))


def _table(
    title: str,
    entries: Sequence[ScenarioEntry],
    places: Places,
    manifest: Manifest | None = None,
    *,
    opened: bool = False,
) -> str:
    if not entries:
        return ""
    rows = "".join(_row(entry, places, manifest) for entry in entries[:_MOST])
    if len(entries) > _MOST:
        rows += f'<tr><td colspan="4">and {len(entries) - _MOST} more, in the tree below</td></tr>'
    heads = "<tr><th>Scenario</th><th>What was seen</th><th>Area</th><th>Since</th></tr>"
    return _folded(title, len(entries), f"<table>{heads}{rows}</table>", opened=opened)


def _row(entry: ScenarioEntry, places: Places, manifest: Manifest | None) -> str:
    name = html.escape(entry.title)
    link = places.links.get(entry.location)
    shown = f'<a href="#{html.escape(link)}">{name}</a>' if link else name
    seen = html.escape(entry.sentence)
    if manifest is not None:
        issue = manifest.known_issue(entry.known_issue)
        named = (
            f'<a href="{html.escape(issue.link)}">{html.escape(issue.id)}</a>' if issue.link else html.escape(issue.id)
        )
        seen = f"{named}: {html.escape(issue.reason)} ({html.escape(issue.owner)}, until {issue.until})"
    severity = "" if entry.severity == "normal" else f'<span class="severity">{entry.severity}</span> '
    since = html.escape(places.since.get(entry.location, ""))
    epic = html.escape(entry.epic or entry.feature)
    return f"<tr><td>{severity}{shown}</td><td>{seen}</td><td>{epic}</td><td>{since}</td></tr>"


def _checked(coverage: Coverage | None) -> str:
    """Say what was really checked, and where the page tells it one by one."""
    if coverage is None:
        return ""
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in coverage.lines())
    more = f'<li><a href="#{_GLOBALS}">One by one: agreed behaviours, roles, faults, the operations of the API</a></li>'
    return f"<details open><summary>What was checked</summary><ul>{lines}{more}</ul></details>"


def _list(title: str, lines: Sequence[str], *, opened: bool = False, count: int | None = None) -> str:
    if not lines:
        return ""
    shown = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return _folded(title, len(lines) if count is None else count, f"<ul>{shown}</ul>", opened=opened)


def _folded(title: str, count: int, content: str, *, opened: bool) -> str:
    summary = f"<summary>{html.escape(title)} <span>{count}</span></summary>"
    return f"<details{' open' if opened else ''}>{summary}{content}</details>"


def _affected(manifest: Manifest) -> Iterator[str]:
    """Yield each epic in which something did not pass, the worst first."""
    bad = Counter(_whose(manifest.not_passed))
    every = Counter(_whose(manifest.scenarios))
    for epic, count in bad.most_common():
        yield f"{epic}: {count} of {scenarios(every[epic])} did not pass"


def _whose(entries: Iterable[ScenarioEntry]) -> Iterator[str]:
    return (entry.epic or entry.feature for entry in entries)


def _reasons(skipped: Iterable[ScenarioEntry]) -> Iterator[str]:
    reasons = Counter(entry.sentence or "without a reason" for entry in skipped)
    return (f"{reason} ({scenarios(count)})" for reason, count in reasons.most_common())
