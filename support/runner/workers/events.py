"""What behave tells its formatters in a worker, and what is printed there, on its way to the runner."""

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

TOGETHER = 0.1  # seconds
_NONE = -1  # is the number of no scenario


class EventForwarder(Formatter):  # type: ignore[misc]
    """Hands on to the runner what behave tells formatters; with retries only of the last try.

    Each message wakes the runner, so what is told within a tenth of a second goes together.
    """

    def __init__(self, send: Callable[[Sequence[Message]], None], mask: Mask, *, live: bool) -> None:
        self._send = send
        self._mask = mask
        self._live = live
        self._held: list[Event] = []
        self._handed_on = 0.0
        self._number = _NONE
        self._steps: dict[int, int] = {}
        self.stream = _Stream(self.printed)

    def start(self, number: int, scenario: Scenario) -> None:
        """Tell of this scenario from now on; what was held back of an earlier try is forgotten."""
        self._held = []
        self._number = number
        self._steps = {id(step): index for index, step in enumerate(scenario.all_steps)}

    def end(self, *last: Message) -> None:
        """Tell how the scenario has ended, and what was held back before."""
        self._send([*self._held, *last])
        self._held = []
        self._number = _NONE

    def printed(self, text: str) -> None:
        """Tell what was printed, such as that a hook failed, so that it stands with its scenario."""
        if self._number == _NONE:
            self._send([Printed(text)])
        else:  # not sent from here: what ends a step may interrupt it while it prints
            self._held.append(Event(self._number, "printed", text=text))

    def scenario(self, scenario: Scenario) -> None:
        """Tell that a scenario is announced."""
        self._tell("scenario")

    def step(self, step: Step) -> None:
        """Tell that a step is announced."""
        self._tell("step", self._steps[id(step)])

    def result(self, step: Step) -> None:
        """Tell a step's verdict."""
        self._tell("result", self._steps[id(step)], StepOutcome.of(step, self._mask))

    def _tell(self, what: str, step: int = -1, outcome: StepOutcome | None = None) -> None:
        self._held.append(Event(self._number, what, step, outcome))
        if self._live and time.monotonic() - self._handed_on > TOGETHER:
            with unlimited():  # whoever reads may have stopped the terminal
                self._send(self._held)
            self._held = []
            self._handed_on = time.monotonic()


class _Stream(io.TextIOBase):
    """Hands on what is written."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def write(self, text: str) -> int:
        """Hand it on."""
        self._write(text)
        return len(text)

    def fileno(self) -> int:
        """The file beneath, for programs that a step starts."""
        return sys.__stdout__.fileno() if sys.__stdout__ else super().fileno()
