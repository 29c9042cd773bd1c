"""A worker: runs the scenarios that the runner sends, with behave's own machinery and the project's hooks."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from types import FrameType

from behave.formatter.base import StreamOpener
from behave.model import Scenario
from behave.model_core import BasicStatement
from behave.model_type import Status
from behave.runner import ModelRunner, the_step_registry

from support.allure.formatter import AllureFormatter
from support.allure.writer import Carrier
from support.evidence.streams import masked_output
from support.runner.output.reports_folder import ReportsFolder
from support.runner.workers.clock import ClockMonitor
from support.runner.workers.containers import Containers, WorkerContext, containers_of
from support.runner.workers.environment import Environment
from support.runner.workers.events import EventForwarder
from support.runner.workers.guard import guarded, pending_or_undefined, reports_pending
from support.runner.workers.messages import (
    Aborted,
    Closed,
    Closing,
    Documented,
    Ended,
    Evidence,
    Message,
    Ready,
    Requeue,
    Started,
)
from support.runner.workers.outcome import ScenarioOutcome, printable
from support.runner.workers.signals import leave_signals_to_the_runner
from support.runner.workers.watchdog import in_step, limit_of, time_limit
from support.scenario import hooks as scenario_hooks
from support.scenario.run import Run


class Worker:
    """Runs scenarios in this process until the runner sends no more.

    The hooks of the run are called once in each worker, those of a feature or rule whenever the worker enters it.
    """

    def __init__(
        self,
        runner: ModelRunner,
        hooks: Mapping[str, Callable[..., None]],
        run: Run,
        scenarios: Sequence[Scenario],
        connection: Connection,
        reports: ReportsFolder,
        retries: int,
    ) -> None:
        self._runner = runner
        self._run = run
        self._scenarios = scenarios
        self._connection = connection
        self._retries = retries
        self._pid = os.getpid()
        self._sending = threading.Lock()  # threads that a step left running may print
        self._interrupted = False
        self._abort_reported = False
        self._waiting = False  # for something that may be interrupted at once
        self._clock = ClockMonitor()
        self._environment = Environment(run, self._clock)
        # The runner may have replaced its hooks when it forks a worker in place of one that died.
        contained = {name: scenario_hooks.contained(hook) for name, hook in hooks.items()}
        runner.hooks = guarded(contained, self._environment.explain)
        runner.context = WorkerContext(runner)
        self._files = Carrier()
        self._secrets = frozenset[str]()  # those that the runner knows
        self._evidence = AllureFormatter(StreamOpener(str(reports.allure_results)), runner.config, self._files)
        self._evidence.expect_part()
        self._forwarder = EventForwarder(self._send, self._mask, live=retries == 0)
        runner.formatters = [self._evidence, self._forwarder]
        self._containers = Containers(
            runner, self._evidence, self._mask, lambda problem: self._send([problem]), self._prepare
        )

    def work(self) -> None:
        """Start the platform, run the scenarios that the runner sends, and stop everything."""
        # behave logs a warning for every skipped scenario; the summary groups them by reason.
        logging.getLogger("behave").addFilter(lambda record: not record.getMessage().startswith("SKIP "))
        with contextlib.redirect_stdout(self._forwarder.stream), masked_output(self._run.masker):
            self._work()

    def _work(self) -> None:
        leave_signals_to_the_runner()
        signal.signal(signal.SIGTERM, self._on_interrupt)
        try:
            self._waiting = True
            self._run.start()
            line = self._run.deployment.finish()
            self._waiting = False
            self._clock.start()
            self._send([Ready(line)])
            self._run_bundles()
        except KeyboardInterrupt:
            pass  # interrupted before there was anything to run
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # there is nothing left to interrupt
            self._run.close()
        self._send([Closed()])

    def _send(self, messages: Sequence[Message]) -> None:
        if os.getpid() != self._pid:
            os._exit(1)  # a step called os.fork, and this is the child
        with self._sending:
            self._connection.send(messages)

    def _mask(self, text: str) -> str:
        return printable(self._run.masker.text(text))

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        """Interrupt a step, or waiting; a hook or a cleanup may end, the runner will ask again."""
        self._interrupted = self._runner.aborted = True
        if self._waiting or in_step(frame):
            self._waiting = False
            raise scenario_hooks.StopRequested("the run was interrupted while this step ran")

    def _run_bundles(self) -> None:
        scenario_hooks.use(self._run)
        for definitions in the_step_registry.steps.values():
            for definition in definitions:
                definition.func = reports_pending(definition.func)
        self._containers.start_run()
        while (bundle := self._next_bundle()) is not None:
            for number in bundle:
                if self._runner.aborted or not self._run_scenario(number):
                    break
            if self._environment.damage:
                return
        self._containers.end_run()
        self._evidence.close()
        document = self._run.known_document
        documented = [Documented(frozenset(document.documented))] if document else []
        self._send([*self._abort(), self._fetched_evidence(), *documented, Closing()])

    def _next_bundle(self) -> list[int] | None:
        if self._runner.aborted:
            self._send(self._abort())
            return None
        try:
            self._waiting = True
            bundle: list[int] | None = self._connection.recv()
        except KeyboardInterrupt:
            return None
        finally:
            self._waiting = False
        return bundle

    def _abort(self) -> list[Message]:
        """Return the message that a step or hook aborted the run, once."""
        if not self._runner.aborted or self._interrupted or self._abort_reported:
            return []
        self._abort_reported = True
        return [Aborted(self._mask(self._runner.context.abort_reason))]

    def _run_scenario(self, number: int) -> bool:
        """Run a scenario, with retries; return whether the next one of its bundle may run."""
        scenario = self._scenarios[number]
        if self._environment.is_damaged():
            self._send([Requeue(number, self._environment.damage)])
            return False
        self._send([Started(number, limit_of(scenario))])
        start = time.monotonic()
        self._forwarder.start(number, scenario)
        self._containers.enter(containers_of(scenario))
        self._runner.context._set_root_attribute("active_outline", scenario._row)
        attempts = 0
        while True:
            attempts += 1
            self._environment.start_scenario(scenario)
            self._runner.context.failed_cleanups()
            scenario.run(self._runner)
            if attempts > self._retries or self._runner.aborted or not _may_pass_on_retry(scenario):
                break
            self._send([Started(number, limit_of(scenario))])  # each attempt has the complete time limit
            self._forwarder.start(number, scenario)
            _reset(scenario)
        if scenario.status.has_failed() and self._environment.is_damaged(after=scenario):
            self._send([Requeue(number, self._environment.damage)])
            return False
        cleanups = self._runner.context.failed_cleanups()
        outcome = ScenarioOutcome.of(scenario, self._mask, time.monotonic() - start, attempts, cleanups)
        # In one message: when the runner knows the outcome it has the evidence, whatever happens to this process.
        self._forwarder.end(self._fetched_evidence(), Ended(number, outcome), *self._abort())
        return not (scenario.status.has_failed() and self._runner.config.stop)

    def _fetched_evidence(self) -> Evidence:
        before, self._secrets = self._secrets, self._run.masker.secrets
        return Evidence(self._files.fetch(), self._secrets - before)

    def _prepare(self, scenario: Scenario) -> None:
        """Replace `scenario.run`, before the Allure formatter wraps it."""
        scenario.run = functools.partial(self._perform, scenario)

    def _perform(self, scenario: Scenario, runner: ModelRunner) -> bool:
        """Run a scenario within its time limit."""
        reason, exception = self._containers.failure()
        if reason:
            self._fail(scenario, reason, exception)
            for formatter in runner.formatters:
                formatter.scenario(scenario)
            return True
        with time_limit(limit_of(scenario), self._clock.longest_pause):
            failed = bool(Scenario.run(scenario, runner))
        if scenario.status.is_untested():  # behave would report neither a failure nor a reason
            by = "interrupted" if self._interrupted else "aborted"
            why = runner.context.abort_reason
            self._fail(scenario, f"The run was {by} before the first step of this scenario{f': {why}' if why else ''}.")
            failed = True
        return failed

    @staticmethod
    def _fail(scenario: Scenario, reason: str, exception: BaseException | None = None) -> None:
        """Fail a scenario whose steps cannot run."""
        scenario.clear_status()
        scenario.hook_failed = True
        scenario.exception = exception if exception is not None else RuntimeError(reason)
        scenario.error_message = reason
        scenario.set_status(Status.hook_error)


def _may_pass_on_retry(scenario: Scenario) -> bool:
    return bool(scenario.status.has_failed()) and not pending_or_undefined(list(scenario.all_steps))


def _reset(scenario: Scenario) -> None:
    """Reset a scenario for a retry, with what behave keeps: errors of hooks, outcomes of steps, and skipping."""
    row = scenario._row
    scenario.reset()
    BasicStatement.reset(scenario)
    scenario._row = row
