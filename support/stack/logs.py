"""What the servers wrote while a scenario ran, all of it or of one request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from support.polling import PollingTimeout, eventually

TAIL_BYTES = 16 * 1024
WRITTEN_WITHIN = 0.5  # seconds after the answer: the line that tells of a request is written when it has been answered

_BEGINS = re.compile(r"\d{4}-\d\d-\d\d[T ]")


class LogPositions:
    """The ends of all logs in a folder at the moment it is made; `written` returns what came after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends: Mapping[Path, int] = {log: log.stat().st_size for log in folder.glob("*.log")}

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield name and new text of each log that grew; of a long text only the last 16 KiB."""
        for log, begin, end in self._grown():
            yield log.name, _text(log, max(begin, end - TAIL_BYTES), end, whole=end - begin <= TAIL_BYTES)

    def _grown(self) -> Iterator[tuple[Path, int, int]]:
        for log in sorted(self._folder.glob("*.log")):
            begin, end = self._ends.get(log, 0), log.stat().st_size
            if end > begin:
                yield log, begin, end

    def of_request(self, request_id: str) -> str:
        """Return the lines of one request, with the stacks below them; empty where there are none."""
        try:
            eventually(
                f"log lines of request {request_id}",
                lambda: self._of(request_id),
                bool,
                expected="some",
                within=WRITTEN_WITHIN,
            )
        except PollingTimeout:
            return ""
        return self._of(request_id)

    def _of(self, request_id: str) -> str:
        found = []
        for log, begin, end in self._grown():
            expected, lines = False, []
            for line in _text(log, begin, end, whole=True).splitlines():
                if _BEGINS.match(line):
                    expected = request_id in line
                if expected:
                    lines.append(line)
            if lines:
                found += [f"{log.name}:", *lines]
        return "\n".join(found)


def _text(log: Path, begin: int, end: int, *, whole: bool) -> str:
    with log.open("rb") as stream:
        stream.seek(begin)
        text = stream.read(end - begin).decode("utf-8", "replace")
    # Half a line may hold half a secret, which nothing recognises.
    return text if whole else text.partition("\n")[2] or text
