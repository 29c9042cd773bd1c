"""Masks what a process prints and logs."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import Iterator
from typing import TextIO

from support.evidence.masking import Masker


class MaskedStream(io.TextIOBase):
    """Writes masked text line by line: a secret may be split over two writes, but hardly over two lines."""

    def __init__(self, stream: TextIO, masker: Masker) -> None:
        self._stream = stream
        self._masker = masker
        self._pending = ""

    def write(self, text: str) -> int:
        """Write every complete line."""
        lines, newline, self._pending = (self._pending + text).rpartition("\n")
        if newline:
            self._stream.write(self._masker.text(lines) + newline)
        return len(text)

    def flush(self) -> None:
        """Write the incomplete last line as well."""
        if self._pending:
            self._stream.write(self._masker.text(self._pending))
            self._pending = ""
        self._stream.flush()

    def fileno(self) -> int:
        """Return the descriptor of the file; direct writes to it are not masked."""
        return self._stream.fileno()


@contextlib.contextmanager
def masked_output(masker: Masker) -> Iterator[None]:
    """Mask what this process prints and logs while the block runs."""
    before = sys.stdout, sys.stderr
    masked = tuple(MaskedStream(stream, masker) for stream in before)
    redirected = [
        (handler, handler.stream)
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream in before
    ]
    for handler, stream in redirected:
        handler.setStream(masked[before.index(stream)])
    sys.stdout, sys.stderr = masked
    try:
        yield
    finally:
        for stream in masked:
            stream.flush()
        sys.stdout, sys.stderr = before
        for handler, stream in redirected:
            handler.setStream(stream)
