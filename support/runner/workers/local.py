"""Workers as forked processes on this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Sequence
from multiprocessing.connection import Connection, Pipe, wait
from typing import NoReturn, Protocol

from support.errors import RunStopped
from support.runner.workers.messages import Message, StartFailed
from support.runner.workers.transport import Transport, WorkerGone, WorkerProcess


class Work(Protocol):
    """What runs in a worker process."""

    def work(self) -> None:
        """Run scenarios until the runner sends no more."""


MakeWorker = Callable[[Connection, int], Work]


class LocalWorker(WorkerProcess):
    """A forked process and the runner's end of its pipe."""

    def __init__(self, pid: int, connection: Connection) -> None:
        self.pid = pid
        self.connection = connection
        self._killed = ""

    def send(self, bundle: Sequence[int] | None) -> None:
        """Dispatch scenarios; a worker that has just died is noticed by the next `receive`."""
        with contextlib.suppress(OSError):
            self.connection.send(bundle)

    def receive(self) -> Sequence[Message]:
        """Return the next messages. Raises WorkerGone."""
        try:
            messages: list[Message] = self.connection.recv()
        except (EOFError, ConnectionResetError) as error:
            raise WorkerGone from error
        return messages

    def interrupt(self) -> None:
        """Send SIGTERM, which the worker handles."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self, reason: str) -> None:
        """Send SIGKILL."""
        self._killed = self._killed or f"was killed {reason}"
        os.kill(self.pid, signal.SIGKILL)

    def outcome(self) -> str:
        """Wait for the end of the process and describe it."""
        self.connection.close()
        cause = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        described = f"was killed by {signal.Signals(-cause).name}" if cause < 0 else f"ended with code {cause}"
        return self._killed or described


class LocalTransport(Transport):
    """Forks workers after everything was loaded; `make` creates the worker inside the forked process."""

    def __init__(self, make: MakeWorker) -> None:
        self._make = make
        self._life_line_of_workers, self._life_line = os.pipe()
        self._wake_up, self._alarm = os.pipe()
        os.set_blocking(self._alarm, False)
        self._open = True

    def start(self, number: int) -> LocalWorker:
        """Fork a worker."""
        ours, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            # Only the runner may hold this end of the life line: any other process would keep all workers alive.
            os.close(self._life_line)
            ours.close()
            run_worker(self._make, theirs, number, self._life_line_of_workers)
        theirs.close()
        return LocalWorker(pid, ours)

    def wait(self, workers: Collection[WorkerProcess], timeout: float | None) -> Collection[WorkerProcess]:
        """Return the workers with messages, or with a closed connection."""
        by_connection = {one.connection: one for one in workers if isinstance(one, LocalWorker)}
        ready = wait([*by_connection, self._wake_up], timeout)
        if self._wake_up in ready:
            os.read(self._wake_up, 100)
        return [by_connection[one] for one in ready if isinstance(one, Connection)]

    def wake_up(self) -> None:
        """Let `wait` return."""
        if self._open:
            with contextlib.suppress(BlockingIOError):  # it is full: `wait` returns anyway
                os.write(self._alarm, b"!")

    def close(self) -> None:
        """Close the pipes; every worker ends when its life line does."""
        self._open = False
        for descriptor in (self._life_line, self._life_line_of_workers, self._wake_up, self._alarm):
            os.close(descriptor)


def end_with_the_runner(life_line: int) -> None:
    """End this process immediately when the runner is gone; the guardian then stops the servers."""

    def watch() -> None:
        os.read(life_line, 1)
        os._exit(1)

    threading.Thread(target=watch, name="life line", daemon=True).start()


def run_worker(make: MakeWorker, connection: Connection, number: int, life_line: int) -> NoReturn:
    """Run the worker of this number (from 1) in this process; never return."""
    code = 1
    try:
        end_with_the_runner(life_line)
        os.environ["WORKER"] = f"worker {number}"  # the thread's name in the report's timeline
        try:
            make(connection, number).work()
        except RunStopped as stop:
            connection.send([StartFailed(str(stop), stop.exit_code)])
        code = 0
    except (BrokenPipeError, EOFError):
        pass  # the runner is gone
    finally:
        if code:
            traceback.print_exc()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
