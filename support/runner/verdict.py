"""What a run comes to, as its end says it: sentences, and the lists of what did not pass."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.report.decision import decide, differing, known, unable
from support.report.manifest import Manifest, ScenarioEntry, Status

RERUN = "rerun.txt"
FLAKY = "flaky.txt"


def sentences(manifest: Manifest) -> Iterator[str]:
    """Yield what the person who started the run should know, beyond behave's own summary; the verdict comes last."""
    yield from manifest.troubles
    yield from manifest.remarks
    for count, what in (
        (len(differing(manifest)), "failed: the platform differs from what was agreed"),
        (len(unable(manifest)), "broken: a step is missing or crashed, or a hook or a clean-up failed"),
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
    return _write(folder / RERUN, [*manifest.not_passed, *manifest.of(Status.NOT_RUN)])


def _write(path: Path, entries: Iterable[ScenarioEntry]) -> Path | None:
    """Write places, and above each what stood there: `places.misplaced` holds it against what stands there later."""
    # behave reads locations in a list relative to the list.
    found = sorted((os.path.relpath(entry.location, path.parent), entry.title) for entry in entries)
    lines = [f"# {title}\n{place}\n" for place, title in found]
    if not lines:
        path.unlink(missing_ok=True)
        return None
    path.write_text("".join(lines), encoding="utf-8")
    return path
