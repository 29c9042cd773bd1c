"""Garbage collection during the start of a process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Disable the collector inside, then exclude every object that exists at the end from later collections.

    Loaded modules live until the process ends. Scanning them repeatedly took a third of a second of every run, and
    the collector's writes would make every forked worker copy their memory pages.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
