"""What a run comes to: the exit code, the sentences at its end, and the lists of what did not pass."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from behave.model import Scenario
from behave.model_type import Status

from support.exits import ExitCode

RERUN = "rerun.txt"
FLAKY = "flaky.txt"


@dataclass
class Verdict:
    """Collects what became of the selected scenarios, and what went wrong outside them."""

    scenarios: Sequence[Scenario]
    flaky: Sequence[Scenario] = ()
    flaky_fails: bool = False
    troubles: Sequence[str] = field(default_factory=tuple)

    @property
    def failed(self) -> list[Scenario]:
        """Scenarios that show a difference between the platform and what was agreed.

        One that failed so, and whose clean-up failed as well, is among them.
        """
        return [scenario for scenario in self.scenarios if _differs(scenario)]

    @property
    def broken(self) -> list[Scenario]:
        """Scenarios that could not tell: a step is missing or crashed, a hook or a clean-up failed."""
        return [scenario for scenario in self.scenarios if scenario.status.has_failed() and not _differs(scenario)]

    @property
    def not_run(self) -> list[Scenario]:
        """Scenarios that were selected and never came to their turn."""
        return [scenario for scenario in self.scenarios if scenario.status == Status.untested]

    @property
    def exit_code(self) -> ExitCode:
        """What the shell is told."""
        if self.failed or (self.flaky and self.flaky_fails):
            return ExitCode.FAILED
        if self.broken or self.troubles or self.not_run:
            return ExitCode.BROKEN
        return ExitCode.PASSED

    def sentences(self) -> Iterator[str]:
        """Yield what the person who started the run should know, beyond behave's own summary."""
        yield from self.troubles
        for count, what in (
            (len(self.failed), "failed: the platform differs from what was agreed"),
            (len(self.broken), "broken: a step is missing or crashed, or a hook or a clean-up failed"),
            (len(self.not_run), "not run"),
            (len(self.flaky), "flaky: passed only on a later try, see " + FLAKY),
        ):
            if count:
                yield f"{count} {what}."

    def write_lists(self, folder: Path) -> Path | None:
        """Write the list of what did not pass, for `behave @...`, and of what is flaky; return the former's path."""
        _write(folder / FLAKY, self.flaky)
        return _write(folder / RERUN, [*self.failed, *self.broken, *self.not_run])


def _differs(scenario: Scenario) -> bool:
    return any(step.status == Status.failed for step in scenario.all_steps)


def _write(path: Path, scenarios: Iterable[Scenario]) -> Path | None:
    # behave reads locations in a list relative to the list.
    lines = sorted(f"{os.path.relpath(s.filename, path.parent)}:{s.line}\n" for s in scenarios)
    if not lines:
        path.unlink(missing_ok=True)
        return None
    path.write_text("".join(lines), encoding="utf-8")
    return path
