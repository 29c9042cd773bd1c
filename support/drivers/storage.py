"""The media storage as a folder that the platform and the tests share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from support.errors import FeatureError
from support.evidence.recorder import Recorder


class StorageDriver:
    """Files of the media storage for one scenario. Paths are relative to its root."""

    def __init__(self, root: Path, evidence: Recorder) -> None:
        self.root = root
        self._evidence = evidence

    def require_available(self) -> None:
        """Fail while the storage is unavailable: a folder created in its place would prevent its restoration."""
        if not self.root.is_dir():
            raise FeatureError(
                "the media storage is unavailable: write files before the fault is injected or after it is restored"
            )

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of every file."""
        for path in sorted(self.root.rglob("*")):
            if path.is_file():
                with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                    yield str(path.relative_to(self.root)), path.read_bytes()

    def exists(self, path: str) -> bool:
        """Whether a file exists."""
        return (self.root / path).is_file()

    def read(self, path: str) -> str:
        """Return the content of a text file; fails if it does not exist."""
        try:
            content = (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise AssertionError(f"{path} in the media storage: expected a file, got nothing") from None
        self._evidence.attach(path, content, "text/plain")
        return content

    def write(self, path: str, content: str) -> None:
        """Write a text file and create its folders. Fails for a path outside the storage."""
        self.require_available()
        target = (self.root / path).resolve()
        if not target.is_relative_to(self.root.resolve()):
            raise FeatureError(f'"{path}" is outside the media storage')
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        self._evidence.attach(path, content, "text/plain")

    def remove(self, path: str) -> None:
        """Delete a file if it exists."""
        (self.root / path).unlink(missing_ok=True)

    def modified(self, path: str) -> float:
        """Return when a file was last written, in seconds since the epoch."""
        return (self.root / path).stat().st_mtime

    def listing(self, pattern: str) -> list[str]:
        """Return the files that match a pattern such as `city-council-x7f3a12c4*`, sorted."""
        return sorted(str(path.relative_to(self.root)) for path in self.root.glob(pattern) if path.is_file())
