"""`reports/summary.md`: the run as one screen of Markdown, for a pull request or a chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from support.report.causes import grouped
from support.report.manifest import Manifest, ScenarioEntry, Severity, Status
from support.report.verdict import decide, failed, inconclusive, known, scenarios

FILE = "summary.md"
_MOST = 10  # entries of a list, so that the summary fits on a screen
_LONGEST = 300  # characters of a quoted text


def summary(manifest: Manifest, folder: str = "reports") -> str:
    """Return the summary in Markdown; `folder` is where the run wrote its reports, as the user would type it."""
    decision = decide(manifest)
    report = "acceptance report" if folder == "reports" else f"acceptance report {folder}"
    parts = [
        f"## {decision.verdict}",
        f"{decision.reason[0].upper()}{decision.reason[1:]}. {decision.rule}",
        " · ".join(f"{name}: {value}" for name, value in facts(manifest)),
        _counts(manifest),
        _section("Failed", list(_failures(failed(manifest)))),
        _section("Inconclusive", list(_failures(inconclusive(manifest)))),
        _section("Errors outside scenarios", list(map(_escaped, manifest.errors))),
        _section("Known issues", [_known(manifest, entry) for entry in known(manifest)]),
        _section("Warnings", list(map(_escaped, manifest.warnings))),
        _section("Flaky: passed on retry", list(map(_name, manifest.flaky))),
        _section("Skipped", list(map(_escaped, skip_reasons(manifest)))),
        _section("Skipped checks", list(map(_escaped, skipped_checks(manifest)))),
        f"All requests and responses are in the report: `{report}` builds `{folder}/report.html`."
        + (f" Rerun failures with `behave @{folder}/rerun.txt`." if manifest.not_passed else ""),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield name and value of what describes the run besides its scenarios."""
    yield "Target", manifest.target
    if manifest.product or manifest.version:
        yield "Product", " ".join(filter(None, (manifest.product, manifest.version)))
    if manifest.commit:
        yield "Tests at", manifest.commit
    yield "Run", f"{manifest.started:%Y-%m-%d %H:%M} UTC"
    yield "Duration", duration(manifest.seconds)
    yield "Workers", str(manifest.workers)
    if manifest.selection:
        yield "Selection", manifest.selection
    if manifest.shards > 1:
        yield "Shards", manifest.shard_names
    if manifest.seed:
        yield "Order", f"random:{manifest.seed}"


def duration(seconds: float) -> str:
    """Return a duration in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def skip_reasons(manifest: Manifest) -> Iterator[str]:
    """Yield how many scenarios were skipped for each reason, the most frequent first."""
    reasons = Counter(entry.first_line or "without a reason" for entry in manifest.of(Status.SKIPPED))
    for reason, count in reasons.most_common():
        yield f"{scenarios(count)}: {reason}"


def skipped_checks(manifest: Manifest) -> Iterator[str]:
    """Yield how many scenarios skipped each check, the most frequent first."""
    checks = Counter(check for entry in manifest.scenarios for check in entry.skipped_checks)
    for check, count in checks.most_common():
        yield f"{scenarios(count)}: check of {check} skipped, the target does not provide it"


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


def _name(entry: ScenarioEntry) -> str:
    severity = "" if entry.severity is Severity.NORMAL else f" ({entry.severity})"
    behaviour = f"{entry.behaviour} " if entry.behaviour else ""
    return f"{behaviour}{_escaped(entry.title)}{severity}"


def _failures(entries: Sequence[ScenarioEntry]) -> Iterator[str]:
    """Yield a line for each failure; failures with the same cause share one."""
    for group in grouped(entries):
        first, *others = group
        more = f" (and {scenarios(len(others))} with the same cause)" if others else ""
        yield f"{_name(first)}: {_escaped(first.first_line)}" + f" `{first.location}`" * bool(first.location) + more


def _known(manifest: Manifest, entry: ScenarioEntry) -> str:
    issue = manifest.known_issue(entry.known_issue)
    return f"{issue.id}: {_escaped(issue.reason)} ({issue.owner}, until {issue.until}): {_name(entry)}"


def _escaped(text: str) -> str:
    """Escape Markdown and HTML, and cut long texts."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in cut)
