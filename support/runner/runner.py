"""The runner that `pyproject.toml` names, so that `behave` needs no options."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import behave.runner
from behave.configuration import Configuration
from behave.exception import InvalidFileLocationError, InvalidFilenameError
from behave.formatter._registry import make_formatters
from behave.model import Scenario
from behave.model_type import FileLocation
from behave.reporter.junit import JUnitReporter
from behave.reporter.summary import SummaryReporter
from behave.runner import Context

from support.allure.writer import MaskedFileWriter
from support.errors import ExitCode, RunStopped, SelectionError, UsageError
from support.gherkin.behaviours import behaviours
from support.gherkin.parse import loading_code, parse_features
from support.gherkin.personas import personas_in
from support.gherkin.steps import ExplainingRegistry
from support.report import known_issues
from support.report.links import link_patterns
from support.report.verdict import decide, scenarios
from support.runner.conclusion import Conclusion, seconds_since_start
from support.runner.options import Options, read_options
from support.runner.output.coverage import count_available
from support.runner.output.dry_run import prepare_dry_run
from support.runner.output.formatters import Contained
from support.runner.output.junit import JUnit
from support.runner.output.manifest import Circumstances
from support.runner.output.progress import Progress
from support.runner.output.replay import Replay
from support.runner.output.reports_folder import ReportsFolder
from support.runner.output.totals import Totals
from support.runner.scheduling.durations import COMMITTED, MEASURED, Durations, FeatureDurations
from support.runner.scheduling.order import Bundle, bundles, longest_first, of_shard, shuffled
from support.runner.scheduling.pool import Pool
from support.runner.scheduling.pool_options import PoolOptions, Receivers
from support.runner.selection.feature_files import without_hidden
from support.runner.selection.lines import resolved
from support.runner.selection.locations import reject_missing_places, reject_moved
from support.runner.selection.selection import reject_invalid, reject_unsupported, selected
from support.runner.selection.steps import reject_ambiguous
from support.runner.workers.evidence import EvidenceReceiver
from support.runner.workers.local import LocalTransport
from support.runner.workers.messages import Problem
from support.runner.workers.signals import detach_output, interrupts, is_closed_output
from support.runner.workers.worker import Worker
from support.scenario import hooks as scenario_hooks
from support.scenario.run import Run
from support.startup import without_garbage_collection
from support.targets.deployment import build_of
from support.targets.preflight import Preflight
from support.targets.settings import Target, load_target


class Runner(behave.runner.Runner):  # type: ignore[misc]
    """Selects scenarios, runs them in worker processes, and replays the outcomes to behave's formatters and reporters.

    Serial and parallel runs differ only in the number of workers, so that all outputs agree. An error that prevents
    the run is one message and an exit code of its own, see `support.errors`.
    """

    def __init__(self, config: Configuration) -> None:
        super().__init__(config)
        if sys.stdout is None or sys.stderr is None:
            if sys.stderr is not None:
                print("Standard output is closed: redirect it to a file or to /dev/null.", file=sys.stderr)
            raise SystemExit(ExitCode.PIPE_CLOSED)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a console may not have all characters
        replaced: Mapping[type, Callable[[Configuration], Any]] = {SummaryReporter: Totals, JUnitReporter: JUnit}
        config.reporters[:] = [replaced.get(type(one), type(one))(config) for one in config.reporters]
        self._locations: list[FileLocation] = []
        self._signal: int | None = None
        self._pool: Pool | None = None
        self._announced: set[str] = set()
        self._problems: list[str] = []

    def run(self) -> bool:
        """Run the selection; return whether a scenario failed. Raises SystemExit with other exit codes."""
        try:
            with self.path_manager, interrupts(self._on_signal):
                reject_unsupported(self.config)
                reject_missing_places(self.config.paths)
                self.setup_paths()
                options = read_options(self.config.userdata)
                self._parse_features()
                reject_moved(self.config.paths, self.features)
                code = self._dry_run(options) if self.config.dry_run else self._perform(options)
                sys.stdout.flush()
        except RunStopped as stop:
            print(stop, file=sys.stderr)
            raise SystemExit(stop.exit_code) from None
        except OSError as error:
            code = self._code_of(error)
        if self._signal is not None:
            code = ExitCode.of_signal(self._signal)
        if code not in (ExitCode.PASSED, ExitCode.FAILED):
            raise SystemExit(code)
        return code == ExitCode.FAILED

    @staticmethod
    def _code_of(error: OSError) -> ExitCode:
        closed = is_closed_output(error)
        if not closed:
            with contextlib.suppress(OSError):
                print(f"The run ended early: {error}.", file=sys.stderr)
        detach_output(files=True)  # Python would fail again when it flushes at its end
        return ExitCode.PIPE_CLOSED if closed else ExitCode.ENVIRONMENT

    def _on_signal(self, number: int) -> None:
        """Let scenarios end and clean up, then report what ran and stop the servers."""
        self._signal = number
        if self._pool is None:
            raise SystemExit(ExitCode.of_signal(number))
        self._pool.interrupt()

    # Selection

    def _parse_features(self) -> None:
        try:
            found = without_hidden(self.feature_locations(), self.config.paths)
            self._locations = [one for one in found if not self.config.exclude(one)]
        except (InvalidFilenameError, InvalidFileLocationError) as error:
            raise UsageError(f"{error}: expected a name that ends in .feature, or a list of them as @LIST.") from error
        if not self._locations:
            raise UsageError(f"No feature files in {', '.join(map(os.path.relpath, self.config.paths))}.")
        self._locations = list(resolved(self._locations, self.config.lang))
        self.features.extend(parse_features(self._locations, self.config.lang))

    def _load(self, chosen: Sequence[Scenario]) -> None:
        self.context = Context(self)
        with without_garbage_collection(), loading_code():
            self.load_hooks()
            self.load_step_definitions()
        reject_ambiguous(chosen, behave.runner.the_step_registry)
        self.step_registry = ExplainingRegistry(behave.runner.the_step_registry)

    def _chosen(self, options: Options) -> list[Scenario]:
        """Return the scenarios to run. Raises SelectionError if the selection is invalid."""
        behaviours()  # the results refer to them: an error in their file is reported before the run
        reject_invalid(self.features, self.config, self._locations)
        shard, matching = options.shard, selected(self.features, self.config)
        chosen = of_shard(matching, shard, FeatureDurations(Path(self.base_dir) / COMMITTED))
        if not chosen:
            raise SelectionError(
                f"No scenario in shard {shard.number} of {shard.count}: the selection has only "
                f"{scenarios(len(matching))}. Use fewer shards."
            )
        return chosen

    def _skip_other_shards(self, chosen: list[Scenario]) -> None:
        ours = {id(scenario) for scenario in chosen}
        for scenario in selected(self.features, self.config):
            if id(scenario) not in ours:
                scenario.should_skip, scenario.skip_reason = True, "it belongs to another shard"

    def _dry_run(self, options: Options) -> ExitCode:
        """Perform a dry run, which needs no target and does not change the results of the last run."""
        chosen = self._chosen(options)
        self._load(chosen)
        self.formatters = make_formatters(self.config, self.config.outputs)
        self._skip_other_shards(chosen)
        prepare_dry_run(chosen)
        self.run_model()
        return ExitCode.TEST_ERROR if self.undefined_steps else ExitCode.PASSED

    # The run

    def _perform(self, options: Options) -> ExitCode:
        chosen = self._chosen(options)
        target = load_target(options.target)
        issues = known_issues.load(Path(self.base_dir) / known_issues.FILE)
        links = link_patterns(Path(self.base_dir) / "pyproject.toml", target.links)
        if not target.embedded:
            Preflight(target).require_for(personas_in(step.name for scenario in chosen for step in scenario.all_steps))
        reports = ReportsFolder(Path(self.base_dir) / "reports")
        durations = Durations(reports.path / MEASURED)
        with contextlib.closing(reports):
            began = datetime.now(UTC)
            self._load(chosen)
            ordered = self._ordered(chosen, options, durations)
            files = MaskedFileWriter(reports.allure_results)
            evidence = EvidenceReceiver(files, reports.allure_results, self.config)
            expected = {scenario.name: durations.of(scenario) for scenario in chosen}
            progress = Progress(len(chosen), expected, live=self.config.jobs > 1)
            pool = self._pool_for(chosen, ordered, target, reports, evidence, options, progress)
            try:
                with contextlib.closing(pool):
                    pool.start()
                    about = Circumstances(
                        uuid4().hex,
                        began,
                        target.name,
                        build_of(target),
                        issues,
                        product=target.product,
                        minimum=target.expect_at_least,
                        links=links,
                        available=count_available(self.features, Path(self.base_dir) / "features"),
                    )
                    failure = self._replay(chosen, pool, evidence, options, progress)
            finally:
                closing_failure = _error_of(files.close)
            conclusion = Conclusion(self.features, chosen, pool, self._problems, options, self.config)
            manifest = conclusion.write(about, reports, durations)
            failure = failure or self._report(chosen, pool) or closing_failure
            if failure is not None and not is_closed_output(failure):
                raise failure
            conclusion.print(manifest, reports, Path(self.base_dir) / "features")
            return ExitCode.PIPE_CLOSED if failure is not None else decide(manifest).exit_code

    def _ordered(self, chosen: list[Scenario], options: Options, durations: Durations) -> list[Bundle]:
        if options.seed is not None:
            print(f"Random order; repeat it with -D order=random:{options.seed}")
            return shuffled(bundles(chosen), options.seed)
        return longest_first(bundles(chosen), durations) if self.config.jobs > 1 else bundles(chosen)

    def _pool_for(
        self,
        chosen: list[Scenario],
        ordered: list[Bundle],
        target: Target,
        reports: ReportsFolder,
        evidence: EvidenceReceiver,
        options: Options,
        progress: Progress,
    ) -> Pool:
        hooks: Mapping[str, Callable[..., None]] = self.hooks

        def make(connection: Connection, number: int) -> Worker:
            logs = reports.logs if self.config.jobs == 1 else reports.logs / f"worker-{number}"
            return Worker(self, hooks, Run(target, logs), chosen, connection, reports, options.retries)

        pool_options = PoolOptions(
            workers=self.config.jobs,
            shared=not target.embedded,
            stop=self.config.stop,
            # A single worker need not wait for its next scenario, unless a failure may stop the run.
            ahead=1 if self.config.jobs == 1 and not self.config.stop else 0,
            compares=scenario_hooks.compares,
        )
        receivers = Receivers(evidence.receive, evidence.report_lost, self._announce)
        return Pool(chosen, ordered, LocalTransport(make), pool_options, receivers, progress)

    def _announce(self, line: str) -> None:
        if line not in self._announced:  # workers that share a target send the same line
            self._announced.add(line)
            print(f"{line}; {seconds_since_start():.2f} s after the start of behave", flush=True)

    def _replay(
        self, chosen: list[Scenario], pool: Pool, evidence: EvidenceReceiver, options: Options, progress: Progress
    ) -> Exception | None:
        """Replay the outcomes to the formatters; return an error that prevented that, after all workers have ended."""
        self._pool = pool
        self.hooks = dict[str, Callable[..., None]]()
        failure: Exception | None = None
        try:
            opened = make_formatters(self.config, self.config.outputs)
            self.formatters = [Contained(one, self._problems.append) for one in opened]
            self._skip_other_shards(chosen)
            live = self.config.jobs == 1 and options.seed is None
            Replay(self, chosen, pool, progress, live=live).run()
            for formatter in self.formatters:
                formatter.close()
        except Exception as error:  # noqa: BLE001 - what ran is reported first, then the error is raised
            failure = error
            if is_closed_output(error):
                detach_output()
            else:
                evidence.discard()
            pool.give_up()
        finally:
            progress.clear()
        for number, outcome in pool.outcomes.items():
            if getattr(chosen[number], "outcome", None) is not outcome:
                outcome.apply(chosen[number])
        return failure

    def _report(self, chosen: list[Scenario], pool: Pool) -> Exception | None:
        """Call the reporters, once everything is known; return an error that prevented that."""
        for problem in pool.problems:
            _apply(problem, self.features)
        reporters = [Contained(one, self._problems.append) for one in self.config.reporters]

        def call() -> None:
            for feature in self.features:
                for reporter in reporters:
                    reporter.feature(feature)
            for reporter in reporters:
                reporter.end()

        return _error_of(call)


def _apply(problem: Problem, features: Sequence[Any]) -> None:
    """Fail the feature or rule whose hook or cleanup failed after its scenarios."""
    if problem.feature < 0:
        return
    feature = features[problem.feature]
    container = feature if problem.rule < 0 else list(feature.iter_rules())[problem.rule]
    container.hook_failed = True
    container.problems = [*getattr(container, "problems", ()), problem.message]


def _error_of(call: Callable[[], object]) -> Exception | None:
    try:
        call()
    except OSError as error:
        return error
    return None
