"""What asks a run to end early: Ctrl-C, SIGTERM, and a terminal that is closed."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def requests_to_end(heed: Callable[[int], None]) -> Iterator[None]:
    """Inside, call `heed` with the number of a signal that asks for the end."""

    def hear(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            leave_the_terminal()
        heed(number)

    asking = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if _terminal_matters() else [])]
    before = {number: signal.signal(number, hear) for number in asking}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_it_to_the_runner() -> None:
    """Let this worker be ended by nothing that the runner hears as well: it says what is to be done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _terminal_matters():
        signal.signal(signal.SIGHUP, lambda number, frame: leave_the_terminal())


def _terminal_matters() -> bool:
    return signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN  # as it is below nohup


def leave_the_terminal() -> None:
    """Print into nothing from now on: a terminal that is gone, or a pipe to what ended with it, would raise."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.dup2(nothing, descriptor)
    os.close(nothing)
