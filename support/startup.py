"""Loading without the garbage collector.

What is loaded stays until the end. Looking for garbage among it, again and again while it is loaded and once more when
Python ends, took a third of a second of every run; and what the collector touches is copied for each forked worker.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage inside, and later none among what exists at its end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
