"""Files that do not open: what a hanging network drive does to whoever reads from it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class HangingFiles:
    """Puts a FIFO in the place of every file below a folder: who opens one waits, until the files are back.

    Who waited then reads the file's beginning (what a pipe holds) from the FIFO. `aside` is a folder on the same file
    system, for the files meanwhile. New files open as ever, and so does the folder itself.
    """

    def __init__(self, root: Path, aside: Path) -> None:
        self._root = root
        self._aside = aside
        self._places: list[Path] = []

    def begin(self) -> None:
        """Take the files away."""
        self._aside.mkdir()
        for place in filter(Path.is_file, list(self._root.rglob("*"))):
            file, fifo = self._kept(len(self._places))
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                os.link(place, file)
                os.mkfifo(fifo)
                self._places.append(place)
                _put(fifo, place)

    def end(self) -> None:
        """Put the files back, but those that were deleted meanwhile, and let go who waits for them."""
        for number, place in enumerate(self._places):
            file, fifo = self._kept(number)
            content = file.read_bytes()
            if place.is_fifo():
                _put(file, place)
            _feed(fifo, content)
            file.unlink()
            fifo.unlink()
        self._places.clear()
        with contextlib.suppress(FileNotFoundError):
            self._aside.rmdir()

    def _kept(self, number: int) -> tuple[Path, Path]:
        return self._aside / f"{number}.file", self._aside / f"{number}.fifo"


def _put(file: Path, place: Path) -> None:
    """Put a file in a place at once, whatever is there, and keep it where it is."""
    link = file.with_suffix(".link")
    os.link(file, link)
    link.replace(place)


def _feed(fifo: Path, content: bytes) -> None:
    """Let those who opened the FIFO go on; nothing happens where nobody has."""
    try:
        pipe = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody waits
        return
    with contextlib.suppress(OSError):  # who waited has not stayed, or the pipe is full
        os.write(pipe, content)
    os.close(pipe)
