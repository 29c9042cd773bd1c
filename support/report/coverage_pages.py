"""What a run showed, as pages of Markdown inside the report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from support.faults.components import Component, FailureMode
from support.gherkin.behaviours import behaviours, families
from support.gherkin.personas import Role
from support.report.coverage import Coverage, CoverageStatus, Shown, State

ROLES = ("unauthenticated", *Role)

Cells = TypeVar("Cells")

_TO_BE_LOOKED_AT = (State.NOT_PASSED, State.NO_SCENARIO)
# No emoji: not every machine has them.
_VERDICTS = {"allowed": "✓", "rejected": "–"}


def pages(coverage: Coverage) -> Mapping[str, str]:
    """Return the pages by title, in the order in which a reader wants them."""
    return {
        "What was checked: in short": "\n".join(_summary(coverage)),
        "What was checked: agreed behaviours": "\n".join(_behaviours(coverage)),
        "What was checked: who may do what": "\n".join(_roles(coverage)),
        "What was checked: what was broken on purpose": "\n".join(_faults(coverage)),
        "What was checked: operations and answers of the API": "\n".join(_operations(coverage)),
    }


def add_to(results: Path, coverage: Coverage) -> None:
    """Write the pages into a folder of results, so that the report has them as attachments of the whole run."""
    attachments = []
    for title, text in pages(coverage).items():
        source = f"{uuid4()}-attachment.md"
        (results / source).write_text(text, encoding="utf-8")
        attachments.append({"name": title, "source": source, "type": "text/markdown"})
    content = json.dumps({"attachments": attachments, "errors": []})
    (results / f"{uuid4()}-globals.json").write_text(content, encoding="utf-8")


def _summary(coverage: Coverage) -> Iterator[str]:
    yield from _part_of(coverage)
    states = [state for state in State if state is State.SHOWN or coverage.in_state(state)]
    rows = []
    for family, about in families().items():
        shown = [_state(coverage, id) for id in behaviours() if id.startswith(f"{family}-")]
        rows.append([f"{family}: {about}", str(len(shown)), *(str(shown.count(state) or "") for state in states)])
    totals = [str(len(coverage.in_state(state))) for state in states]
    rows.append(["**all of it**", str(len(behaviours())), *totals])
    yield from _table(["", "agreed", *states], rows)
    yield "A behaviour is shown if its scenarios passed. What failed or was skipped shows nothing.\n"
    yield from (f"- {line}" for line in _other_counts(coverage))


def _other_counts(coverage: Coverage) -> Iterator[str]:
    if coverage.answers:
        described = sum(map(len, coverage.answers.values()))
        yield (
            f"API: {len(coverage.answers) - len(coverage.never_called)} of {len(coverage.answers)} operations were "
            f"called, {coverage.count(CoverageStatus.SEEN)} of the {described} answers that they may give were seen."
        )
    tried = sum(map(len, coverage.roles.values()))
    yield f"Roles: {tried} combinations of operation and role were tried." if tried else "Roles: nothing was tried."
    broken = sum(map(len, coverage.faults.values()))
    yield f"Faults: parts of the platform were broken in {broken} ways." if broken else "Faults: nothing was broken."


def _part_of(coverage: Coverage) -> Iterator[str]:
    if coverage.whole:
        yield f"This run had all {coverage.scenarios} scenarios.\n"
    else:
        yield f"**This run was a part of the suite: {coverage.scenarios} of {coverage.available} scenarios.** "
        yield "What lies outside that part is not missing, it was not asked for.\n"


def _state(coverage: Coverage, id: str) -> State:
    return coverage.behaviours.get(id, Shown()).state


def _behaviours(coverage: Coverage) -> Iterator[str]:
    yield from _part_of(coverage)
    for family, about in families().items():
        yield f"## {family}: {about}\n"
        ids = [id for id in behaviours() if id.startswith(f"{family}-")]
        # The sentence last: the page shows a long line cut, and what became of it has to be seen.
        rows = [[id, _told(coverage.behaviours.get(id, Shown())), behaviours()[id]] for id in ids]
        yield from _table(["", "in this run", "what was agreed"], rows)


def _told(shown: Shown) -> str:
    counts = ((shown.passed, "passed"), (shown.not_passed, "did not pass"), (shown.skipped, "skipped"))
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    state = f"{shown.state} ({told})" if told else str(shown.state)
    return f"**{state}**" if shown.state in _TO_BE_LOOKED_AT else state


def _roles(coverage: Coverage) -> Iterator[str]:
    if not coverage.roles:
        yield "No scenario that passed tried who may do what: it was not part of this run."
        return
    yield "As the platform answered in scenarios that passed: ✓ let in, – refused, blank where nobody tried.\n"
    rows = [
        [operation, *(_VERDICTS.get(cells.get(role, ""), cells.get(role, "")) for role in ROLES)]
        for operation, cells in _by_path(coverage.roles)
    ]
    yield from _table(["operation", *ROLES], rows, centred=len(ROLES))


def _faults(coverage: Coverage) -> Iterator[str]:
    if not coverage.faults:
        yield "No scenario that passed broke a part of the platform: it was not part of this run."
        return
    yield "How many agreed behaviours were shown while a part was broken so. Blank: not done in this run.\n"
    broken = {(part, kind): ids for part, cells in coverage.faults.items() for kind, ids in cells.items()}
    rows = [[kind, *(str(len(broken.get((part, kind), ())) or "") for part in Component)] for kind in FailureMode]
    yield from _table(["", *Component], rows, centred=len(Component))
    for part, kind in product(Component, FailureMode):
        if (part, kind) in broken:
            yield f"- {part} is {kind}: {', '.join(broken[part, kind])}"


def _operations(coverage: Coverage) -> Iterator[str]:
    if not coverage.answers:
        yield "The platform publishes no OpenAPI document, so nothing could be compared with it."
        return
    yield from _part_of(coverage)
    yield "Every answer of the platform is compared with its own description (OpenAPI). An answer counts as seen if a "
    yield "scenario that passed got it.\n"
    if coverage.never_called:
        yield f"**Not called in this run** ({len(coverage.never_called)}): {', '.join(coverage.never_called)}\n"
    if coverage.count(CoverageStatus.UNPROVEN):
        yield f"\\* {CoverageStatus.UNPROVEN}\n"
    rows = [
        [
            name,
            _statuses(answers, CoverageStatus.SEEN),
            _statuses(answers, CoverageStatus.UNPROVEN, CoverageStatus.NOT_SEEN),
        ]
        for name, answers in _by_path(coverage.answers)
    ]
    yield from _table(["operation", CoverageStatus.SEEN, CoverageStatus.NOT_SEEN], rows)


def _statuses(answers: Mapping[str, CoverageStatus], *wanted: CoverageStatus) -> str:
    return ", ".join(
        f"{status}\\*" if sight is CoverageStatus.UNPROVEN else status
        for status, sight in answers.items()
        if sight in wanted
    )


def _by_path(operations: Mapping[str, Cells]) -> list[tuple[str, Cells]]:
    """Operations with what is told of them: those of one path beside each other, their parameters as dots."""
    ordered = sorted(operations.items(), key=lambda one: one[0].split(" ")[::-1])
    return [(re.sub(r"\{\w+\}", "…", name), cells) for name, cells in ordered]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, centred: int = 0) -> Iterator[str]:
    """Yield a table; the last columns are centred."""
    rule = ["---"] * (len(headings) - centred) + [":---:"] * centred
    for row in (headings, rule, *rows):
        yield f"| {' | '.join(row)} |"
    yield ""
