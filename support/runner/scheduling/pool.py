"""Dispatches bundles of scenarios to workers, receives their messages and replaces workers that die."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from behave.model import Scenario
from behave.model_type import Status

from support.errors import EnvironmentFailed, RunStopped
from support.evidence.exchanges import Answered
from support.runner.output.progress import Progress
from support.runner.scheduling.locks import Locks, locks_of
from support.runner.scheduling.member import Member, State
from support.runner.scheduling.order import Bundle
from support.runner.scheduling.pool_options import PoolOptions, Receivers
from support.runner.scheduling.queue import BundleQueue
from support.runner.workers.messages import (
    Aborted,
    Closed,
    Closing,
    Documented,
    Ended,
    Event,
    Evidence,
    Message,
    Printed,
    Problem,
    Ready,
    Requeue,
    Started,
    StartFailed,
)
from support.runner.workers.outcome import ScenarioOutcome
from support.runner.workers.transport import Transport, WorkerGone
from support.runner.workers.watchdog import GRACE

ENDING_LIMIT = 60.0  # seconds for hooks and cleanups after the last scenario
CLOSING_LIMIT = 60.0  # seconds for a worker to stop its platform: each of three servers, then the guardian, may take 13
INTERRUPT_INTERVAL = 0.25  # seconds between two requests to stop, while a worker is in a hook or a cleanup
SAME_REQUEST = 1.0  # seconds: `timeout` and others signal their child, and then its group, which the child is part of
TICK = 1.0  # seconds: the longest time between two looks at the clock
PAUSE = 2.0  # seconds by which a tick is late only if the runner itself was stopped, as by Ctrl-Z


class Pool:
    """Runs bundles of scenarios in workers; `events` yields their messages in the order of arrival.

    Raises RunStopped if no worker has a platform.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        bundles: Sequence[Bundle],
        transport: Transport,
        options: PoolOptions,
        receivers: Receivers,
        progress: Progress,
    ) -> None:
        self._scenarios = scenarios
        numbers = {id(scenario): number for number, scenario in enumerate(scenarios)}
        self._transport = transport
        self._options = options
        self._receivers = receivers
        self._progress = progress
        self._count = min(options.workers, len(bundles))
        numbered = [[numbers[id(scenario)] for scenario in bundle] for bundle in bundles]
        self._pending = BundleQueue(numbered, self._locks_of)
        self._members: list[Member] = []
        self._started = 0
        self.ends_early = False
        self._interrupts = 0
        self._interrupted_at = 0.0
        self._requested_at = 0.0
        self._any_scenario_started = False
        self._requeued: set[int] = set()
        self.problems: list[Problem] = []
        self.outcomes: dict[int, ScenarioOutcome] = {}
        self.documented: set[Answered] = set()

    # Interrupts: noted by signal handlers, carried out between two messages

    def interrupt(self) -> None:
        """Dispatch no more and interrupt running steps; a second call, a second later, ends the workers at once."""
        now = time.monotonic()
        if self._interrupts and now - self._interrupted_at < SAME_REQUEST:
            return
        self._interrupts += 1
        self._interrupted_at = now
        self.stop_dispatching()
        self._transport.wake_up()

    @property
    def interrupted(self) -> bool:
        """Return whether the run was interrupted."""
        return self._interrupts > 0

    def stop_dispatching(self) -> None:
        """Let running scenarios end, and start no more."""
        self.ends_early = True
        self._pending.clear()

    def give_up(self) -> None:
        """Interrupt the workers and let them clean up, after an error of the runner."""
        if not self.interrupted:  # a second request would leave no time to clean up
            self.interrupt()
        for _ in self.events():
            pass

    # Workers

    def start(self) -> None:
        """Start the workers, and with each its platform; wait for the first that is ready."""
        for _ in range(self._count):
            self._start_worker()
        while not any(member.state is State.READY for member in self._members):
            for _ in self._receive():
                pass  # no scenario can have started

    def _start_worker(self) -> None:
        self._started += 1
        self._members.append(Member(self._transport.start(self._started), self._started))

    # Events

    def events(self) -> Iterator[Event | Ended]:
        """Yield the messages of workers until every dispatched scenario and all workers have ended."""
        while self._members:
            self._dispatch()
            self._enforce_deadlines()
            for event in self._receive():
                before = time.monotonic()
                yield event
                for member in self._members:
                    member.extend(time.monotonic() - before)

    def _receive(self) -> Iterator[Event | Ended]:
        """Wait for messages and handle them."""
        timeout, before = self._timeout(), time.monotonic()
        ready = self._transport.wait([member.process for member in self._members], timeout)
        late = time.monotonic() - before - timeout
        if late > PAUSE:
            for member in self._members:
                member.extend(late)
        self._progress.update()
        for process in ready:
            member = next(member for member in self._members if member.process is process)
            try:
                messages = process.receive()
            except WorkerGone:
                yield from self._remove(member)
                continue
            for message in messages:
                yield from self._handle(member, message)

    def _handle(self, member: Member, message: Message) -> Iterator[Event | Ended]:
        match message:
            case Ready(line):
                member.state = State.READY
                self._receivers.announce(line)
            case StartFailed(text, code):
                member.state = State.CLOSED
                if not self._any_scenario_started:
                    raise _run_stopped(text, code)
                self._add_problem(Problem(text))
            case Started(number, limit):
                self._any_scenario_started = True
                member.limit(limit + 2 * GRACE)
                if member.running is None:  # otherwise it is retried
                    member.running = number
                    self._progress.started(self._scenarios[number].name)
            case Event():
                yield message
            case Printed(text):
                self._progress.print(text)
            case Ended(number, outcome):
                member.todo.remove(number)
                member.running, member.proven = None, True
                member.limit(None)
                if self._stops(outcome):
                    member.todo.clear()  # the worker omits the rest of its bundle
                yield self._store(number, outcome)
            case Requeue(number, reason):
                yield from self._requeue(member, number, reason)
            case Evidence():
                self._receivers.evidence(message)
            case Aborted(reason):
                self._add_problem(Problem(f"The run was aborted{f': {reason}' if reason else ''}."))
                self.stop_dispatching()
            case Problem():
                self._add_problem(message)
            case Documented(responses):
                self.documented |= responses
            case Closing():
                member.state = State.CLOSING
                member.limit(CLOSING_LIMIT)
            case Closed():
                member.state = State.CLOSED

    def _add_problem(self, problem: Problem) -> None:
        if problem not in self.problems:  # every worker has the same hooks
            self.problems.append(problem)

    def _store(self, number: int, outcome: ScenarioOutcome) -> Ended:
        self.outcomes[number] = outcome
        if self._stops(outcome):
            self.stop_dispatching()
        self._progress.ended(self._scenarios[number].name, outcome.status)
        return Ended(number, outcome)

    def _stops(self, outcome: ScenarioOutcome) -> bool:
        return self._options.stop and bool(Status[outcome.status].has_failed())

    def _requeue(self, member: Member, number: int, reason: str) -> Iterator[Ended]:
        """Dispatch the scenarios of a worker with a damaged environment to another; each at most once more."""
        self._add_problem(Problem(f"The test environment of a worker failed: {reason}."))
        todo, member.todo, member.running = member.todo, [], None
        member.state = State.CLOSING
        member.limit(CLOSING_LIMIT)
        if number in self._requeued:
            todo.remove(number)
            yield self._lose(number, f"The test environment failed twice while this scenario ran: {reason}.")
        self._requeued.add(number)
        if todo and not self.ends_early:
            self._pending.put_back(todo)
        if self._pending:
            self._start_worker()

    def _remove(self, member: Member) -> Iterator[Ended]:
        """Remove a worker that is gone; its scenarios are reported as lost or dispatched again."""
        self._members.remove(member)
        reason = member.process.outcome()
        if member.state is State.CLOSED:
            return
        # A worker that dies before its first scenario would do so again, and endlessly, unless that costs a scenario.
        lost = member.todo.pop(0) if member.todo and (member.running is not None or not member.proven) else None
        if member.todo and not self.ends_early:
            self._pending.put_back(member.todo)
        if lost is not None:
            yield self._lose(lost, f"The worker that ran this scenario {reason}.")
        elif self._interrupts < 2:
            text = f"A worker {reason} {member.state.value}"
            if member.state is State.STARTING and not self._any_scenario_started and not self.interrupted:
                raise EnvironmentFailed(f"{text}; see the logs.")
            self._add_problem(Problem(f"{text}."))
        if member.state is State.READY and self._pending and not any(one.takes_scenarios for one in self._members):
            self._start_worker()

    def _lose(self, number: int, message: str) -> Ended:
        outcome = ScenarioOutcome.lost(self._scenarios[number], message)
        self._receivers.lost(self._scenarios[number], outcome)
        return self._store(number, outcome)

    def _dispatch(self) -> None:
        for member in self._members:
            if member.state is State.READY and len(member.todo) <= self._options.ahead:
                taken = self._pending.take([one.locks for one in self._members if one.todo])
                if taken is not None:
                    bundle, member.locks = taken
                    member.todo += bundle
                    member.process.send(bundle)
                elif not self._pending and not member.todo:
                    member.state = State.CLOSING
                    member.limit(ENDING_LIMIT)
                    member.process.send(None)

    def _locks_of(self, bundle: Sequence[int]) -> Locks:
        scenarios = [self._scenarios[number] for number in bundle]
        options = self._options
        return locks_of(scenarios, workers=self._count, shared=options.shared, compares=options.compares)

    def _enforce_deadlines(self) -> None:
        """Interrupt steps after a request to stop, and kill workers that exceed their deadline."""
        now = time.monotonic()
        due = self.interrupted and now > self._requested_at + INTERRUPT_INTERVAL
        for member in self._members:
            if self._interrupts > 1:
                member.process.kill("at the second request to end the run")
            elif member.deadline is not None and now > member.deadline:
                member.process.kill("for exceeding its time limit")
            elif due and member.state is not State.CLOSED:
                member.deadline = member.deadline or now + ENDING_LIMIT
                member.process.interrupt()
        if due:
            self._requested_at = now

    def _timeout(self) -> float:
        """Return how long to wait for a message before something must be done, in seconds."""
        if self.interrupted:
            return INTERRUPT_INTERVAL
        deadlines = [member.deadline for member in self._members if member.deadline is not None]
        return min([TICK, *(max(0.0, deadline - time.monotonic()) + 0.01 for deadline in deadlines)])

    def close(self) -> None:
        """Kill workers that still run; their guardians stop their servers."""
        self._transport.close()
        for member in self._members:
            member.process.kill("as the run ended")
            member.process.outcome()


def _run_stopped(message: str, code: int) -> RunStopped:
    types = {one.exit_code: one for one in RunStopped.__subclasses__()}
    return types.get(code, EnvironmentFailed)(message)  # type: ignore[call-overload,no-any-return]
