"""Whether a failure may come from the test environment: a stopped process, an overloaded machine, a dead server."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
from behave.model import Scenario

from support.drivers.http import NoResponse
from support.polling import PollingTimeout
from support.runner.workers.clock import OVERLOADED, PAUSED, ClockMonitor
from support.scenario.hooks import needs
from support.scenario.run import Run
from support.targets.capabilities import Capability


class Environment:
    """Watches the clock and the embedded servers of one worker."""

    def __init__(self, run: Run, clock: ClockMonitor) -> None:
        self._run = run
        self._clock = clock
        self._injects_faults = False
        self._api = 0
        self.damage = ""

    def start_scenario(self, scenario: Scenario) -> None:
        """Forget what was measured before."""
        self._clock.reset()
        self._injects_faults = Capability.FAULTS in needs(scenario)
        self._api = 0 if self._injects_faults else self._api_process()

    def is_damaged(self, after: Scenario | None = None) -> bool:
        """Return whether a server ended that no scenario stopped; `damage` describes it then.

        A scenario that injects faults is allowed to leave its cleanup to restore them.
        """
        if after is not None and self._injects_faults:
            return False
        self.damage = next(self._dead_servers(), "")
        return bool(self.damage)

    def _dead_servers(self) -> Iterator[str]:
        embedded = self._run.embedded
        if embedded is None:
            return
        for part in (embedded.postgres, embedded.redis, embedded.platform):
            if not part.server.running:
                code = part.server.process.returncode if part.server.process is not None else None
                yield f"{part.server.name} ended unexpectedly with code {code}"

    def _api_process(self) -> int:
        if self._run.embedded is None:
            return 0
        try:
            return self._run.embedded.platform.pid("api")
        except LookupError:
            return 0

    def explain(self, failure: BaseException | None) -> str:
        """Return why the environment may have caused a failure; an empty text if it did not."""
        paused = self._clock.longest_pause()
        if paused >= PAUSED:
            return f"this process was stopped for {paused:.1f} s while the scenario ran"
        if isinstance(failure, PollingTimeout | NoResponse) and self._clock.delay() >= OVERLOADED:
            return f"the machine is overloaded, {self._clock.delay():.0%} of the time was lost waiting for a processor"
        if self._injects_faults:
            return ""
        dead = next(self._dead_servers(), "")
        if not dead and self._api and (self._api_process() != self._api or not psutil.pid_exists(self._api)):
            dead = "the platform's API process ended unexpectedly while the scenario ran, and was restarted"
        return dead
