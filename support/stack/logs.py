"""What the servers wrote while a scenario ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

TAIL_BYTES = 16 * 1024


class LogMarks:
    """The ends of all logs in a folder at the moment it is made; `written` returns what came after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends: Mapping[Path, int] = {log: log.stat().st_size for log in folder.glob("*.log")}

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield name and new text of each log that grew; of a long text only the last 16 KiB."""
        for log in sorted(self._folder.glob("*.log")):
            size = log.stat().st_size
            begin = max(self._ends.get(log, 0), size - TAIL_BYTES)
            if size > begin:
                with log.open("rb") as stream:
                    stream.seek(begin)
                    text = stream.read(size - begin).decode("utf-8", "replace")
                    if begin > self._ends.get(log, 0):
                        # Half a line may hold half a secret, which nothing recognises.
                        text = text.partition("\n")[2] or text
                    yield log.name, text
