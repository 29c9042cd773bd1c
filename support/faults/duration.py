"""Faults with a duration: injected now, restored after some seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable

from support.faults.components import Component, FailureMode
from support.faults.injection import Faults
from support.polling import pause
from support.scenario.cleanup import Cleanup


def inject_for(faults: Faults, component: Component, mode: FailureMode, seconds: float) -> None:
    """Inject a fault, wait for a number of seconds and restore the component.

    Raises MissingCapability if the target cannot inject the fault.
    """
    faults.inject(component, mode)
    pause(seconds)
    faults.restore(component)


def inject_until(
    faults: Faults,
    component: Component,
    mode: FailureMode,
    seconds: float,
    cleanup: Cleanup,
) -> Callable[[], None]:
    """Inject a fault and return; a thread restores the component after a number of seconds.

    Returns a function that waits for the restoration. The end of the scenario restores it earlier.
    """
    faults.inject(component, mode)
    ended = threading.Event()
    errors: list[Exception] = []

    def restore() -> None:
        pause(seconds, ended)
        try:
            if faults.is_injected(component):
                faults.restore(component)
        except Exception as error:  # noqa: BLE001 - raised by `wait`, in the thread of the scenario
            errors.append(error)

    def wait() -> None:
        thread.join()
        if errors:
            raise errors.pop()

    def end() -> None:
        ended.set()
        wait()

    thread = threading.Thread(target=restore, name=f"restore {component}", daemon=True)
    cleanup.add(f"end the fault of {component} with a duration", end)
    thread.start()
    return wait
