"""What a run comes to, as its end says it: sentences, and the lists of what did not pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from support.report.manifest import Manifest, ScenarioEntry, Status
from support.report.verdict import decide, differing, known, unable
from support.runner.selection import locations

FLAKY = "flaky.txt"


def summary_lines(manifest: Manifest) -> Iterator[str]:
    """Yield what the person who started the run should know, beyond behave's own summary; the verdict comes last."""
    yield from manifest.troubles
    yield from manifest.remarks
    for count, what in (
        (len(differing(manifest)), "failed: the platform differs from what was agreed"),
        (
            len(unable(manifest)),
            "broken: a feature is wrong, a step missing or crashed, a hook or a clean-up failed",
        ),
        (len(known(manifest)), "did not pass as known issues say"),
        (len(manifest.of(Status.NOT_RUN)), "not run"),
        (len(manifest.flaky), "flaky: passed only on a later try, see " + FLAKY),
    ):
        if count:
            yield f"{count} {what}."
    yield f"{decide(manifest).headline}."


def write_lists(manifest: Manifest, folder: Path) -> Path | None:
    """Write the list of what did not pass, for `behave @...`, and of what is flaky; return the former's path."""
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
