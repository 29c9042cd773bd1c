"""The last lines of a run, and the lists of scenarios that did not pass or were flaky."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.report.manifest import Manifest, ScenarioEntry, Status
from support.report.verdict import decide, failed, inconclusive, known, scenarios
from support.runner.selection import locations

FLAKY = "flaky.txt"


def summary_lines(manifest: Manifest) -> Iterator[str]:
    """Yield what the user needs to know beyond behave's summary; the verdict comes last."""
    yield from manifest.errors
    yield from manifest.warnings
    for reason, count in Counter(entry.first_line for entry in manifest.of(Status.SKIPPED)).most_common():
        yield f"{scenarios(count)} skipped: {reason or 'without a reason'}."
    for count, description in (
        (len(failed(manifest)), "failed: unexpected behaviour of the platform"),
        (
            len(inconclusive(manifest)),
            "inconclusive: an invalid feature, an undefined or crashed step, a hook or a cleanup",
        ),
        (len(known(manifest)), "failed as listed in the known issues"),
        (len(manifest.of(Status.NOT_RUN)), "not run"),
        (len(manifest.flaky), f"flaky: passed on retry, see {FLAKY}"),
    ):
        if count:
            yield f"{count} {description}."
    yield f"{decide(manifest).headline}."


def write_lists(manifest: Manifest, folder: Path) -> Path | None:
    """Write the lists of failed scenarios, for `behave @...`, and of flaky ones; return the path of the former."""
    _write(folder / FLAKY, manifest.flaky)
    return _write(folder / locations.RERUN, [*manifest.not_passed, *manifest.of(Status.NOT_RUN)])


def _write(path: Path, entries: Iterable[ScenarioEntry]) -> Path | None:
    lines = [
        locations.entry(entry.location, entry.title, path.parent)
        for entry in sorted(entries, key=lambda entry: entry.location)
    ]
    if not lines:
        path.unlink(missing_ok=True)
        return None
    path.write_text("".join(lines), encoding="utf-8")
    return path
