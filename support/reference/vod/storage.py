"""The media storage: recordings, and the captions and summaries that stand beside them."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import TypeVar
from uuid import UUID

from support.reference.errors import StorageUnavailable

_TIMEOUT_SECONDS = 2.0
"""For opening and reading a file. A network drive may hang; who asks for a file is not to hang with it."""

_Result = TypeVar("_Result")


def captions_path(file_path: str) -> str:
    """Where the captions of a recording are, relative to the storage as the recording is."""
    return str(PurePosixPath(file_path).with_suffix(".scc"))


def summary_path(file_path: str) -> str:
    """Where the summary of a recording is."""
    path = PurePosixPath(file_path)
    return str(path.with_name(f"{path.stem}_summary.json"))


class MediaStorage:
    """Files under one directory, named by relative paths. Raises ``StorageUnavailable`` when the directory is away."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def check(self) -> None:
        """Raise ``StorageUnavailable`` unless files can be read and written."""
        if not self._root.is_dir() or not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            raise StorageUnavailable

    def locate(self, path: str) -> Path:
        """The place of a file, which need not exist."""
        self.check()
        return self._root / path

    def read(self, path: str) -> bytes | None:
        """The file, None when the storage is there and the file is not."""
        try:
            return _with_timeout(self.locate(path).read_bytes)
        except FileNotFoundError:
            return None
        except OSError:
            raise StorageUnavailable from None

    def require_readable(self, path: str) -> Path:
        """The place of a file that opens now. Raises OSError when the storage is there and the file does not open."""
        place = self.locate(path)
        _with_timeout(lambda: place.open("rb").close())
        return place

    def write(self, path: str, content: str, *, owner: UUID) -> None:
        """Write a file whole or not at all. Two owners may write the same file at the same time; the last one wins."""
        target = self.locate(path)
        draft = _draft(target, owner)
        try:
            draft.write_text(content, encoding="utf-8")
            draft.replace(target)
        except OSError:
            raise StorageUnavailable from None

    def remove(self, path: str, *, owner: UUID, shared: bool) -> None:
        """Remove what an interrupted ``write`` of this owner may have left, and the file unless others share it."""
        target = self.locate(path)
        try:
            if not shared:
                target.unlink(missing_ok=True)
            _draft(target, owner).unlink(missing_ok=True)
        except OSError:
            raise StorageUnavailable from None


def _with_timeout(work: Callable[[], _Result]) -> _Result:
    """What ``work`` gives or raises; ``StorageUnavailable`` where it hangs, in a thread that is then left to itself."""
    result: Future[_Result] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again for who waits
            result.set_exception(error)

    Thread(target=run, name="storage", daemon=True).start()
    try:
        return result.result(_TIMEOUT_SECONDS)
    except TimeoutError:
        raise StorageUnavailable from None


def _draft(target: Path, owner: UUID) -> Path:
    return target.with_name(f".{target.name}.{owner}.tmp")
