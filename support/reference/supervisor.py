"""The supervisor: prepares the database, then keeps the processes of the platform running.

It loads the application once and forks its processes (``api``, ``recovery`` and the workers of the settings:
``worker``, ``worker-2``, ...), so that each start takes milliseconds. A process that ends
without being stopped is restarted.

With ``control`` it reads and writes JSON, one object a line. Events on stdout:

- ``{"event": "migrated"}``
- ``{"event": "started", "process", "pid"}``
- ``{"event": "exited", "process", "pid", "code"}``, the code negative for a signal
- ``{"event": "ready"}``, once: the API accepts connections and every worker that is not in standby is registered
- ``{"event": "failed", "reason"}``

Commands on stdin: ``{"command", "process"}``. Each is answered by ``{"event": "done", "command", "process"}``, an
invalid one by ``{"event": "rejected", "reason"}``:

- ``hold`` does not restart a process once it ends
- ``stop`` terminates it and holds it; done once it has ended
- ``start`` ends the hold; done once it is forked. A worker in standby is held from the start

The end of stdin stops everything.
"""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, NoReturn

from support.reference import logs, recovery, server, worker
from support.reference.app import create_app
from support.reference.preparation import StartupError, create_accounts, prepare_database, read_accounts
from support.reference.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

_STOP_TIMEOUT_SECONDS = 3.0
_MIN_LIFETIME_SECONDS = 1.0
_FIRST_RESTART_DELAY_SECONDS = 0.1
_MAX_RESTART_DELAY_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

Ready = Callable[[], None]


class Process:
    """One process of the platform: its main function, and when it is to be started."""

    def __init__(self, name: str, main: Callable[[Ready], None]) -> None:
        self.name = name
        self.main = main
        self.pid: int | None = None
        self.is_held = False
        self.stop_requested = False
        self.ready = False
        self.start_at: float | None = None
        self.kill_at: float | None = None
        self._started_at = 0.0
        self._pause = 0.0

    def has_started(self, pid: int) -> None:
        """Record a start."""
        self.pid, self.start_at, self.ready, self._started_at = pid, None, False, monotonic()

    def has_exited(self) -> None:
        """Record an exit and schedule the restart, later for a process that ended immediately."""
        self.pid = self.kill_at = None
        ended_immediately = monotonic() - self._started_at < _MIN_LIFETIME_SECONDS
        self._pause = min(2 * self._pause, _MAX_RESTART_DELAY_SECONDS) if ended_immediately else 0.0
        self._pause = self._pause or _FIRST_RESTART_DELAY_SECONDS
        if not self.is_held:
            self.start_at = monotonic() + self._pause

    def hold(self) -> None:
        """Do not restart the process once it ends."""
        self.is_held, self.start_at = True, None

    def terminate(self) -> None:
        """Send SIGTERM; SIGKILL follows after a timeout."""
        if self.pid is not None and self.kill_at is None:
            os.kill(self.pid, signal.SIGTERM)
            self.kill_at = monotonic() + _STOP_TIMEOUT_SECONDS


class Supervisor:
    """Runs the platform until a signal, or until the end of its input with ``control``."""

    def __init__(self, settings: Settings, *, control: bool) -> None:
        self._settings = settings
        self._control = control
        self._pid = os.getpid()
        self._processes: dict[str, Process] = {}
        self._selector = selectors.DefaultSelector()
        self._wakeup, self._alarm = socket.socketpair()
        self._input_buffer = b""
        self._stopping = False
        self._ready_emitted = False

    def run(self) -> None:
        """Prepare, start and supervise the processes.

        Raises StartupError, and SettingsError for invalid accounts.
        """
        logs.configure(self._settings.log_dir, "platform")
        self._watch_signals()
        try:
            self._prepare()
            self._start_everything()
            while not self._stopping:
                self._wait()
                self._reap()
                self._run_timers()
        except (StartupError, SettingsError) as failure:
            self._emit("failed", reason=str(failure))
            raise
        finally:
            self._stop_everything()

    def _prepare(self) -> None:
        accounts = read_accounts(self._settings.accounts_file)
        prepare_database(self._settings)
        self._emit("migrated")
        create_accounts(self._settings, accounts)

    def _start_everything(self) -> None:
        settings, app = self._settings, create_app(self._settings)
        mains: dict[str, Callable[[Ready], None]] = {
            "api": lambda ready: server.run(app, settings, ready),
            **{described.name: partial(worker.run, settings, described) for described in settings.workers},
            "recovery": lambda ready: recovery.run(settings, ready),
        }
        self._processes = {name: Process(name, main) for name, main in mains.items()}
        for described in settings.workers:
            self._processes[described.name].is_held = described.standby
        if self._control:
            self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self._read_commands)
        gc.freeze()  # the collectors of the children would copy pages otherwise
        for process in self._processes.values():
            if not process.is_held:
                self._start(process)

    # Waiting for signals, commands, and children that are ready

    def _watch_signals(self) -> None:
        for wakeup_socket in (self._wakeup, self._alarm):
            wakeup_socket.setblocking(False)
        signal.set_wakeup_fd(self._alarm.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for stop_signal in _STOP_SIGNALS:
            signal.signal(stop_signal, self._stop_requested)
        self._selector.register(self._wakeup, selectors.EVENT_READ, lambda: self._wakeup.recv(4096))

    def _stop_requested(self, *_: object) -> None:
        self._stopping = True
        if not self._processes:
            sys.exit(0)

    def _wait(self) -> None:
        deadlines = [at for each in self._processes.values() for at in (each.start_at, each.kill_at) if at is not None]
        timeout = max(0.0, min(deadlines) - monotonic()) if deadlines else None
        for key, _ in self._selector.select(timeout):
            key.data()

    def _run_timers(self) -> None:
        for process in self._processes.values():
            if process.pid is not None and process.kill_at is not None and process.kill_at <= monotonic():
                os.kill(process.pid, signal.SIGKILL)
                process.kill_at = None
            if process.start_at is not None and process.start_at <= monotonic():
                self._start(process)

    # Children

    def _start(self, process: Process) -> None:
        ready, ready_pipe = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)  # until the child has its own handlers
        pid = os.fork()
        if pid == 0:
            self._run_child(process, ready_pipe)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        os.close(ready_pipe)
        process.has_started(pid)
        self._selector.register(ready, selectors.EVENT_READ, lambda: self._read_readiness(process, ready))
        self._emit("started", process=process.name, pid=pid)

    def _run_child(self, process: Process, ready_pipe: int) -> NoReturn:
        """Run the child process. Never returns: the stack above belongs to the parent."""
        code = 1
        try:
            self._detach_from_parent(keep=ready_pipe)
            logs.configure(self._settings.log_dir, process.name)
            process.main(lambda: _signal_ready(ready_pipe))
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0
        except BaseException:
            logger.exception("%s failed", process.name)
        finally:
            logging.shutdown()
            os._exit(code)

    def _detach_from_parent(self, *, keep: int) -> None:
        if sys.platform == "linux":  # a killed supervisor stops no child
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._pid:
            sys.exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor handles Ctrl-C and stops its children
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, int) and key.fileobj > 2:
                os.close(key.fileobj)
        self._selector.close()
        self._wakeup.close()
        self._alarm.close()
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, sys.stdin.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        os.close(nowhere)

    def _read_readiness(self, process: Process, ready: int) -> None:
        received = os.read(ready, 1)
        self._selector.unregister(ready)
        os.close(ready)
        if not received:  # it ended before
            return
        process.ready = True
        workers = [described.name for described in self._settings.workers if not described.standby]
        if not self._ready_emitted and all(self._processes[name].ready for name in ("api", *workers)):
            self._ready_emitted = True
            self._emit("ready")

    def _reap(self) -> None:
        for process in self._processes.values():
            if process.pid is None:
                continue
            pid, status = os.waitpid(process.pid, os.WNOHANG)
            if pid:
                self._handle_exit(process, pid, os.waitstatus_to_exitcode(status))

    def _handle_exit(self, process: Process, pid: int, code: int) -> None:
        process.has_exited()
        self._emit("exited", process=process.name, pid=pid, code=code)
        if process.stop_requested:
            process.stop_requested = False
            self._emit("done", command="stop", process=process.name)
        if code == server.EXIT_PORT_IN_USE and process.name == "api":
            address = f"{self._settings.host}:{self._settings.port}"
            raise StartupError(f"The platform cannot listen on {address}: the port is in use.", code)

    def _stop_everything(self) -> None:
        for process in self._processes.values():
            process.hold()
            process.terminate()
        while any(process.pid is not None for process in self._processes.values()):
            self._wait()
            self._reap()
            self._run_timers()

    # Control

    def _emit(self, event: str, **fields: Any) -> None:
        logger.info("%s %s", event, " ".join(f"{name}={value}" for name, value in fields.items()))
        if self._control:
            sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
            sys.stdout.flush()

    def _read_commands(self) -> None:
        read = os.read(sys.stdin.fileno(), 65536)
        if not read:
            self._selector.unregister(sys.stdin.fileno())
            self._stopping = True
            return
        *lines, self._input_buffer = (self._input_buffer + read).split(b"\n")
        for line in lines:
            self._handle_command(line)

    def _handle_command(self, line: bytes) -> None:
        try:
            command = json.loads(line)
            process = self._processes[command["process"]]
            handler = {"hold": self._hold, "stop": self._stop, "start": self._lift_hold}[command["command"]]
        except (ValueError, KeyError, TypeError):
            names = "|".join(self._processes)
            form = f'{{"command": "hold|stop|start", "process": "{names}"}}'
            self._emit("rejected", reason=f"A command is {form}.")
            return
        handler(process)

    def _hold(self, process: Process) -> None:
        process.hold()
        self._emit("done", command="hold", process=process.name)

    def _stop(self, process: Process) -> None:
        process.hold()
        if process.pid is None:
            self._emit("done", command="stop", process=process.name)
            return
        process.stop_requested = True
        process.terminate()

    def _lift_hold(self, process: Process) -> None:
        process.is_held = False
        if process.pid is None:
            self._start(process)
        self._emit("done", command="start", process=process.name)


def _signal_ready(pipe: int) -> None:
    os.write(pipe, b".")
    os.close(pipe)
