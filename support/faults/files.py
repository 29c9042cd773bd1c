"""Files whose opening blocks, as on a network drive that does not respond."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class BlockingFiles:
    """Replace every file below a folder with a FIFO, so that opening a file blocks until `unblock`.

    A blocked reader then gets the start of the file (the capacity of a pipe) from the FIFO. `aside` is a folder on the
    same file system for the files meanwhile. The folder itself and new files open without blocking.
    """

    def __init__(self, root: Path, aside: Path) -> None:
        self._root = root
        self._aside = aside
        self._places: list[Path] = []

    def block(self) -> None:
        """Replace the files."""
        self._aside.mkdir()
        for place in filter(Path.is_file, list(self._root.rglob("*"))):
            file, fifo = self._paths(len(self._places))
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                os.link(place, file)
                os.mkfifo(fifo)
                self._places.append(place)
                _put(fifo, place)

    def unblock(self) -> None:
        """Restore the files, except those that were deleted meanwhile, and release blocked readers."""
        for number, place in enumerate(self._places):
            file, fifo = self._paths(number)
            content = file.read_bytes()
            if place.is_fifo():
                _put(file, place)
            _feed(fifo, content)
            file.unlink()
            fifo.unlink()
        self._places.clear()
        with contextlib.suppress(FileNotFoundError):
            self._aside.rmdir()

    def _paths(self, number: int) -> tuple[Path, Path]:
        return self._aside / f"{number}.file", self._aside / f"{number}.fifo"


def _put(file: Path, place: Path) -> None:
    """Link a file to a place atomically and replace what is there; the file also stays where it is."""
    link = file.with_suffix(".link")
    os.link(file, link)
    link.replace(place)


def _feed(fifo: Path, content: bytes) -> None:
    """Release the readers that opened the FIFO, if there are any."""
    try:
        pipe = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # no reader waits
        return
    with contextlib.suppress(OSError):  # the reader has gone, or the pipe is full
        os.write(pipe, content)
    os.close(pipe)
