"""The end of a run: writes the manifest and what is made from it, then prints how the run went."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil
from behave.configuration import Configuration
from behave.model import Feature, Scenario

from support.errors import ReportError
from support.report import history
from support.report.manifest import Manifest
from support.report.verdict import scenarios
from support.runner.options import Options
from support.runner.output.coverage import coverage_of
from support.runner.output.manifest import Circumstances, manifest_of
from support.runner.output.reports_folder import ReportsFolder
from support.runner.output.summary import summary_lines, write_lists
from support.runner.scheduling.durations import Durations, key_of
from support.runner.scheduling.pool import Pool


class Conclusion:
    """The results of a run that has ended."""

    def __init__(
        self,
        features: Sequence[Feature],
        chosen: Sequence[Scenario],
        pool: Pool,
        problems: Sequence[str],
        options: Options,
        config: Configuration,
    ) -> None:
        self._features = features
        self._chosen = chosen
        self._pool = pool
        self._problems = problems
        self._options = options
        self._config = config
        self._rerun: Path | None = None

    def write(self, circumstances: Circumstances, reports: ReportsFolder, durations: Durations) -> Manifest:
        """Write manifest, summary and lists before anything that may fail; return the manifest."""
        problems = [*(problem.message for problem in self._pool.problems), *self._problems]
        outcomes = self._pool.outcomes
        manifest = manifest_of(self._chosen, outcomes, problems, circumstances, self._options, self._config)
        reports.write_manifest(manifest)
        self._rerun = write_lists(manifest, reports.path)
        with contextlib.suppress(ReportError):  # `acceptance report` reports an unreadable history
            history.record(manifest, reports.path)
        durations.update({key_of(self._chosen[number]): outcome.seconds for number, outcome in outcomes.items()})
        return manifest

    def print(self, manifest: Manifest, reports: ReportsFolder, folder: Path) -> None:
        """Write and print the coverage, print how the run went and where to read more; `folder` has all features."""
        coverage = coverage_of(self._features, self._chosen, self._pool.outcomes, self._pool.documented, folder)
        coverage.write(reports.path)
        for line in coverage.lines():
            print(line)
        skipped_checks = Counter(check for entry in manifest.scenarios for check in entry.skipped_checks)
        for check, count in sorted(skipped_checks.items()):
            print(f"{scenarios(count)}: check of {check} skipped, the target does not provide it.")
        for line in summary_lines(manifest):
            print(line)
        if self._rerun is not None:
            print(f"Rerun failures with: behave @{os.path.relpath(self._rerun)}")
        for line in reports.hints():
            print(line)


def seconds_since_start() -> float:
    """Return the age of this process in seconds, including the start of Python."""
    if sys.platform == "linux":
        # psutil adds a boot time in whole seconds; the kernel's own count is exact to a hundredth.
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - psutil.Process().create_time()
