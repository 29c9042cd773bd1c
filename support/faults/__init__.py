"""Breaking parts of the platform and mending them again."""

from __future__ import annotations

from collections.abc import Callable

from support.cleanup import Cleanup
from support.faults.breaker import Breaker, Fault
from support.granting import NotGranted
from support.mistakes import FeatureMistake
from support.parts import Failure, Part

__all__ = ["Breaker", "Fault", "Faults"]


class Faults:
    """One scenario's way to break parts. Mending is registered the moment a part is broken.

    A failing scenario therefore never leaves a broken platform to the next. `prove_healthy` is called before the first
    fault, so that a scenario blames no platform that was ill before, and after the last is mended. `mark` is told
    what happens: "Redis is frozen", "Redis is back".
    """

    def __init__(
        self,
        breaker: Breaker,
        cleanup: Cleanup,
        *,
        prove_healthy: Callable[[], object],
        mark: Callable[[str], object],
    ) -> None:
        self._breaker = breaker
        self._cleanup = cleanup
        self._prove_healthy = prove_healthy
        self._mark = mark
        self._broken: dict[Part, list[Fault]] = {}
        self._proved = False
        self.begun: set[tuple[str, str]] = set()
        """What was broken so far: part and kind."""

    def begin(self, part: Part, kind: Failure) -> None:
        """Break a part; it stays so until `end` or the end of the scenario. NotGranted where the target has no way."""
        fault = self._breaker.find(part, kind)
        if fault is None:
            raise NotGranted("faults", f"this target has no way to make it so that {part} is {kind}")
        if not self._proved:
            self._proved = True
            self._prove_healthy()
            self._cleanup.add("see the platform healthy again after the fault", self._prove_healthy)
        self._broken.setdefault(part, []).append(fault)
        self.begun.add((str(part), str(kind)))
        self._cleanup.add(f"mend {part}, which was {kind}", fault.mend)
        self._mark(f"{part} is {kind}")
        fault.begin()

    def end(self, part: Part) -> None:
        """Mend a part. Fails where this scenario has not broken it."""
        if part not in self._broken:
            broken = ", ".join(self._broken) or "nothing"
            raise FeatureMistake(f"{part} should be broken before it can come back, but broken is: {broken}")
        for fault in reversed(self._broken.pop(part)):
            fault.mend()
        self._mark(f"{part} is back")
