"""`reports/summary.md`: the run on one screen of Markdown, for a pull request or a chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from support.report.manifest import Manifest, ScenarioEntry, Severity, Status
from support.report.verdict import decide, differing, known, scenarios, unable

FILE = "summary.md"
_MOST = 10  # entries of a list; a screen has no room for more


def summary(manifest: Manifest) -> str:
    """Return the summary: verdict, counts, what did not pass and why, flaky, skipped by reason, where to look."""
    decision = decide(manifest)
    parts = [
        f"## {decision.word}",
        f"{decision.sentence[0].upper()}{decision.sentence[1:]}. {decision.rule}",
        " · ".join(f"{name}: {value}" for name, value in facts(manifest)),
        _counts(manifest),
        _section("Differs from what was agreed", list(map(_failure, differing(manifest)))),
        _section("Could not tell", list(map(_failure, unable(manifest)))),
        _section("Known issues", [_known(manifest, entry) for entry in known(manifest)]),
        _section("To be looked at", [_escaped(line) for line in (*manifest.troubles, *manifest.remarks)]),
        _section("Flaky: passed only on a later try", [_named(entry) for entry in manifest.flaky]),
        _section("Skipped", list(_reasons(manifest))),
        _section("Checked in part", list(_gaps(manifest))),
        "Everything that was sent and answered is in the report: `acceptance report` builds `reports/report.html`."
        + (" What did not pass is run again with `behave @reports/rerun.txt`." if manifest.not_passed else ""),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of the run beside its scenarios: name and value."""
    yield "Target", manifest.target
    if manifest.build:
        yield "Platform", manifest.build
    if manifest.commit:
        yield "Tests at", manifest.commit
    yield "Run", f"{manifest.began:%Y-%m-%d %H:%M} UTC"
    yield "Took", duration(manifest.seconds)
    yield "Workers", str(manifest.workers)
    if manifest.selection:
        yield "Only", manifest.selection
    if manifest.shards > 1:
        yield "Shards", manifest.shards_given
    if manifest.seed:
        yield "Order", f"random:{manifest.seed}"


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _counts(manifest: Manifest) -> str:
    counted = Counter(entry.status for entry in manifest.scenarios)
    statuses = [status for status in Status if counted[status] or status is Status.PASSED]
    rows = (
        ["scenarios", *statuses],
        ["---:"] * (len(statuses) + 1),
        [str(len(manifest.scenarios)), *(str(counted[status]) for status in statuses)],
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _section(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    rest = [f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n".join([f"**{title}**", "", *(f"- {line}" for line in (*lines[:_MOST], *rest))])


def _named(entry: ScenarioEntry) -> str:
    severity = "" if entry.severity is Severity.NORMAL else f" ({entry.severity})"
    behaviour = f"{entry.behaviour} " if entry.behaviour else ""
    return f"{behaviour}{_escaped(entry.title)}{severity}"


def _failure(entry: ScenarioEntry) -> str:
    return f"{_named(entry)}: {_escaped(entry.sentence)}" + (f" `{entry.location}`" if entry.location else "")


def _known(manifest: Manifest, entry: ScenarioEntry) -> str:
    issue = manifest.known_issue(entry.known_issue)
    return f"{issue.id}: {_escaped(issue.reason)} ({issue.owner}, until {issue.until}): {_named(entry)}"


def _reasons(manifest: Manifest) -> Iterator[str]:
    reasons = Counter(entry.sentence or "without a reason" for entry in manifest.of(Status.SKIPPED))
    for reason, count in reasons.most_common():
        yield f"{scenarios(count)}: {_escaped(reason)}"


def _gaps(manifest: Manifest) -> Iterator[str]:
    gaps = Counter(gap for entry in manifest.scenarios for gap in entry.not_checked)
    for gap, count in gaps.most_common():
        yield f"{scenarios(count)}: {_escaped(gap)} was not looked at, the target does not grant it"


def _escaped(text: str) -> str:
    """Keep Markdown and HTML in what was seen from being taken for ours."""
    cut = text if len(text) <= 300 else f"{text[:300]}…"
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in cut)
