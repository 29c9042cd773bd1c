"""Inject faults into components of the platform and restore them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from support.errors import FeatureError
from support.faults.components import Component, FailureMode
from support.scenario.cleanup import Cleanup
from support.targets.capabilities import MissingCapability


@dataclass(frozen=True)
class Fault:
    """The actions that inject and restore one fault; restoring a healthy component does nothing."""

    inject: Callable[[], object]
    restore: Callable[[], object]


class FaultInjector(Protocol):
    """The faults of one target."""

    def find(self, component: Component, mode: FailureMode) -> Fault | None:
        """Return the fault; None if this target cannot inject it."""


__all__ = ["Fault", "FaultInjector", "Faults"]


class Faults:
    """Inject and restore the faults of one scenario.

    The restoration is registered before the injection, so that a failing scenario never leaves a faulty platform.
    `prove_healthy` is called before the first fault, so that a scenario does not blame a platform that was unhealthy
    before, and after the last restoration. `mark` is called with each event: "Redis is frozen", "Redis is restored".
    """

    def __init__(
        self,
        injector: FaultInjector,
        cleanup: Cleanup,
        *,
        prove_healthy: Callable[[], object],
        mark: Callable[[str], object],
        injected: set[tuple[str, str]],
    ) -> None:
        self._injector = injector
        self._cleanup = cleanup
        self._prove_healthy = prove_healthy
        self._mark = mark
        self._lock = threading.RLock()  # a fault with a duration is restored by a thread of its own
        self._faulty: dict[Component, list[tuple[FailureMode, Fault]]] = {}
        self._proved = False
        self.injected = injected

    def inject(self, component: Component, mode: FailureMode) -> None:
        """Inject a fault; it lasts until `restore` or the end of the scenario.

        Raises MissingCapability if the target cannot inject it.
        """
        fault = self._injector.find(component, mode)
        if fault is None:
            raise MissingCapability("faults", f"the target cannot inject this fault: {component} {mode}")
        if not self._proved:
            self._proved = True
            self._prove_healthy()
            self._cleanup.add("check that the platform is healthy after the fault", self._prove_healthy)
        with self._lock:
            self._faulty.setdefault(component, []).append((mode, fault))
            self.injected.add((str(component), str(mode)))
            self._cleanup.add(f"restore {component}, which was {mode}", partial(self._restore_fault, component, fault))
            self._mark(f"{component} is {mode}")
            fault.inject()

    def restore(self, component: Component) -> None:
        """Restore a component. Raises FeatureError if this scenario has injected no fault into it."""
        with self._lock:
            if component not in self._faulty:
                faulty = ", ".join(self._faulty) or "nothing"
                raise FeatureError(f"{component} has no injected fault to restore (faulty: {faulty})")
            for _, fault in reversed(self._faulty.pop(component)):
                fault.restore()
            self._mark(f"{component} is restored")

    def _restore_fault(self, component: Component, fault: Fault) -> None:
        fault.restore()
        with self._lock:
            left = [(mode, one) for mode, one in self._faulty.pop(component, []) if one is not fault]
            if left:
                self._faulty[component] = left

    def is_injected(self, component: Component) -> bool:
        """Whether a component has a fault now."""
        return component in self._faulty

    def describe(self, component: Component) -> str:
        """Return the current failure mode of a component; empty for a healthy one."""
        modes = self._faulty.get(component, [])
        return str(modes[-1][0]) if modes else ""
