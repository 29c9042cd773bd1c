"""Inject faults into components of the platform and restore them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from support.errors import FeatureError
from support.faults.components import Component, FailureMode
from support.scenario.cleanup import Cleanup
from support.targets.capabilities import MissingCapability


@dataclass(frozen=True)
class Fault:
    """How to break a part in one way, and how to mend it; mending what is not broken does nothing."""

    inject: Callable[[], object]
    restore: Callable[[], object]


class FaultInjector(Protocol):
    """What can break and mend parts of one target."""

    def find(self, part: Component, kind: FailureMode) -> Fault | None:
        """Return the fault; None where this target cannot do that."""


__all__ = ["Fault", "FaultInjector", "Faults"]


class Faults:
    """One scenario's way to break parts. Mending is registered the moment a part is broken.

    A failing scenario therefore never leaves a broken platform to the next. `prove_healthy` is called before the first
    fault, so that a scenario blames no platform that was ill before, and after the last is mended. `mark` is told
    what happens: "Redis is frozen", "Redis is back".
    """

    def __init__(
        self,
        breaker: FaultInjector,
        cleanup: Cleanup,
        *,
        prove_healthy: Callable[[], object],
        mark: Callable[[str], object],
        injected: set[tuple[str, str]],
    ) -> None:
        self._injector = breaker
        self._cleanup = cleanup
        self._prove_healthy = prove_healthy
        self._mark = mark
        self._faulty: dict[Component, list[Fault]] = {}
        self._proved = False
        self.injected = injected

    def inject(self, part: Component, kind: FailureMode) -> None:
        """Break a part; it stays so until `end` or the end of the scenario. NotGranted where the target has no way."""
        fault = self._injector.find(part, kind)
        if fault is None:
            raise MissingCapability("faults", f"this target has no way to make it so that {part} is {kind}")
        if not self._proved:
            self._proved = True
            self._prove_healthy()
            self._cleanup.add("see the platform healthy again after the fault", self._prove_healthy)
        self._faulty.setdefault(part, []).append(fault)
        self.injected.add((str(part), str(kind)))
        self._cleanup.add(f"mend {part}, which was {kind}", fault.restore)
        self._mark(f"{part} is {kind}")
        fault.inject()

    def restore(self, part: Component) -> None:
        """Mend a part. Fails where this scenario has not broken it."""
        if part not in self._faulty:
            broken = ", ".join(self._faulty) or "nothing"
            raise FeatureError(f"{part} should be broken before it can come back, but broken is: {broken}")
        for fault in reversed(self._faulty.pop(part)):
            fault.restore()
        self._mark(f"{part} is back")
