"""The workers, seen from the runner: forking them, handing out scenarios, hearing them, losing one."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, Pipe, wait

from behave.model import Scenario
from behave.model_type import Status

from support.errors import EnvironmentFailed, RunStopped
from support.evidence.exchanges import Answered
from support.gherkin.tags import ALONE, LOCK, QUIET
from support.runner.output.progress import Progress
from support.runner.scheduling.order import Bundle
from support.runner.workers import worker
from support.runner.workers.local import LocalWorker, State
from support.runner.workers.messages import (
    Aborted,
    Began,
    Closed,
    Closing,
    Compared,
    Ended,
    Event,
    Evidence,
    Message,
    Printed,
    Problem,
    Ready,
    Refused,
)
from support.runner.workers.outcome import ScenarioOutcome
from support.runner.workers.watchdog import GRACE
from support.scenario import hooks

ENDING_LIMIT = 60.0  # seconds for hooks and clean-ups after the last scenario
CLOSING_LIMIT = 60.0  # seconds for a worker to end its platform: each of three servers, then the guardian, may take 13
ASK_AGAIN = 0.25  # seconds between two requests to stop, while a worker is in a hook or a clean-up
SAME_REQUEST = 1.0  # seconds: `timeout` and others signal their child, and then its group, which the child is part of


class Pool:
    """Runs bundles of scenarios in forked workers; `events` yields what they tell, in the order it happens.

    `shared` says that all workers use one target, so that locks mean something. With `stop` nothing begins any more
    once a scenario has failed. A worker is handed the next bundle when it has `ahead` scenarios left, or none. `make`
    makes the Worker in the forked process. Raises RunStopped when no platform can be had.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        bundles: Sequence[Bundle],
        make: Callable[[Connection, int], worker.Worker],
        *,
        workers: int,
        shared: bool,
        stop: bool,
        ahead: int,
        evidence: Callable[[Evidence], None],
        lost: Callable[[Scenario, ScenarioOutcome], None],
        say: Callable[[str], None],
    ) -> None:
        self._scenarios = scenarios
        numbers = {id(scenario): number for number, scenario in enumerate(scenarios)}
        self._pending = [[numbers[id(scenario)] for scenario in bundle] for bundle in bundles]
        self._make = make
        self._ahead = ahead
        self._evidence = evidence
        self._lost = lost
        self._say = say
        self._count = min(workers, len(self._pending))
        self._shared = shared and self._count > 1
        self._stop = stop
        self._workers: list[LocalWorker] = []
        self._forked = 0
        self._progress = Progress(len(scenarios), show=workers > 1)
        self._life_line_of_workers, self._life_line = os.pipe()
        self._wake_up, self._alarm = os.pipe()
        os.set_blocking(self._alarm, False)
        self._open = True
        self.ends_early = False
        self._interrupts = 0
        self._interrupted_at = 0.0
        self._asked = 0.0
        self._begun = False  # there are scenarios to tell of
        self.troubles: list[str] = []
        self.outcomes: dict[int, ScenarioOutcome] = {}
        self.documented: set[Answered] = set()

    # Signals: noted here, acted upon between two messages

    def interrupt(self) -> None:
        """Stop handing out and interrupt what runs; asked again a second later, end the workers at once."""
        now = time.monotonic()
        if self._interrupts and now - self._interrupted_at < SAME_REQUEST:
            return
        self._interrupts += 1
        self._interrupted_at = now
        self.stop_handing_out()
        if self._open:  # otherwise there is nobody left to interrupt, and the end of the run is told
            os.write(self._alarm, b"!")

    @property
    def interrupted(self) -> bool:
        """Whether the run was asked to stop before its end."""
        return self._interrupts > 0

    def stop_handing_out(self) -> None:
        """Let what runs come to its end, and begin nothing more."""
        self.ends_early = True
        self._pending.clear()

    def give_up(self) -> None:
        """Interrupt what runs and let its clean-ups end, where nothing can be told any more."""
        self._evidence = lambda brought: None
        self._lost = lambda scenario, outcome: None
        if not self.interrupted:  # a second request would leave no time to clean up
            self.interrupt()
        for _ in self.events():
            pass

    # Workers

    def start(self) -> None:
        """Fork the workers, which start their platforms side by side, and wait for the first that is ready."""
        for _ in range(self._count):
            self._fork()
        while not any(one.state is State.READY for one in self._workers):
            for _ in self._listen():
                pass  # nothing can be told of scenarios yet

    def _fork(self) -> None:
        ours, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._forked += 1
        pid = os.fork()
        if pid == 0:
            # Whoever holds the other end of the life line keeps every worker alive: only the runner may.
            os.close(self._life_line)
            ours.close()
            worker.main(self._make, theirs, self._forked, self._life_line_of_workers)
        theirs.close()
        self._workers.append(LocalWorker(pid, ours))

    # Events

    def events(self) -> Iterator[Event | Ended]:
        """Yield what workers tell until every scenario that was handed out has ended and all workers are gone."""
        while self._workers:
            self._hand_out()
            self._insist()
            for event in self._listen():
                told = time.monotonic()
                yield event
                for one in self._workers:
                    one.grant(time.monotonic() - told)

    def _listen(self) -> Iterator[Event | Ended]:
        """Wait for what workers say next."""
        self._progress.draw()
        heard_of = wait([*(one.connection for one in self._workers), self._wake_up], self._patience())
        self._progress.clear()
        for heard in heard_of:
            if heard == self._wake_up:
                os.read(self._wake_up, 100)
                continue
            one = next(one for one in self._workers if one.connection is heard)
            yield from self._hear(one)

    def _hear(self, one: LocalWorker) -> Iterator[Event | Ended]:
        try:
            messages: list[Message] = one.connection.recv()
        except (EOFError, ConnectionResetError):
            yield from self._bury(one)
            return
        for message in messages:
            yield from self._heed(one, message)

    def _heed(self, one: LocalWorker, message: Message) -> Iterator[Event | Ended]:
        match message:
            case Ready(line):
                one.state = State.READY
                self._say(line)
            case Refused(sentence, code):
                one.state = State.CLOSED
                if not self._begun:
                    raise _stop(sentence, code)
                self._trouble(sentence)
            case Began(number, limit):
                self._begun = True
                one.deadline = time.monotonic() + limit + 2 * GRACE
                if one.running is None:  # else it is tried again
                    one.running = number
                    self._progress.began(self._scenarios[number].name)
            case Event():
                yield message
            case Printed(text):
                print(text, end="")
            case Ended(number, outcome):
                one.todo.remove(number)
                one.running, one.of_use = None, True
                one.deadline = None
                if self._stops(outcome):
                    one.todo.clear()  # the worker leaves the rest of its bundle
                yield self._note(number, outcome)
            case Evidence():
                self._evidence(message)
            case Aborted():
                self.stop_handing_out()
            case Problem(sentence):
                self._trouble(sentence)
            case Compared(documented):
                self.documented |= documented
            case Closing():
                one.state = State.CLOSING
                one.deadline = time.monotonic() + CLOSING_LIMIT
            case Closed():
                one.state = State.CLOSED

    def _trouble(self, sentence: str) -> None:
        if sentence not in self.troubles:  # every worker has the same hooks
            self.troubles.append(sentence)

    def _note(self, number: int, outcome: ScenarioOutcome) -> Ended:
        self.outcomes[number] = outcome
        if self._stops(outcome):
            self.stop_handing_out()
        self._progress.ended(self._scenarios[number].name, outcome.status)
        return Ended(number, outcome)

    def _stops(self, outcome: ScenarioOutcome) -> bool:
        return self._stop and bool(Status[outcome.status].has_failed())

    def _bury(self, one: LocalWorker) -> Iterator[Ended]:
        """Take a worker whose end of the connection is closed off the list; what it left is told or handed out."""
        self._workers.remove(one)
        reason = one.fate()
        if one.state is State.CLOSED:
            return
        # One that ends before its first scenario would do so again, and for ever, if that cost nothing.
        given_up = one.todo.pop(0) if one.todo and (one.running is not None or not one.of_use) else None
        if one.todo and not self.ends_early:
            self._pending.insert(0, one.todo)
        if given_up is not None:
            yield self._give_up(given_up, f"The worker that ran this scenario {reason}.")
        elif self._interrupts < 2:
            sentence = f"A worker {reason} {one.state.value}"
            if one.state is State.STARTING and not self._begun and not self.interrupted:
                raise EnvironmentFailed(f"{sentence}; see the logs.")
            self._trouble(f"{sentence}.")
        if one.state is State.READY and self._pending and not any(other.takes_scenarios for other in self._workers):
            self._fork()

    def _give_up(self, number: int, sentence: str) -> Ended:
        outcome = ScenarioOutcome.lost(self._scenarios[number], sentence)
        self._lost(self._scenarios[number], outcome)
        return self._note(number, outcome)

    def _hand_out(self) -> None:
        for one in self._workers:
            if one.state is State.READY and len(one.todo) <= self._ahead:
                bundle = self._next_for(one)
                if bundle is not None:
                    one.todo += bundle
                    self._send(one, bundle)
                elif not self._pending and not one.todo:
                    one.state = State.CLOSING
                    one.deadline = time.monotonic() + ENDING_LIMIT
                    self._send(one, None)

    @staticmethod
    def _send(one: LocalWorker, bundle: list[int] | None) -> None:
        with contextlib.suppress(OSError):  # it has just died: heard next, and then done with as with any that dies
            one.connection.send(bundle)

    def _next_for(self, one: LocalWorker) -> list[int] | None:
        """Take the next bundle whose locks nobody holds."""
        held = frozenset[str]().union(*(other.locks for other in self._workers if other.todo))
        someone_runs = any(other.todo for other in self._workers)
        only_alone_left = all(ALONE in self._locks(bundle) for bundle in self._pending)
        for position, bundle in enumerate(self._pending):
            locks = self._locks(bundle)
            free = not (someone_runs or not only_alone_left) if ALONE in locks else not (locks & held or ALONE in held)
            if free:
                one.locks = locks
                return self._pending.pop(position)
        return None

    def _locks(self, bundle: Sequence[int]) -> frozenset[str]:
        """The locks that mean something here; to be alone is the same lock, whatever it is asked for."""
        scenarios = [self._scenarios[number] for number in bundle]
        tags = {str(tag) for scenario in scenarios for tag in scenario.effective_tags}
        if QUIET in tags and self._count > 1:
            return frozenset({ALONE})
        if not self._shared:
            return frozenset()
        locks = frozenset(tag for tag in tags if tag.startswith(LOCK))
        # What others do at the same time would be taken for a change that the scenario made.
        return locks | {ALONE} if any(map(hooks.compares, scenarios)) else locks

    def _insist(self) -> None:
        """Send what interrupts steps, and end workers that answer nothing any more."""
        now = time.monotonic()
        for one in self._workers:
            if self._interrupts > 1:
                one.kill("at the second request to end the run")
            elif one.deadline is not None and now > one.deadline:
                one.kill("for taking too long")
            elif self.interrupted and one.state is not State.CLOSED and now > self._asked + ASK_AGAIN:
                one.deadline = one.deadline or now + ENDING_LIMIT
                os.kill(one.pid, signal.SIGTERM)
        if self.interrupted and now > self._asked + ASK_AGAIN:
            self._asked = now

    def _patience(self) -> float | None:
        """Return how long to wait for a message before something must be done, in seconds."""
        if self.interrupted:
            return ASK_AGAIN
        deadlines = [one.deadline for one in self._workers if one.deadline is not None]
        return max(0.0, min(deadlines) - time.monotonic()) + 0.01 if deadlines else None

    def close(self) -> None:
        """End every worker that is still there; its guardian ends its servers."""
        self._open = False
        os.close(self._life_line)
        for one in self._workers:
            one.kill("as the run ended")
            one.fate()
        for descriptor in (self._life_line_of_workers, self._wake_up, self._alarm):
            os.close(descriptor)


def _stop(sentence: str, code: int) -> RunStopped:
    kinds = {kind.exit_code: kind for kind in RunStopped.__subclasses__()}
    return kinds.get(code, EnvironmentFailed)(sentence)  # type: ignore[call-overload,no-any-return]
