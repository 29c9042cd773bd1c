"""Forwards the events of behave's formatters, and printed text, from a worker to the runner."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence

from behave.formatter.base import Formatter
from behave.model import Scenario, Step

from support.runner.workers.messages import Event, Message, Printed
from support.runner.workers.outcome import Mask, StepOutcome
from support.runner.workers.watchdog import unlimited

BATCH_SECONDS = 0.1
_NONE = -1  # no scenario


class EventForwarder(Formatter):  # type: ignore[misc]
    """A formatter that sends its calls to the runner; with retries only those of the last attempt.

    Each message wakes the runner, so the events of a tenth of a second are sent together.
    """

    def __init__(self, send: Callable[[Sequence[Message]], None], mask: Mask, *, live: bool) -> None:
        self._send = send
        self._mask = mask
        self._live = live
        self._events: list[Event] = []
        self._sent_at = 0.0
        self._number = _NONE
        self._steps: dict[int, int] = {}
        self.stream = _Stream(self.printed)

    def start(self, number: int, scenario: Scenario) -> None:
        """Forward the events of this scenario; drop unsent ones of an earlier attempt."""
        self._events = []
        self._number = number
        self._steps = {id(step): index for index, step in enumerate(scenario.all_steps)}

    def end(self, *last: Message) -> None:
        """Send the unsent events, then the last messages of the scenario."""
        self._send([*self._events, *last])
        self._events = []
        self._number = _NONE

    def printed(self, text: str) -> None:
        """Forward printed text, such as the message of a failed hook, with its scenario."""
        if self._number == _NONE:
            self._send([Printed(text)])
        else:  # not sent from here, because the time limit may interrupt a step while it prints
            self._events.append(Event(self._number, "printed", text=text))

    def scenario(self, scenario: Scenario) -> None:
        """Forward that a scenario is announced."""
        self._forward("scenario")

    def step(self, step: Step) -> None:
        """Forward that a step is announced."""
        self._forward("step", self._steps[id(step)])

    def result(self, step: Step) -> None:
        """Forward the outcome of a step."""
        self._forward("result", self._steps[id(step)], StepOutcome.of(step, self._mask))

    def _forward(self, type: str, step: int = -1, outcome: StepOutcome | None = None) -> None:
        self._events.append(Event(self._number, type, step, outcome))
        if self._live and time.monotonic() - self._sent_at > BATCH_SECONDS:
            with unlimited():  # the runner does not receive while its terminal is stopped
                self._send(self._events)
            self._events = []
            self._sent_at = time.monotonic()


class _Stream(io.TextIOBase):
    """A text stream that forwards what is written."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def write(self, text: str) -> int:
        """Forward the text."""
        self._write(text)
        return len(text)

    def fileno(self) -> int:
        """Return the underlying file, for programs that a step starts."""
        return sys.__stdout__.fileno() if sys.__stdout__ else super().fileno()
