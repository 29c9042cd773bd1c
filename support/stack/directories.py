"""The private directory of one run, its guardian, and what killed runs left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil

from support.errors import EnvironmentFailed
from support.stack import guardian
from support.stack.processes import SystemUser

PREFIX = "acceptance-"
LOCK = "owner.lock"
YOUNG = 60.0  # seconds
# A unix socket's path may have 107 bytes on Linux and 103 on macOS; the longest below the run's directory has 24.
LONGEST_DIRECTORY = 75


def unprivileged_user() -> SystemUser | None:
    """The user PostgreSQL runs as when we are root, which it refuses to be; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise EnvironmentFailed(
        "PostgreSQL cannot run as root and this system has no account `nobody` to run it as: run as an ordinary user."
    )


def is_world_accessible(directory: Path) -> bool:
    """Whether an account without rights reaches what lies in the directory."""
    return all(part.stat().st_mode & 0o001 for part in (directory, *directory.parents))


def _base_directory() -> Path:
    wanted = Path(tempfile.gettempdir()).resolve()
    for base in (wanted, Path("/tmp"), Path("/var/tmp")):
        if not base.is_dir() or len(str(base)) > LONGEST_DIRECTORY - 20:
            continue
        if os.geteuid() != 0 or is_world_accessible(base):
            return base
    raise EnvironmentFailed(
        f"No folder for the run's servers: {wanted} is too deep for a unix socket or closed to other accounts; "
        "set TMPDIR to a short folder such as /tmp."
    )


class RunDirectory:
    """A directory that belongs to one run: servers' data, sockets, media. Gone when the run is gone.

    Three nets, for a normal end, a killed run and a killed guardian: `close`, the guardian, and the sweep that every
    run begins with. A lock on a file inside tells a living owner from a dead one.
    """

    def __init__(self) -> None:
        base = _base_directory()
        _sweep(base)
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.geteuid()}-", dir=base))
            # Root's servers run as another account, which must pass through, but not look around.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self._lock = self._locked()
        except OSError as error:
            raise EnvironmentFailed(
                f"No folder for the run's servers could be made in {base}: {error.strerror}."
            ) from error
        life_line, self._life_line = os.pipe()
        answer, question = os.pipe()
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, str(self.path)],
            stdin=life_line,
            stdout=question,
            process_group=0,
        )
        os.close(life_line)
        os.close(question)
        with os.fdopen(answer) as stream:
            self.group = int(stream.readline())

    def _locked(self) -> IO[str]:
        """Make the lock; it gets its name once it is held, else the sweep of a run beside us could hold it first."""
        nameless = self.path / f"{LOCK}.new"
        lock = nameless.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        nameless.rename(self.path / LOCK)
        return lock

    def close(self) -> None:
        """End what is still running and remove the directory."""
        os.close(self._life_line)
        self._guardian.wait(10)
        self._lock.close()


def _sweep(base: Path) -> None:
    """End and remove what runs of this account left that were killed together with their guardian."""
    for directory in base.glob(f"{PREFIX}{os.geteuid()}-*"):
        if _abandoned(directory):
            for process in _processes_of(directory):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            shutil.rmtree(directory, ignore_errors=True)


def _abandoned(directory: Path) -> bool:
    try:
        if directory.stat().st_uid != os.geteuid():
            return False
        with (directory / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        # Without its lock a directory is a second old and its run about to lock it, or its run was killed right then;
        # or it is gone, because another run ended or swept it.
        with contextlib.suppress(FileNotFoundError):
            return time.time() - directory.stat().st_mtime > YOUNG
        return False
    return True


def _processes_of(directory: Path) -> Iterator[psutil.Process]:
    """Yield the processes whose command line or working directory lies in the directory."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and (
                any(str(directory) in part for part in process.cmdline()) or process.cwd().startswith(str(directory))
            ):
                yield process
