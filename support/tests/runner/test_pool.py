"""The pool hears workers that die, hang or are asked to stop at the worst moment, and loses no verdict."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from behave.parser import parse_feature

from support.errors import EnvironmentFailed
from support.runner.output.progress import Progress
from support.runner.scheduling import pool as pool_module
from support.runner.scheduling.order import bundles
from support.runner.scheduling.pool import Pool
from support.runner.scheduling.pool_options import PoolOptions, Receivers
from support.runner.workers.local import LocalTransport, LocalWorker
from support.runner.workers.messages import Closed, Closing, Ended, Event, Message, Ready, Started, StartFailed
from support.runner.workers.outcome import ScenarioOutcome

FEATURE = "Feature: Three\n" + "".join(f"  Scenario: {name}\n    When it runs\n" for name in ("A", "B", "C"))
PASSED = ScenarioOutcome("passed", False, None, None, None, (), (), 0.0)


class Made:
    """Stands in for a Worker: what it does is the test's, with the connection and the number of the worker."""

    def __init__(self, connection: Connection, number: int, work: Callable[["Made"], None]) -> None:
        self.connection = connection
        self.number = number
        self._work = work

    def work(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._work(self)

    def send(self, *messages: Message) -> None:
        self.connection.send(list(messages))

    def bundles(self) -> Iterator[list[int]]:
        while (bundle := self.connection.recv()) is not None:
            yield bundle

    def run_all(self) -> None:
        self.send(Ready("up"))
        for bundle in self.bundles():
            self.run(bundle)

    def run(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self.send(Started(number, 60.0))
            self.send(Ended(number, PASSED))

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def made() -> Iterator[Callable[..., Pool]]:
    pools: list[Pool] = []

    def make(work: Callable[[Made], None], *texts: str, workers: int = 1, stop: bool = False) -> Pool:
        features = [parse_feature(text, filename="some.feature") for text in texts or (FEATURE,)]
        scenarios = [scenario for feature in features for scenario in feature.scenarios]

        def worker(connection: Connection, number: int) -> Any:
            return Made(connection, number, work)

        options = PoolOptions(workers=workers, shared=False, stop=stop, ahead=0, compares=lambda scenario: False)
        receivers = Receivers(lambda evidence: None, lambda scenario, outcome: None, lambda line: None)
        progress = Progress(len(scenarios), {}, live=False)
        pools.append(Pool(scenarios, bundles(scenarios), LocalTransport(worker), options, receivers, progress))
        return pools[-1]

    yield make
    for pool in pools:
        if pool._transport._open:  # type: ignore[attr-defined]
            pool.close()


def problems(pool: Pool) -> list[str]:
    return [problem.message for problem in pool.problems]


def statuses(pool: Pool) -> list[str]:
    return [pool.outcomes[number].status for number in sorted(pool.outcomes)]


def ends(pool: Pool) -> list[str]:
    """Let the pool run to its end; return what became of the scenarios."""
    pool.start()
    for _ in pool.events():
        pass
    return statuses(pool)


def test_a_worker_that_dies_right_after_a_scenario_costs_none(made: Callable[..., Pool]) -> None:
    def work(worker: Made) -> None:
        if worker.number == 1:
            worker.send(Ready("up"))
            worker.run(next(worker.bundles()))
            worker.die()
        worker.run_all()
        worker.send(Closing(), Closed())

    pool = made(work)
    pool.start()
    for event in pool.events():
        if isinstance(event, Ended) and len(pool.outcomes) == 1:
            # Its end of the connection is closed before the pool hands out the next scenario.
            process = pool._members[0].process
            assert isinstance(process, LocalWorker)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert statuses(pool) == ["passed", "passed", "passed"]
    assert problems(pool) == ["A worker was killed by SIGKILL between two scenarios."]


def test_what_a_dead_worker_was_to_run_is_run_although_the_other_is_ending(made: Callable[..., Pool]) -> None:
    idle, done = os.pipe(), os.pipe()

    def work(worker: Made) -> None:
        worker.send(Ready("up"))
        for bundle in worker.bundles():
            if len(bundle) == 3:  # the first of them is its last, once the other worker has nothing to do any more
                worker.send(Started(bundle[0], 60.0))
                os.read(idle[0], 1)
                worker.die()
            worker.run(bundle)
        if worker.number < 3:
            os.write(idle[1], b"!")
            os.read(done[0], 1)
        else:
            os.write(done[1], b"!")
        worker.send(Closing(), Closed())

    pool = made(work, f"@together\n{FEATURE}", "Feature: One\n  Scenario: D\n    When it runs\n", workers=2)
    assert ends(pool) == ["hook_error", "passed", "passed", "passed"]
    for descriptor in (*idle, *done):
        os.close(descriptor)


def test_a_worker_that_ends_before_its_first_scenario_is_no_endless_story(made: Callable[..., Pool]) -> None:
    def work(worker: Made) -> None:
        worker.send(Ready("up"))
        worker.die()

    pool = made(work)
    assert ends(pool) == ["hook_error"] * 3
    assert pool._started == 3


def test_the_verdicts_stay_when_a_worker_hangs_at_its_end(
    made: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "CLOSING_LIMIT", 0.1)

    def work(worker: Made) -> None:
        worker.run_all()
        worker.send(Closing())
        threading.Event().wait(30)

    pool = made(work)
    assert ends(pool) == ["passed", "passed", "passed"]
    assert problems(pool) == [
        "A worker was killed for exceeding its time limit while it ended the run (after_all, its platform)."
    ]


def test_what_ends_the_run_does_not_count_to_the_time_that_ending_the_platform_may_take(
    made: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "CLOSING_LIMIT", 0.2)

    def work(worker: Made) -> None:
        worker.run_all()
        threading.Event().wait(0.5)
        worker.send(Closing(), Closed())

    pool = made(work)
    assert ends(pool) == ["passed", "passed", "passed"]
    assert problems(pool) == []


@pytest.mark.parametrize("refused", [True, False])
def test_the_verdicts_stay_when_no_worker_can_be_had_for_the_rest(made: Callable[..., Pool], refused: bool) -> None:
    def work(worker: Made) -> None:
        if worker.number == 1:
            worker.send(Ready("up"))
            worker.run(next(worker.bundles()))
        elif refused:
            worker.send(StartFailed("PostgreSQL could not be started.", 4))
            return
        worker.die()

    pool = made(work)
    assert ends(pool)[:1] == ["passed"]
    told = (
        "PostgreSQL could not be started."
        if refused
        else "A worker was killed by SIGKILL while it started its platform"
    )
    assert told in " ".join(problems(pool))


def test_no_platform_at_all_stops_the_run(made: Callable[..., Pool]) -> None:
    with pytest.raises(EnvironmentFailed, match="A worker was killed by SIGKILL while it started its platform"):
        ends(made(Made.die))


def clean_up_when_asked(done: Path, worker: Made) -> None:
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: asked.set())
    worker.send(Ready("up"))
    worker.send(Started(worker.connection.recv()[0], 60.0), Event(0, "scenario"))
    asked.wait(10)
    done.touch()
    worker.send(Ended(0, PASSED), Closing(), Closed())


@pytest.mark.parametrize("same_request", [1.0, 0.0])
def test_a_signal_that_comes_twice_at_once_lets_clean_ups_run(
    made: Callable[..., Pool], same_request: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`timeout` signals the command and then its group, of which the command is one."""
    monkeypatch.setattr(pool_module, "SAME_REQUEST", same_request)

    pool = made(partial(clean_up_when_asked, tmp_path / "cleaned"))
    pool.start()
    for event in pool.events():
        if isinstance(event, Event):
            pool.interrupt()
            pool.interrupt()
    assert (tmp_path / "cleaned").exists() is bool(same_request)


def test_giving_up_is_no_second_request_to_end(
    made: Callable[..., Pool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as where the terminal takes nothing any more, a while after Ctrl-C."""
    monkeypatch.setattr(pool_module, "SAME_REQUEST", 0.0)

    pool = made(partial(clean_up_when_asked, tmp_path / "cleaned"))
    pool.start()
    next(pool.events())
    pool.interrupt()
    pool.give_up()
    assert (tmp_path / "cleaned").exists()


def test_a_signal_after_the_last_scenario_leaves_the_end_of_the_run_alone(made: Callable[..., Pool]) -> None:
    def work(worker: Made) -> None:
        worker.run_all()
        worker.send(Closing(), Closed())

    pool = made(work)
    ends(pool)
    pool.close()
    pool.interrupt()
    assert pool.interrupted


def test_the_rest_of_a_bundle_is_not_run_where_the_lost_scenario_stops_the_run(made: Callable[..., Pool]) -> None:
    def work(worker: Made) -> None:
        worker.send(Ready("up"))
        worker.send(Started(worker.connection.recv()[0], 60.0))
        worker.die()

    assert ends(made(work, f"@together\n{FEATURE}", stop=True)) == ["hook_error"]


class TestTimeLimits:
    """What is far beyond its limit is killed, and only that."""

    @pytest.fixture(autouse=True)
    def no_grace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool_module, "GRACE", 0.0)

    def test_a_scenario_that_nothing_ends_is_killed_with_the_reason(self, made: Callable[..., Pool]) -> None:
        def work(worker: Made) -> None:
            worker.send(Ready("up"))
            worker.send(Started(worker.connection.recv()[0], 0.1))
            threading.Event().wait(30)

        pool = made(work, "Feature: One\n  Scenario: D\n    When it runs\n")
        assert ends(pool) == ["hook_error"]
        assert pool.outcomes[0].message == "The worker that ran this scenario was killed for exceeding its time limit."

    def test_each_try_has_the_whole_limit(self, made: Callable[..., Pool]) -> None:
        def work(worker: Made) -> None:
            worker.send(Ready("up"))
            for [number] in worker.bundles():
                for _ in range(3):
                    worker.send(Started(number, 0.4))
                    threading.Event().wait(0.2)
                worker.send(Ended(number, PASSED))
            worker.send(Closing(), Closed())

        assert ends(made(work)) == ["passed", "passed", "passed"]

    def test_the_time_for_which_nobody_heard_a_worker_is_not_its_own(self, made: Callable[..., Pool]) -> None:
        """A pager that waits for its reader stops the runner, and then, with full pipes, the worker."""
        heard, resume = os.pipe()

        def work(worker: Made) -> None:
            worker.send(Ready("up"))
            worker.send(Started(worker.connection.recv()[0], 0.2), Event(0, "scenario"))
            os.read(heard, 1)
            threading.Event().wait(0.1)
            worker.send(Ended(0, PASSED), Closing(), Closed())

        pool = made(work, "Feature: One\n  Scenario: D\n    When it runs\n")
        pool.start()
        for event in pool.events():
            if isinstance(event, Event):
                threading.Event().wait(0.5)
                os.write(resume, b"!")
        assert statuses(pool) == ["passed"]
        for descriptor in (heard, resume):
            os.close(descriptor)
