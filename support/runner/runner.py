"""The runner that `pyproject.toml` names, so that `behave` alone is the whole command."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import behave.runner
import psutil
from behave.configuration import Configuration
from behave.exception import InvalidFileLocationError, InvalidFilenameError
from behave.formatter._registry import make_formatters
from behave.formatter.base import StreamOpener
from behave.model import Scenario
from behave.model_type import FileLocation
from behave.reporter.junit import JUnitReporter
from behave.reporter.summary import SummaryReporter
from behave.runner import Context

from support.allure.formatter import AllureFormatter
from support.allure.writer import MaskedFileWriter
from support.errors import ExitCode, RunStopped, SelectionError, UsageError
from support.evidence.masking import Masker, use_masker
from support.gherkin.behaviours import behaviours
from support.gherkin.parse import loading_code, parse_features
from support.gherkin.personas import personas_in
from support.gherkin.steps import ExplainingRegistry
from support.report import known_issues
from support.report.manifest import Manifest
from support.report.verdict import decide, scenarios
from support.runner.options import Options, read_options
from support.runner.output.coverage import coverage_of
from support.runner.output.junit import JUnit
from support.runner.output.manifest import Circumstances, manifest_of
from support.runner.output.progress import Summary
from support.runner.output.replay import Show
from support.runner.output.reports_folder import ReportsFolder
from support.runner.output.summary import summary_lines, write_lists
from support.runner.scheduling.durations import COMMITTED, MEASURED, Durations, FeatureDurations, key_of
from support.runner.scheduling.order import Bundle, bundles, longest_first, of_shard, shuffled
from support.runner.selection.locations import refuse_missing_places, refuse_moved
from support.runner.selection.selection import refuse, refuse_no_workers, selected
from support.runner.workers.messages import Evidence
from support.runner.workers.outcome import ScenarioOutcome
from support.runner.workers.pool import Pool
from support.runner.workers.signals import leave_the_terminal, requests_to_end
from support.runner.workers.worker import Worker
from support.scenario.run import Run
from support.startup import uncollected
from support.targets.deployment import build_of
from support.targets.preflight import Preflight
from support.targets.settings import Target, load_target


class Runner(behave.runner.Runner):  # type: ignore[misc]
    """Selects, hands the scenarios to worker processes, and shows the run as if it were serial, feature by feature.

    The workers run scenarios with behave's own machinery and the hooks; here behave's machinery runs a second time
    over the same model with the workers' verdicts, so that every formatter and reporter tells the same story. That is
    so with one worker as well: what differs between serial and parallel is only how many workers there are.

    What stops a run before it begins is one sentence and an exit code of its own, see `support.errors`.
    """

    def __init__(self, config: Configuration) -> None:
        super().__init__(config)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # what a console has no letters for is no reason to end
        mended: Mapping[type, Callable[[Configuration], Any]] = {SummaryReporter: Summary, JUnitReporter: JUnit}
        config.reporters[:] = [mended.get(type(one), type(one))(config) for one in config.reporters]
        self._locations: list[FileLocation] = []
        self._signal: int | None = None
        self._pool: Pool | None = None
        self._greetings: set[str] = set()

    def run(self) -> bool:
        """Run what was selected; return whether anything failed. Raises SystemExit with the other exit codes."""
        try:
            with self.path_manager, requests_to_end(self._interrupt):
                refuse_no_workers(self.config.jobs)
                refuse_missing_places(self.config.paths)
                self.setup_paths()
                options = read_options(self.config.userdata)
                self._parse_features()
                refuse_moved(self.config.paths, self.features)
                code = self._rehearse(options) if self.config.dry_run else self._perform(options)
        except RunStopped as stop:
            print(stop, file=sys.stderr)
            raise SystemExit(stop.exit_code) from None
        except BrokenPipeError:  # nobody reads on, as behind `behave | head`
            leave_the_terminal()
            raise SystemExit(ExitCode.of_signal(signal.SIGPIPE)) from None
        except OSError as error:
            print(f"The run ended early: {error}.", file=sys.stderr)
            raise SystemExit(ExitCode.ENVIRONMENT) from error
        if self._signal is not None:
            code = ExitCode.of_signal(self._signal)
        if code not in (ExitCode.PASSED, ExitCode.FAILED):
            raise SystemExit(code)
        return code == ExitCode.FAILED

    def _interrupt(self, number: int) -> None:
        """Let scenarios end, clean-ups run, what ran be reported, servers stop."""
        self._signal = number
        if self._pool is None:
            raise SystemExit(ExitCode.of_signal(number))
        self._pool.interrupt()

    def _parse_features(self) -> None:
        try:
            self._locations = [one for one in self.feature_locations() if not self.config.exclude(one)]
        except (InvalidFilenameError, InvalidFileLocationError) as error:
            raise UsageError(f"{error} is no feature: they end in .feature, and lists of them begin with @.") from error
        self.features.extend(parse_features(self._locations, self.config.lang))

    def _load(self) -> None:
        self.context = Context(self)
        with uncollected(), loading_code():
            self.load_hooks()
            self.load_step_definitions()
        self.step_registry = ExplainingRegistry(behave.runner.the_step_registry)

    def _rehearse(self, options: Options) -> ExitCode:
        """Carry out a dry run: it needs no target and leaves the results of the last run alone."""
        chosen = self._chosen(options)
        self._load()
        self.formatters = make_formatters(self.config, self.config.outputs)
        self._leave_out_others(chosen)
        self.run_model()
        return ExitCode.TEST_ERROR if self.undefined_steps else ExitCode.PASSED

    def _chosen(self, options: Options) -> list[Scenario]:
        """Return the scenarios to run. Raises SelectionError where they can give no honest verdict."""
        behaviours()  # the results of the run name them: a slip in their catalogue is told before it
        refuse(self.features, self.config, self._locations)
        shard, wanted = options.shard, selected(self.features, self.config)
        chosen = of_shard(wanted, shard, FeatureDurations(Path(self.base_dir) / COMMITTED))
        if not chosen:
            sentence = f"what is selected, {scenarios(len(wanted))}, makes fewer parts. Ask for fewer shards"
            raise SelectionError(f"Nothing to run in shard {shard.number} of {shard.count}: {sentence}.")
        return chosen

    def _leave_out_others(self, chosen: list[Scenario]) -> None:
        """Skip what was selected and is not chosen."""
        ours = {id(scenario) for scenario in chosen}
        for scenario in selected(self.features, self.config):
            if id(scenario) not in ours:
                scenario.should_skip, scenario.skip_reason = True, "it belongs to another shard"

    def _perform(self, options: Options) -> ExitCode:
        chosen = self._chosen(options)
        target = load_target(options.target)
        issues = known_issues.load(Path(self.base_dir) / known_issues.FILE)
        if not target.embedded:
            Preflight(target).require_for(personas_in(step.name for scenario in chosen for step in scenario.all_steps))
        reports = ReportsFolder(Path(self.base_dir) / "reports")
        durations = Durations(reports.path / MEASURED)
        with contextlib.closing(reports):
            began = datetime.now(UTC)
            self._load()
            ordered = self._ordered(chosen, options, durations)
            with (
                contextlib.closing(MaskedFileWriter(reports.allure_results)) as files,
                contextlib.closing(self._pool_for(chosen, ordered, target, reports, files, options)) as pool,
            ):
                pool.start()
                about = Circumstances(uuid4().hex, began, target.name, build_of(target), issues)
                try:
                    self._show(chosen, pool)
                except Exception:  # a full disk, say
                    pool.give_up()
                    raise
            measured = {key_of(chosen[number]): outcome.seconds for number, outcome in pool.outcomes.items()}
            durations.update(measured)
            manifest = manifest_of(chosen, pool.outcomes, pool.troubles, about, options, self.config)
            self._tell_coverage(chosen, pool, reports)
            self._conclude(manifest, reports)
            return decide(manifest).exit_code

    def _ordered(self, chosen: list[Scenario], options: Options, durations: Durations) -> list[Bundle]:
        if options.seed is not None:
            print(f"Random order; to repeat it: -D order=random:{options.seed}")
            return shuffled(bundles(chosen), options.seed)
        return longest_first(bundles(chosen), durations) if self.config.jobs > 1 else bundles(chosen)

    def _pool_for(
        self,
        chosen: list[Scenario],
        ordered: list[Bundle],
        target: Target,
        reports: ReportsFolder,
        files: MaskedFileWriter,
        options: Options,
    ) -> Pool:
        hooks: Mapping[str, Callable[..., None]] = self.hooks

        def make(connection: Connection, number: int) -> Worker:
            logs = reports.logs if self.config.jobs == 1 else reports.logs / f"worker-{number}"
            return Worker(self, hooks, Run(target, logs), chosen, connection, reports, options.retries)

        masker = Masker()
        use_masker(masker)

        def evidence(brought: Evidence) -> None:
            for secret in brought.secrets:
                masker.add(secret)
            for file_name, content in brought.files:
                files.take(file_name, content)

        def lost(scenario: Scenario, outcome: ScenarioOutcome) -> None:
            _report_lost(scenario, outcome, reports, self.config)

        return Pool(
            chosen,
            ordered,
            make,
            workers=self.config.jobs,
            stop=self.config.stop,
            shared=not target.embedded,
            # A single worker need not wait for its next scenario, unless a failure may stop the run.
            ahead=1 if self.config.jobs == 1 and not self.config.stop else 0,
            evidence=evidence,
            lost=lost,
            say=self._greet,
        )

    def _greet(self, line: str) -> None:
        if line not in self._greetings:  # workers that share a target all say the same
            self._greetings.add(line)
            print(f"{line}; {_seconds_since_start():.2f} s after the start of behave")

    def _show(self, chosen: list[Scenario], pool: Pool) -> None:
        """Let behave run over its model, with verdicts from the workers in place of steps and hooks."""
        self._pool = pool
        self.hooks = dict[str, Callable[..., None]]()
        self.formatters = make_formatters(self.config, self.config.outputs)
        self._leave_out_others(chosen)
        show = Show(self, chosen, pool)
        self.run_model()
        show.hear_out()  # the workers end

    def _tell_coverage(self, chosen: list[Scenario], pool: Pool, reports: ReportsFolder) -> None:
        """Write what was checked, and say it in short."""
        folder = Path(self.base_dir) / "features"
        coverage = coverage_of(self.features, chosen, pool.outcomes, pool.documented, folder)
        coverage.write(reports.path)
        for line in coverage.lines():
            print(line)

    def _conclude(self, manifest: Manifest, reports: ReportsFolder) -> None:
        """Leave manifest, summary and lists, and say how it went and where to look."""
        rerun = write_lists(manifest, reports.path)
        reports.write_manifest(manifest)
        gaps = Counter(gap for entry in manifest.scenarios for gap in entry.not_checked)
        for gap, count in sorted(gaps.items()):
            print(f"Not checked: {gap}, in {count} scenarios; the target does not grant it.")
        for sentence in summary_lines(manifest):
            print(sentence)
        if rerun is not None:
            print(f"To run again what did not pass: behave @{os.path.relpath(rerun)}")
        for line in reports.where_to_look():
            print(line)


def _report_lost(scenario: Scenario, outcome: ScenarioOutcome, reports: ReportsFolder, config: Configuration) -> None:
    """Write the Allure result of a scenario whose worker died before it could."""
    outcome.apply(scenario)
    formatter = AllureFormatter(StreamOpener(str(reports.allure_results)), config)
    formatter.report_lost(scenario)
    formatter.close()


def _seconds_since_start() -> float:
    """Return the age of this process, with what Python took before our first line."""
    if sys.platform == "linux":
        # psutil adds a boot time in whole seconds; the kernel's own count is exact to a hundredth.
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - psutil.Process().create_time()
