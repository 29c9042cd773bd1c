"""Formatters and reporters that cannot end a run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class Contained:
    """A formatter or reporter; it is disabled, and its error reported, when it raises.

    Errors of the operating system, such as a full disk or a closed pipe, are raised: they concern every output.
    """

    def __init__(self, wrapped: Any, report: Callable[[str], None]) -> None:
        self._wrapped = wrapped
        self._report = report
        self._failed = False

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._wrapped, name)
        return functools.partial(self._call, value) if callable(value) else value

    def _call(self, method: Callable[..., Any], *values: Any, **named: Any) -> Any:
        if self._failed:
            return None
        try:
            return method(*values, **named)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a formatter raises, the results are kept
            self._failed = True
            name = type(self._wrapped).__name__
            self._report(f"{name} failed, its output is incomplete: {type(error).__name__}: {error}")
        return None
