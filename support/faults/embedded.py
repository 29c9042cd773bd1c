"""Breaking real parts of the embedded platform."""

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

from support.faults.components import Component, FailureMode
from support.faults.files import HangingFiles
from support.faults.injection import Fault
from support.partners.cablecast import ANYTHING, Cablecast
from support.partners.server import How, Registration
from support.polling import eventually
from support.stack.embedded import EmbeddedPlatform
from support.stack.platform import Part as Process
from support.stack.processes import START_LIMIT, ServerProcess

FROZEN_FOR, AWAKE_FOR = 0.2, 0.05  # seconds: a slow part is one that is frozen most of the time
NAP = 0.8  # seconds: slow Redis, which would do a hundred commands in a moment awake, sleeps before each answer
LATE = 1.5  # seconds: more than the embedded platform waits for Cablecast
RETRY_AFTER = 1  # seconds


class EmbeddedFaultInjector:
    """Every fault that the embedded platform can have."""

    def __init__(self, platform: EmbeddedPlatform, cablecast: Cablecast) -> None:
        self._platform = platform
        self._cablecast = cablecast
        self._registered: list[Registration] = []
        self._slow: dict[Component, _Slow | _SlowRedis] = {}
        self._away = platform.media_root.with_name("media.away")
        self._files = HangingFiles(platform.media_root, platform.media_root.with_name("media.aside"))
        self._table: Mapping[tuple[Component, FailureMode], Fault] = dict(self._faults())

    def find(self, part: Component, kind: FailureMode) -> Fault | None:
        """Return the fault; None where a part cannot fail in this way."""
        return self._table.get((part, kind))

    def _faults(self) -> Iterator[tuple[tuple[Component, FailureMode], Fault]]:
        postgres, redis_server = self._platform.postgres, self._platform.redis
        for part, server, start in (
            (Component.DATABASE, postgres.server, postgres.start),
            (Component.REDIS, redis_server.server, redis_server.start),
        ):
            mend = _unless(partial(_runs, server), start)
            yield (part, FailureMode.GONE), Fault(server.kill, mend)
            yield (part, FailureMode.STOPPED), Fault(server.stop, mend)
        for part, name in ((Component.WORKER, "worker"), (Component.API, "api")):
            yield from self._faults_of(part, name)  # type: ignore[arg-type]
        for part in (Component.DATABASE, Component.REDIS, Component.WORKER, Component.API):
            yield (
                (part, FailureMode.FROZEN),
                Fault(self._signal(part, signal.SIGSTOP), self._signal(part, signal.SIGCONT)),
            )
            yield (part, FailureMode.SLOW), Fault(self._slow_down(part), self._speed_up(part))
        yield (Component.DATABASE, FailureMode.DISCONNECTED), Fault(self._cut_database_connections, _nothing)
        yield (Component.REDIS, FailureMode.DISCONNECTED), Fault(self._cut_redis_connections, _nothing)
        yield (Component.REDIS, FailureMode.EMPTIED), Fault(self._empty_redis, _nothing)
        yield (Component.STORAGE, FailureMode.GONE), Fault(self._move_storage_away, self._move_storage_back)
        yield (Component.STORAGE, FailureMode.FROZEN), Fault(self._files.begin, self._files.end)
        yield (Component.CABLECAST, FailureMode.GONE), Fault(self._cablecast.close, self._start_cablecast)
        answers: Mapping[FailureMode, tuple[int, How]] = {
            FailureMode.SLOW: (200, {"json": {}, "delay": LATE}),
            FailureMode.FAILING: (500, {}),
            FailureMode.REJECTING: (401, {}),
            FailureMode.BUSY: (429, {"headers": {"Retry-After": str(RETRY_AFTER)}, "times": 1}),
            FailureMode.GARBLED: (200, {"body": '{"shows": [{"id": "seven"'}),
            FailureMode.BREAKING_OFF: (200, {"body": '{"shows": [', "headers": {"Content-Length": "1000"}}),
        }
        for kind, (status, how) in answers.items():
            yield (Component.CABLECAST, kind), Fault(self._cablecast_answers(status, how), self._cablecast_as_usual)

    def _faults_of(self, part: Component, name: Process) -> Iterator[tuple[tuple[Component, FailureMode], Fault]]:
        processes = self._platform.platform

        def there() -> bool:
            with contextlib.suppress(LookupError):
                return psutil.pid_exists(processes.pid(name))
            return False

        resume = _unless(there, lambda: processes.resume(name))
        yield (part, FailureMode.GONE), Fault(lambda: processes.kill(name), resume)
        back = (
            self._await_api if part is Component.API else _nothing
        )  # the supervisor starts both again, in its own time
        yield (part, FailureMode.KILLED), Fault(lambda: processes.crash(name), back)
        yield (part, FailureMode.STOPPED), Fault(lambda: processes.stop(name), resume)

    def _await_api(self) -> None:
        """Wait until the API accepts connections: who takes things away after a failure needs it."""
        api = urlsplit(self._platform.api_url)

        def accepts() -> bool:
            with contextlib.suppress(OSError), socket.create_connection((api.hostname, api.port), timeout=1):
                return True
            return False

        eventually("the API that was killed", accepts, bool, expected="there again", within=START_LIMIT, every=0.02)

    # Freezing and slowing down

    def _process(self, part: Component) -> psutil.Process:
        """Return the process of a part; that of the database starts others, and once frozen starts no more."""
        if part in (Component.WORKER, Component.API):
            return psutil.Process(self._platform.platform.pid("worker" if part is Component.WORKER else "api"))
        return psutil.Process(
            (self._platform.postgres if part is Component.DATABASE else self._platform.redis).server.pid
        )

    def _signal(self, part: Component, number: signal.Signals) -> Callable[[], object]:
        def send() -> None:
            with contextlib.suppress(LookupError, psutil.NoSuchProcess):  # who is gone is neither frozen nor slow
                process = self._process(part)
                process.send_signal(number)
                for child in process.children():
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.send_signal(number)

        return send

    def _slow_down(self, part: Component) -> Callable[[], object]:
        def begin() -> None:
            if part is Component.REDIS:
                self._slow[part] = _SlowRedis(self._platform.redis_url)
            else:
                self._slow[part] = _Slow(self._signal(part, signal.SIGSTOP), self._signal(part, signal.SIGCONT))

        return begin

    def _speed_up(self, part: Component) -> Callable[[], object]:
        def end() -> None:
            if part in self._slow:
                self._slow.pop(part).end()

        return end

    # Connections and contents

    def _cut_database_connections(self) -> int:
        with self._platform.postgres.connect(autocommit=True) as connection:
            cut = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        return int(cut[0]) if cut else 0

    def _cut_redis_connections(self) -> None:
        with redis.Redis.from_url(self._platform.redis_url) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def _empty_redis(self) -> None:
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

    def _cablecast_answers(self, status: int, how: How) -> Callable[[], object]:
        def begin() -> None:
            self._registered.append(self._cablecast.answers(status, operation=ANYTHING, **how))

        return begin

    def _cablecast_as_usual(self) -> None:
        while self._registered:
            self._registered.pop().remove()


class _Slow:
    """A thread that freezes a part again and again."""

    def __init__(self, freeze: Callable[[], object], thaw: Callable[[], object]) -> None:
        self._freeze = freeze
        self._thaw = thaw
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="slow", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._over.wait(AWAKE_FOR):
            self._freeze()
            self._over.wait(FROZEN_FOR)
            self._thaw()

    def end(self) -> None:
        self._over.set()
        self._thread.join()


class _SlowRedis:
    """Has Redis sleep without a break, so that each round trip takes a nap or two.

    Two take turns: while one sleeps the other waits with everybody else, who are answered after its nap as well.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, name="slow Redis", daemon=True) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        with redis.Redis.from_url(self._url) as client:
            while not self._over.is_set():
                client.execute_command("DEBUG", "SLEEP", NAP)

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def _runs(server: ServerProcess) -> bool:
    return server.running


def _nothing() -> None:
    """Mend what needs no mending: the part is there."""


def _unless(there: Callable[[], bool], start: Callable[[], object]) -> Callable[[], object]:
    def mend() -> None:
        if not there():
            start()

    return mend
