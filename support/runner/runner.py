"""The runner that `pyproject.toml` names, so that `behave` alone is the whole command."""

from __future__ import annotations

import contextlib
import difflib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import behave.runner
import psutil
from behave.configuration import Configuration
from behave.formatter._registry import make_formatters
from behave.formatter.base import StreamOpener
from behave.runner import Context
from behave.runner_util import parse_features

from support import scenario
from support.evidence.formatter import AllureFormatter, use_masker
from support.exits import ExitCode, RunStopped, UsageError
from support.run import Run
from support.runner.reports import ReportsFolder
from support.runner.selection import refuse_nothing
from support.settings import EMBEDDED, load_target

OPTIONS = {"target": "the deployment to run against: a name from support/targets or a path to a .toml file"}


class Runner(behave.runner.Runner):  # type: ignore[misc]
    """Selects, starts the target while the steps are loaded, runs, and ends all it started.

    What stops a run before it begins is one sentence and an exit code of its own, see `support.exits`.
    """

    def __init__(self, config: Configuration) -> None:
        super().__init__(config)
        self._terminated = False

    def run(self) -> bool:
        """Run what was selected; return whether anything failed. Raises SystemExit with the other exit codes."""
        try:
            with self.path_manager, self._stopping_on_sigterm():
                self.setup_paths()
                self._refuse_unknown_options()
                self._parse_features()
                failed = self._rehearse() if self.config.dry_run else self._perform()
        except RunStopped as stop:
            print(stop, file=sys.stderr)
            raise SystemExit(stop.exit_code) from None
        except KeyboardInterrupt:
            raise SystemExit(self._interrupted) from None
        if self.aborted and self.hook_failures == 0:
            raise SystemExit(self._interrupted)
        return failed

    @property
    def _interrupted(self) -> ExitCode:
        return ExitCode.TERMINATED if self._terminated else ExitCode.INTERRUPTED

    @contextlib.contextmanager
    def _stopping_on_sigterm(self) -> Iterator[None]:
        """Treat SIGTERM as Ctrl-C: the scenario ends, clean-ups run, reports are written, servers stop."""

        def interrupt(number: int, frame: FrameType | None) -> None:
            self._terminated = True
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGTERM, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _refuse_unknown_options(self) -> None:
        for name in self.config.userdata:
            if name not in OPTIONS:
                close = difflib.get_close_matches(name, OPTIONS, n=1)
                hint = f" Did you mean -D {close[0]}=...?" if close else ""
                known = "; ".join(f"{option}: {meaning}" for option, meaning in OPTIONS.items())
                raise UsageError(f"There is no option -D {name}.{hint} Known: {known}.")

    def _parse_features(self) -> None:
        locations = [name for name in self.feature_locations() if not self.config.exclude(name)]
        self.features.extend(parse_features(locations, language=self.config.lang))

    def _load(self) -> None:
        self.context = Context(self)
        self.load_hooks()
        self.load_step_definitions()

    def _rehearse(self) -> bool:
        """Carry out a dry run: it needs no target and leaves the results of the last run alone."""
        self._load()
        self.formatters = make_formatters(self.config, self.config.outputs)
        return bool(self.run_model())

    def _perform(self) -> bool:
        refuse_nothing(self.features, self.config)
        target = load_target(self.config.userdata.get("target", EMBEDDED))
        reports = ReportsFolder(Path(self.base_dir) / "reports")
        with contextlib.ExitStack() as ending:
            ending.callback(reports.release)
            run = Run(target, reports.logs)
            ending.callback(run.close)
            run.deployment.begin()
            # The servers start while we load steps; loading takes as long as they do.
            self._load()
            print(run.deployment.finish())
            self.formatters = [
                *make_formatters(self.config, self.config.outputs),
                self._evidence(reports.allure_results, run),
            ]
            scenario.use(run)
            print(f"First step {_seconds_since_start():.2f} s after the start of behave")
            failed = bool(self.run_model())
            print(f"Results for the report: {reports.allure_results} (build it with: acceptance report)")
        return failed

    def _evidence(self, results: Path, run: Run) -> AllureFormatter:
        """Make our Allure formatter, which is there whatever formatters the command line asks for."""
        use_masker(run.masker)
        # Allure shows these lines on the front page of the report.
        about = {"Target": run.target.name, "Command": " ".join(["behave", *sys.argv[1:]])}
        lines = (f"{name}={run.masker.text(value)}" for name, value in about.items())
        (results / "environment.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return AllureFormatter(StreamOpener(str(results)), self.config)


def _seconds_since_start() -> float:
    """Return the age of this process, with what Python took before our first line."""
    if sys.platform == "linux":
        # psutil adds a boot time in whole seconds; the kernel's own count is exact to a hundredth.
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - psutil.Process().create_time()
