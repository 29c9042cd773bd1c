"""How far a parallel run is, in a line on the terminal, and what became of a run, in its summary."""

from __future__ import annotations

import itertools
import shutil
import sys
import time
import unicodedata
from collections import Counter

from behave.configuration import Configuration
from behave.formatter.progress import ProgressFormatterBase
from behave.model import Feature, Rule
from behave.model_type import Status
from behave.reporter.summary import SummaryReporter

# `-f progress` would end the run at the first clean-up that fails.
ProgressFormatterBase.dot_status[Status.cleanup_error] = "C"


class Progress:
    """The line stands on standard error, only on a terminal, and only while the runner waits for what workers say."""

    def __init__(self, total: int, *, show: bool) -> None:
        self._total = total
        self._show = show and sys.stderr.isatty()
        self._running: list[str] = []
        self._ended: Counter[str] = Counter()
        self._shown = False

    def began(self, name: str) -> None:
        """A scenario begins."""
        self._running.append(name)

    def ended(self, name: str, status: str) -> None:
        """A scenario has ended."""
        if name in self._running:
            self._running.remove(name)
        self._ended[status] += 1

    def draw(self) -> None:
        """Show the line."""
        if not self._show or not (self._running or self._ended):
            return
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self._ended.items()))
        line = f"{self._ended.total()}/{self._total}  {counts}  running: {'; '.join(self._running)}"
        shown = _beginning(line, shutil.get_terminal_size().columns - 1)
        print(f"\r\033[K{shown}", end="", file=sys.stderr, flush=True)
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


def _beginning(text: str, columns: int) -> str:
    """As much of the text as fits: Chinese, say, and emoji take two columns each."""
    widths = itertools.accumulate(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
    return text[: sum(width <= columns for width in widths)]


class Summary(SummaryReporter):  # type: ignore[misc]
    """behave's summary, mended where it is not so.

    What a run took is the time on the clock: behave adds up steps, without those under rules. And in a dry run nothing
    passed or failed: behave takes an outline that was not run for passed, and then what holds it for failed. So it is
    with what holds scenarios that passed beside some that never ran, where a run ended early.
    """

    def __init__(self, config: Configuration) -> None:
        self._began = time.monotonic()
        self._rehearsal = config.dry_run
        super().__init__(config)

    def process_feature(self, feature: Feature) -> None:
        """Count a feature and what is in it."""
        self.feature_summary[self._status_of(feature)] += 1
        self.process_run_items_for(feature)

    def process_rule(self, rule: Rule) -> None:
        """Count a rule and what is in it."""
        self.rule_summary[self._status_of(rule)] += 1
        self.process_run_items_for(rule)

    def _status_of(self, container: Feature | Rule) -> str:
        status = container.status
        ends = {scenario.status for scenario in container.walk_scenarios()}
        if status.has_failed() and not container.hook_failed and not any(end.has_failed() for end in ends):
            status = Status.untested if Status.untested in ends else Status.passed
        return str((Status.untested if self._rehearsal and status in (Status.passed, Status.failed) else status).name)

    @property
    def duration(self) -> float:
        """Seconds on the clock."""
        return time.monotonic() - self._began
