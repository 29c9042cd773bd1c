"""Inject faults into the real processes of the embedded platform."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit

import psutil
import redis

from support.faults.components import EMBEDDED_FAULTS, Component, FailureMode
from support.faults.files import BlockingFiles
from support.faults.injection import Fault
from support.partners.cablecast import ANYTHING, Cablecast
from support.partners.failures import FAILURES, PartnerFailure
from support.partners.server import Registration, ResponseOptions
from support.polling import eventually, pause
from support.stack.embedded import EmbeddedPlatform
from support.stack.platform import ProcessName
from support.stack.processes import START_TIMEOUT, ServerProcess

FROZEN_FOR, AWAKE_FOR = 0.2, 0.05  # seconds: a slow component is frozen most of the time
REDIS_DELAY = 0.8  # seconds: Redis would run a hundred commands between two freezes, so it sleeps before each response

CABLECAST_FAULTS: Mapping[FailureMode, PartnerFailure] = {
    FailureMode.SLOW: FAILURES["late response"],
    FailureMode.FAILING: FAILURES["500"],
    FailureMode.REJECTING: FAILURES["401"],
    FailureMode.BUSY: FAILURES["429"],
    FailureMode.GARBLED: FAILURES["invalid JSON"],
    FailureMode.BREAKING_OFF: FAILURES["cut off"],
}


class EmbeddedFaultInjector:
    """The faults of the embedded platform, as `EMBEDDED_FAULTS` declares them."""

    def __init__(self, platform: EmbeddedPlatform, cablecast: Cablecast) -> None:
        self._platform = platform
        self._cablecast = cablecast
        self._registered: list[Registration] = []
        self._slow: dict[Component, _Slow | _SlowRedis] = {}
        self._away = platform.media_root.with_name("media.away")
        self._files = BlockingFiles(platform.media_root, platform.media_root.with_name("media.aside"))
        self._table: Mapping[tuple[Component, FailureMode], Fault] = {
            (component, mode): fault
            for (component, mode), fault in self._faults()
            if mode in EMBEDDED_FAULTS[component]
        }

    def find(self, component: Component, mode: FailureMode) -> Fault | None:
        """Return the fault; None if a component cannot fail in this way."""
        return self._table.get((component, mode))

    def _faults(self) -> Iterator[tuple[tuple[Component, FailureMode], Fault]]:
        postgres, redis_server = self._platform.postgres, self._platform.redis
        for component, server, start in (
            (Component.DATABASE, postgres.server, postgres.start),
            (Component.REDIS, redis_server.server, redis_server.start),
        ):
            restore = _unless(partial(_is_running, server), start)
            yield (component, FailureMode.GONE), Fault(server.kill, restore)
            yield (component, FailureMode.STOPPED), Fault(server.stop, restore)
        yield from self._process_faults(Component.WORKER, "worker")
        yield from self._process_faults(Component.API, "api")
        for component in (Component.DATABASE, Component.REDIS, Component.WORKER, Component.API):
            yield (
                (component, FailureMode.FROZEN),
                Fault(self._signal(component, signal.SIGSTOP), self._signal(component, signal.SIGCONT)),
            )
            yield (component, FailureMode.SLOW), Fault(self._slow_down(component), self._speed_up(component))
        yield (Component.DATABASE, FailureMode.DISCONNECTED), Fault(self._close_database_connections, _nothing)
        yield (Component.REDIS, FailureMode.DISCONNECTED), Fault(self._close_redis_connections, _nothing)
        yield (Component.REDIS, FailureMode.EMPTIED), Fault(self._flush_redis, _nothing)
        yield (Component.STORAGE, FailureMode.GONE), Fault(self._move_storage_away, self._move_storage_back)
        yield (Component.STORAGE, FailureMode.FROZEN), Fault(self._files.block, self._files.unblock)
        yield (Component.CABLECAST, FailureMode.GONE), Fault(self._cablecast.close, self._start_cablecast)
        for mode, failure in CABLECAST_FAULTS.items():
            yield (Component.CABLECAST, mode), Fault(self._cablecast_responds(failure), self._restore_cablecast)

    def _process_faults(
        self, component: Component, name: ProcessName
    ) -> Iterator[tuple[tuple[Component, FailureMode], Fault]]:
        processes = self._platform.platform

        def exists() -> bool:
            with contextlib.suppress(LookupError):
                return psutil.pid_exists(processes.pid(name))
            return False

        resume = _unless(exists, lambda: processes.resume(name))
        yield (component, FailureMode.GONE), Fault(lambda: processes.kill(name), resume)
        # The supervisor restarts both in its own time.
        wait = self._wait_for_api if component is Component.API else _nothing
        yield (component, FailureMode.KILLED), Fault(lambda: processes.crash(name), wait)
        yield (component, FailureMode.STOPPED), Fault(lambda: processes.stop(name), resume)

    def _wait_for_api(self) -> None:
        """Wait until the API accepts connections, which the cleanup after a failure needs."""
        api = urlsplit(self._platform.api_url)

        def accepts() -> bool:
            with contextlib.suppress(OSError), socket.create_connection((api.hostname, api.port), timeout=1):
                return True
            return False

        eventually("the killed API", accepts, bool, expected="accepting connections", within=START_TIMEOUT, every=0.02)

    # Freezing and slowing down

    def _process(self, component: Component) -> psutil.Process:
        """Return the process of a component; for the database, the one that starts the others."""
        if component in (Component.WORKER, Component.API):
            return psutil.Process(self._platform.platform.pid("worker" if component is Component.WORKER else "api"))
        return psutil.Process(
            (self._platform.postgres if component is Component.DATABASE else self._platform.redis).server.pid
        )

    def _signal(self, component: Component, number: signal.Signals) -> Callable[[], object]:
        def send() -> None:
            with contextlib.suppress(LookupError, psutil.NoSuchProcess):  # the process has ended
                process = self._process(component)
                process.send_signal(number)
                for child in process.children():
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.send_signal(number)

        return send

    def _slow_down(self, component: Component) -> Callable[[], object]:
        def start() -> None:
            if component is Component.REDIS:
                self._slow[component] = _SlowRedis(self._platform.redis_url)
            else:
                self._slow[component] = _Slow(
                    self._signal(component, signal.SIGSTOP), self._signal(component, signal.SIGCONT)
                )

        return start

    def _speed_up(self, component: Component) -> Callable[[], object]:
        def end() -> None:
            if component in self._slow:
                self._slow.pop(component).end()

        return end

    # Connections and data

    def _close_database_connections(self) -> int:
        with self._platform.postgres.connect(autocommit=True) as connection:
            closed = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        return int(closed[0]) if closed else 0

    def _close_redis_connections(self) -> None:
        with redis.Redis.from_url(self._platform.redis_url) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def _flush_redis(self) -> None:
        with redis.Redis.from_url(self._platform.redis_url) as client:
            client.flushall()

    # The media storage and Cablecast

    def _move_storage_away(self) -> None:
        self._platform.media_root.rename(self._away)

    def _move_storage_back(self) -> None:
        if self._away.exists():
            self._away.rename(self._platform.media_root)

    def _start_cablecast(self) -> None:
        if not self._cablecast.running:
            self._cablecast.start()

    def _cablecast_responds(self, failure: PartnerFailure) -> Callable[[], object]:
        options: ResponseOptions = {**failure.options, "times": 1 if failure.status == 429 else None}

        def start() -> None:
            self._registered.append(self._cablecast.respond(failure.status, operation=ANYTHING, **options))

        return start

    def _restore_cablecast(self) -> None:
        while self._registered:
            self._registered.pop().remove()


class _Slow:
    """A thread that freezes a component repeatedly."""

    def __init__(self, freeze: Callable[[], object], resume: Callable[[], object]) -> None:
        self._freeze = freeze
        self._resume = resume
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="slow", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not pause(AWAKE_FOR, self._ended):
            self._freeze()
            pause(FROZEN_FOR, self._ended)
            self._resume()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


class _SlowRedis:
    """Make Redis sleep all the time, so that each round trip takes one or two delays.

    Two threads take turns: while Redis sleeps for one, the command of the other waits in its queue.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._work, name="slow Redis", daemon=True) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        with redis.Redis.from_url(self._url) as client:
            while not self._ended.is_set():
                client.execute_command("DEBUG", "SLEEP", REDIS_DELAY)

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def _is_running(server: ServerProcess) -> bool:
    return server.running


def _nothing() -> None:
    """Restore a component that needs no restoration."""


def _unless(exists: Callable[[], bool], start: Callable[[], object]) -> Callable[[], object]:
    def restore() -> None:
        if not exists():
            start()

    return restore
