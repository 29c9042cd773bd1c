"""What runs created at a live target, written down as it happens, so that a sweep finds it after a kill."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import psutil

FOLDER = Path("reports") / "created"


@dataclass(frozen=True)
class Created:
    """One thing: the path it was posted to, its id, who did it, the mark of the scenario, and the process."""

    path: str
    id: str
    actor: str
    mark: str
    at: float
    host: str
    process: int
    process_began: float


class Journal:
    """A file for each target, with a line for each thing that was created."""

    def __init__(self, target: str, folder: Path = FOLDER) -> None:
        self._path = folder / f"{target}.jsonl"

    def add(self, path: str, content: Any, actor: str, mark: str) -> None:
        """Note what was created, where the answer tells its id."""
        id = content.get("id") if isinstance(content, Mapping) else None
        if id is None:
            return
        me = psutil.Process()
        created = Created(path, str(id), actor, mark, time.time(), socket.gethostname(), me.pid, me.create_time())
        with self._held() as file:
            file.write(json.dumps(asdict(created)) + "\n")

    def left(self) -> list[Created]:
        """Return what runs that have ended created; what a run that goes on created is its own business."""
        return [created for created in self._all() if not _goes_on(created)]

    @property
    def path(self) -> Path:
        """Where the file is, if anything was created."""
        return self._path

    def unreadable(self) -> int:
        """Return how many lines tell of nothing, because they were not written to their end."""
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        return len(lines) - len(list(self._all()))

    def forget(self, gone: list[Created]) -> None:
        """Take away the lines of what is gone."""
        with self._held():
            rest = [created for created in self._all() if created not in gone]
            if not rest:
                self._path.unlink()
                return
            made = self._path.with_suffix(f".{os.getpid()}")
            made.write_text("".join(json.dumps(asdict(created)) + "\n" for created in rest), encoding="utf-8")
            made.replace(self._path)

    @contextlib.contextmanager
    def _held(self) -> Iterator[IO[str]]:
        """Open the file for appending, and let no other process append to it or replace it meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            with self._path.open("a", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file.fileno()).st_nlink:  # otherwise it was replaced while we waited for it
                    yield file
                    return

    def _all(self) -> Iterator[Created]:
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError, TypeError):  # half a line: its writer was killed, or the disk full
                    yield Created(**json.loads(line))


def _goes_on(created: Created) -> bool:
    if created.host != socket.gethostname():
        return False
    try:
        return abs(psutil.Process(created.process).create_time() - created.process_began) < 1
    except psutil.Error:
        return False
