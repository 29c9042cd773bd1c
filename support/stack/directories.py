"""The private directory of one run, its guardian, and the leftovers of killed runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
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
from support.stack.environment import process_environment
from support.stack.processes import SystemUser

PREFIX = "acceptance-"
LOCK = "owner.lock"
YOUNG = 60.0  # seconds
# A unix socket's path may have 107 bytes on Linux and 103 on macOS; the longest below the run's directory has 24.
LONGEST_DIRECTORY = 75


def unprivileged_user() -> SystemUser | None:
    """Return the account for PostgreSQL, which cannot run as root; None when this process is not root's."""
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
    """Whether every account can read files in the directory."""
    return all(part.stat().st_mode & 0o001 for part in (directory, *directory.parents))


def _base_directory() -> Path:
    preferred = Path(tempfile.gettempdir()).resolve()
    for base in (preferred, Path("/tmp"), Path("/var/tmp")):
        if not base.is_dir() or len(str(base)) > LONGEST_DIRECTORY - 20:
            continue
        if os.geteuid() != 0 or is_world_accessible(base):
            return base
    raise EnvironmentFailed(
        f"no folder for the servers of the run: {preferred} is too long for a unix socket or closed to other accounts; "
        "set TMPDIR to a short folder such as /tmp"
    )


class RunDirectory:
    """The directory of one run: data of servers, sockets, media. It is removed at the end of the run.

    `close` removes it at a normal end, the guardian after a killed run, and the sweep of the next run after both were
    killed. A lock on a file inside identifies a living owner.
    """

    def __init__(self) -> None:
        base = _base_directory()
        _sweep(base)
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.geteuid()}-", dir=base))
            # Root's servers run as another account, which must enter the directory but not list it.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self._lock = self._locked()
        except OSError as error:
            raise EnvironmentFailed(
                f"no folder for the servers of the run can be created in {base}: {error.strerror}"
            ) from error
        life_line, self._life_line = os.pipe()
        answer, question = os.pipe()
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, str(self.path)],
            stdin=life_line,
            stdout=question,
            process_group=0,
            env=process_environment(self.path),
        )
        os.close(life_line)
        os.close(question)
        with os.fdopen(answer) as stream:
            self.group = int(stream.readline())

    def _locked(self) -> IO[str]:
        """Create the lock; it is renamed when it is locked, else the sweep of another run could lock it first."""
        nameless = self.path / f"{LOCK}.new"
        lock = nameless.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        nameless.rename(self.path / LOCK)
        return lock

    def close(self) -> None:
        """End all processes of the run and remove the directory, also when the guardian was killed."""
        code = self._guardian.poll()
        os.close(self._life_line)
        try:
            code = self._guardian.wait(10) if code is None else code
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            code = self._guardian.wait()
        if code:
            guardian.end_group(self.group)
            guardian.remove(str(self.path))
            sys.stderr.write(
                f"The guardian of this run ended with code {code} before the run: its folder {self.path} was removed.\n"
            )
        self._lock.close()


def _sweep(base: Path) -> None:
    """End the processes and remove the directories of runs that were killed together with their guardian."""
    for directory in base.glob(f"{PREFIX}{os.geteuid()}-*"):
        if _abandoned(directory):
            for process in _processes_of(directory):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            guardian.remove(str(directory))


def _abandoned(directory: Path) -> bool:
    try:
        if directory.stat().st_uid != os.geteuid():
            return False
        with (directory / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        # A directory without a lock is new and its run about to lock it, or the run was killed just then; or another
        # run has removed it.
        with contextlib.suppress(FileNotFoundError):
            return time.time() - directory.stat().st_mtime > YOUNG
        return False
    return True


def _processes_of(directory: Path) -> Iterator[psutil.Process]:
    """Yield the processes whose command line or working directory is in the directory."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and (
                any(str(directory) in part for part in process.cmdline()) or process.cwd().startswith(str(directory))
            ):
                yield process
