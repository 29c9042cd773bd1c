"""A worker: a process that the runner forks after everything was loaded, and that runs the scenarios it is handed."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from types import FrameType
from typing import TypeAlias

from behave.formatter.base import StreamOpener
from behave.model import Feature, Rule, Scenario
from behave.model_core import BasicStatement
from behave.model_type import Status
from behave.runner import Context, ModelRunner

from support.allure.formatter import AllureFormatter
from support.allure.writer import Carrier
from support.errors import RunStopped
from support.evidence.streams import masked_output
from support.runner.output.reports_folder import ReportsFolder
from support.runner.workers.events import EventForwarder
from support.runner.workers.messages import (
    Aborted,
    Began,
    Closed,
    Closing,
    Compared,
    Ended,
    Evidence,
    Message,
    Problem,
    Ready,
    Refused,
)
from support.runner.workers.outcome import ScenarioOutcome, printable
from support.runner.workers.signals import leave_it_to_the_runner
from support.runner.workers.watchdog import in_step, limit_of, time_limit
from support.scenario import hooks as scenario_hooks
from support.scenario.run import Run

Container: TypeAlias = Feature | Rule


class Worker:
    """Runs scenarios in this process until the runner hands out no more.

    The hooks of the run, features and rules are called here: those of the run once in each worker, those of features
    and rules whenever the worker comes to another one.
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
        # The runner itself has moved on since it loaded them, when it forks a worker in place of one that died.
        runner.hooks = {name: scenario_hooks.contained(hook) for name, hook in hooks.items()}
        runner.context = Context(runner)
        self._run = run
        self._scenarios = scenarios
        self._connection = connection
        self._retries = retries
        self._pid = os.getpid()
        self._sending = threading.Lock()  # threads that a step left behind may print
        self._asked_to_stop = False
        self._open: list[Container] = []
        self._run_is_broken: str | None = None
        self._waiting = False  # for something that may be given up at once
        self._files = Carrier()
        self._secrets = frozenset[str]()  # that the runner knows
        self._evidence = AllureFormatter(StreamOpener(str(reports.allure_results)), runner.config, self._files)
        self._evidence.expect_part()
        self._teller = EventForwarder(self._send, self._shown, live=retries == 0)
        runner.formatters = [self._evidence, self._teller]

    def work(self) -> None:
        """Start the platform, run what is handed out, end everything; tell the runner all along."""
        with contextlib.redirect_stdout(self._teller.stream), masked_output(self._run.masker):
            self._work()

    def _work(self) -> None:
        leave_it_to_the_runner()
        signal.signal(signal.SIGTERM, self._interrupt)
        try:
            self._waiting = True
            self._run.start()
            line = self._run.deployment.finish()
            self._waiting = False
            self._send([Ready(line)])
            self._run_bundles()
        except KeyboardInterrupt:
            pass  # asked to stop before there was anything to run
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # there is nothing left that could be interrupted
            self._run.close()
        self._send([Closed()])

    def _send(self, messages: Sequence[Message]) -> None:
        if os.getpid() != self._pid:
            os._exit(1)  # a step has forked, and came back twice
        with self._sending:
            self._connection.send(messages)

    def _shown(self, text: str) -> str:
        return printable(self._run.masker.text(text))

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Interrupt a step, or waiting; a hook or a clean-up is let finish, the runner will ask again."""
        self._asked_to_stop = self._runner.aborted = True
        if self._waiting or in_step(frame):
            self._waiting = False
            raise scenario_hooks.StopRequested("the run was asked to end while this step ran")

    def _run_bundles(self) -> None:
        scenario_hooks.use(self._run)
        if not self._runner.run_hook("before_all"):
            self._run_is_broken = "The set-up of the run failed (before_all), see the console."
            self._trouble(self._run_is_broken)
            self._runner.aborted = False
        while (bundle := self._next_bundle()) is not None:
            for number in bundle:
                if self._runner.aborted or (self._run_scenario(number) and self._runner.config.stop):
                    break
        self._enter([])
        if not self._runner.run_hook("after_all"):
            self._trouble("The tear-down of the run failed (after_all), see the console.")
        try:
            self._runner.context._do_remaining_cleanups()
        except Exception as error:  # noqa: BLE001 - whatever a clean-up raises is told, and fails the run
            self._trouble(f"A clean-up at the end of the run failed: {error}")
        self._evidence.close()
        document = self._run.known_document
        compared = [Compared(frozenset(document.documented))] if document else []
        self._send([self._fetched_evidence(), *compared, Closing()])

    def _next_bundle(self) -> list[int] | None:
        if self._runner.aborted:
            return None
        try:
            self._waiting = True
            bundle: list[int] | None = self._connection.recv()
        except KeyboardInterrupt:
            return None
        finally:
            self._waiting = False
        return bundle

    def _run_scenario(self, number: int) -> bool:
        scenario = self._scenarios[number]
        self._send([Began(number, limit_of(scenario))])
        begin = time.monotonic()
        self._teller.start(number, scenario)
        self._enter(_containers(scenario))
        self._runner.context._set_root_attribute("active_outline", scenario._row)
        attempts = 0
        while True:
            attempts += 1
            scenario.run(self._runner)
            if attempts > self._retries or not scenario.status.has_failed() or self._runner.aborted:
                break
            self._send([Began(number, limit_of(scenario))])  # each try has the whole time limit
            self._teller.start(number, scenario)
            _forget_the_try(scenario)
        outcome = ScenarioOutcome.of(scenario, self._shown, time.monotonic() - begin, attempts)
        aborted = [Aborted()] if self._runner.aborted and not self._asked_to_stop else []
        # Together: who knows that it has ended has its evidence too, whatever becomes of this process.
        self._teller.end(self._fetched_evidence(), Ended(number, outcome), *aborted)
        return bool(scenario.status.has_failed())

    def _fetched_evidence(self) -> Evidence:
        before, self._secrets = self._secrets, self._run.masker.secrets
        return Evidence(self._files.fetch(), self._secrets - before)

    def _perform(self, scenario: Scenario, runner: ModelRunner) -> bool:
        """Run a scenario within its time limit; the formatter's own `run` is wrapped around this."""
        broken = next((container for container in self._open if container.hook_failed), None)
        if self._run_is_broken or broken is not None:
            return self._give_up(scenario, broken)
        with time_limit(limit_of(scenario)):
            return bool(Scenario.run(scenario, runner))

    def _give_up(self, scenario: Scenario, broken: Container | None) -> bool:
        """Give a scenario the verdict of the hook that failed before it: behave itself would leave it out."""
        scenario.clear_status()
        scenario.hook_failed = True
        scenario.exception = broken.exception if broken is not None else RuntimeError(self._run_is_broken)
        reason = broken.error_message if broken is not None else f"HOOK-ERROR in before_all: {self._run_is_broken}"
        scenario.error_message = reason
        scenario.set_status(Status.hook_error)
        for formatter in self._runner.formatters:
            formatter.scenario(scenario)
        return True

    def _trouble(self, sentence: str) -> None:
        self._send([Problem(self._shown(sentence))])

    def _enter(self, containers: Sequence[Container]) -> None:
        """Leave the features and rules that the next scenario does not lie in, enter those that it does."""
        while self._open and not _begins_with(containers, self._open):
            self._leave(self._open.pop())
        for container in containers[len(self._open) :]:
            self._open.append(container)
            self._come_to(container)

    def _come_to(self, container: Container) -> None:
        context = self._runner.context
        if isinstance(container, Feature):
            for scenario in container.walk_scenarios():
                scenario.run = functools.partial(self._perform, scenario)
            self._evidence.uri(container.filename)
            self._evidence.feature(container)
            self._evidence.expect_part()
        container.hook_failed = False
        container.error_message = None
        context._push(layer=container.type)
        context.tags = set(container.tags)
        container._setup_context_for_run(context)
        self._runner.run_hook_tags("before_tag", container.tags)
        self._runner.run_hook(f"before_{container.type}", container)

    def _leave(self, container: Container) -> None:
        before = container.hook_failed
        self._runner.run_hook(f"after_{container.type}", container)
        self._runner.run_hook_tags("after_tag", container.tags)
        if container.hook_failed and not before:
            self._trouble(f'The tear-down of the {container.type} "{container.name}" failed.')
        try:
            self._runner.context._pop()
        except Exception as error:  # noqa: BLE001 - whatever a clean-up raises is told, and fails the run
            sentence = f'A clean-up of the {container.type} "{container.name}" failed: {error}'
            self._trouble(sentence)
        if isinstance(container, Feature):
            self._evidence.eof()


def _forget_the_try(scenario: Scenario) -> None:
    """Make the scenario what it was: behave keeps what hooks said, what steps came to, and that one skips the rest."""
    row = scenario._row
    scenario.reset()
    BasicStatement.reset(scenario)
    scenario._row = row


def _begins_with(containers: Sequence[Container], opened: Sequence[Container]) -> bool:
    # By identity: for behave, two features of the same name are equal.
    return len(opened) <= len(containers) and all(a is b for a, b in zip(containers, opened, strict=False))


def _containers(scenario: Scenario) -> list[Container]:
    """Return the feature and the rule that a scenario lies in."""
    found: list[Container] = []
    element = scenario.parent
    while element is not None:
        if isinstance(element, Feature | Rule):
            found.insert(0, element)
        element = element.parent
    return found


def die_with_the_runner(life_line: int) -> None:
    """End this process at once when the runner is gone; the guardian then ends the servers."""

    def watch() -> None:
        os.read(life_line, 1)
        os._exit(1)

    threading.Thread(target=watch, name="life line", daemon=True).start()


def main(make: Callable[[Connection, int], Worker], connection: Connection, number: int, life_line: int) -> None:
    """Be the worker of this number (from 1) that `make` makes; never return."""
    code = 1
    try:
        die_with_the_runner(life_line)
        os.environ["WORKER"] = f"worker {number}"  # the thread's name in the report's timeline
        try:
            make(connection, number).work()
        except RunStopped as stop:
            connection.send([Refused(str(stop), stop.exit_code)])
        code = 0
    except (BrokenPipeError, EOFError):
        pass  # the runner is gone
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
