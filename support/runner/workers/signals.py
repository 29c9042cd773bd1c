"""Signals that end a run early: Ctrl-C, SIGTERM, and a closed terminal."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def interrupts(handle: Callable[[int], None]) -> Iterator[None]:
    """Call `handle` with the number of each signal that asks for the end of the run, inside the block."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            detach_output()
        handle(number)

    numbers = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if _handles_hangup() else [])]
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_signals_to_the_runner() -> None:
    """Ignore the signals that this worker receives together with the runner, which decides what to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _handles_hangup():
        signal.signal(signal.SIGHUP, lambda number, frame: detach_output())


def _handles_hangup() -> bool:
    return signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN  # nohup has it ignored


def is_closed_output(error: BaseException) -> bool:
    """Return whether an error means that the terminal or pipe of the output is closed."""
    return isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.EIO, errno.EBADF)


def detach_output(*, files: bool = False) -> None:
    """Redirect the output to the null device: writing to a closed terminal or pipe would raise.

    Output to files is kept, unless `files` says that these cannot be written either.
    """
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):  # it was closed before the start
            if not files and stat.S_ISREG(os.fstat(descriptor).st_mode):
                continue
        os.dup2(null, descriptor)
    os.close(null)
