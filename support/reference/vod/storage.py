"""The media storage: recordings, with their captions and summaries beside them."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import TypeVar
from uuid import UUID

from support.reference.errors import StorageUnavailable

_TIMEOUT_SECONDS = 2.0
"""The limit for opening and reading a file: a network drive may hang."""

_Result = TypeVar("_Result")


def captions_path(file_path: str) -> str:
    """Return the path of a recording's captions, relative to the storage."""
    return str(PurePosixPath(file_path).with_suffix(".scc"))


def summary_path(file_path: str) -> str:
    """Return the path of a recording's summary, relative to the storage."""
    path = PurePosixPath(file_path)
    return str(path.with_name(f"{path.stem}_summary.json"))


class MediaStorage:
    """Files in one directory, with relative paths.

    Raises ``StorageUnavailable`` while the directory is away.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def check(self) -> None:
        """Raise ``StorageUnavailable`` unless files can be read and written."""
        if not self._root.is_dir() or not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            raise StorageUnavailable

    def locate(self, path: str) -> Path:
        """Return the absolute path of a file, which need not exist."""
        self.check()
        return self._root / path

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, None if it does not exist."""
        try:
            return _with_timeout(self.locate(path).read_bytes)
        except FileNotFoundError:
            return None
        except OSError:
            raise StorageUnavailable from None

    def require_readable(self, path: str) -> Path:
        """Return the absolute path of a file that can be opened.

        Raises OSError if the storage is available and the file cannot be opened.
        """
        place = self.locate(path)
        _with_timeout(lambda: place.open("rb").close())
        return place

    def write(self, path: str, content: str, *, owner: UUID) -> None:
        """Write a file completely or not at all; of simultaneous owners the last one wins."""
        target = self.locate(path)
        draft = _draft(target, owner)
        try:
            draft.write_text(content, encoding="utf-8")
            draft.replace(target)
        except OSError:
            raise StorageUnavailable from None

    def remove(self, path: str, *, owner: UUID, shared: bool) -> None:
        """Delete the file unless it is shared, and the owner's unfinished file."""
        target = self.locate(path)
        try:
            if not shared:
                target.unlink(missing_ok=True)
            _draft(target, owner).unlink(missing_ok=True)
        except OSError:
            raise StorageUnavailable from None


def _with_timeout(work: Callable[[], _Result]) -> _Result:
    """Return the result of ``work``. Raises ``StorageUnavailable`` if its thread hangs."""
    result: Future[_Result] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
            result.set_exception(error)

    Thread(target=run, name="storage", daemon=True).start()
    try:
        return result.result(_TIMEOUT_SECONDS)
    except TimeoutError:
        raise StorageUnavailable from None


def _draft(target: Path, owner: UUID) -> Path:
    return target.with_name(f".{target.name}.{owner}.tmp")
