"""The media storage as a folder that the platform and the tests share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from support.errors import FeatureError
from support.evidence.recorder import Recorder


class StorageDriver:
    """One scenario's hands in the media storage. Paths are relative to its root."""

    def __init__(self, root: Path, evidence: Recorder) -> None:
        self.root = root
        self._evidence = evidence

    def require_there(self) -> None:
        """Fail where the storage itself is away: a folder made in its place would be in the way of its return."""
        if not self.root.is_dir():
            raise FeatureError("the media storage is away: put files there before it goes, or once it is back")

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of every file."""
        for path in sorted(self.root.rglob("*")):
            if path.is_file():
                with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
                    yield str(path.relative_to(self.root)), path.read_bytes()

    def exists(self, path: str) -> bool:
        """Whether a file lies there."""
        return (self.root / path).is_file()

    def read(self, path: str) -> str:
        """Return a text file; fails with a sentence where there is none."""
        try:
            content = (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise AssertionError(f"the media storage should hold {path}, but does not") from None
        self._evidence.attach(path, content, "text/plain")
        return content

    def write(self, path: str, content: str) -> None:
        """Write a text file; its folders are made. Fails for a path that leads out of the storage."""
        self.require_there()
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root.resolve()):
            raise FeatureError(f'"{path}" leads out of the media storage')
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
        self._evidence.attach(path, content, "text/plain")

    def remove(self, path: str) -> None:
        """Take a file away; none there is fine."""
        (self.root / path).unlink(missing_ok=True)

    def modified(self, path: str) -> float:
        """When a file was last written, in seconds since the epoch."""
        return (self.root / path).stat().st_mtime

    def listing(self, pattern: str) -> list[str]:
        """Return the files that match a pattern such as `city-council-x7f3a12c4*`, sorted."""
        return sorted(str(path.relative_to(self.root)) for path in self.root.glob(pattern) if path.is_file())
