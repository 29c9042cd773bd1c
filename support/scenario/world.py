"""Everything that one scenario knows: the only object that steps find on behave's context."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from contextvars import Context
from functools import cached_property
from typing import Any

from support.capabilities.api.partners import call_of
from support.capabilities.registry import CAPABILITIES, REMEMBERED, CapabilityAttributes
from support.evidence.exchanges import Observed
from support.evidence.recorder import Wait
from support.faults.durability import DurabilityLedger
from support.polling import INTERVAL, Timeline
from support.scenario.run import Run
from support.scenario.state import StateOfStores
from support.targets.capabilities import Capability, MissingCapability

VOLATILE = frozenset(table for capability in CAPABILITIES for table in capability.volatile)
"""Tables that change without a scenario's doing."""
RETAINED = frozenset(table for capability in CAPABILITIES for table in capability.retained)
"""Tables that keep rows on purpose."""


class World(CapabilityAttributes):
    """One scenario with the clients of every capability.

    With `compares_states` a step of the scenario will ask what changed since the first When.
    """

    def __init__(
        self,
        run: Run,
        *,
        requires: Collection[Capability] = (),
        compares_states: bool = False,
        read_only: bool = False,
    ) -> None:
        super().__init__(run, requires=requires, read_only=read_only)
        self.memory.created_by = REMEMBERED
        self._compares_states = compares_states
        self._partner_calls = {stub: len(stub.since(0)) for stub in run.partners}

    @cached_property
    def stores(self) -> StateOfStores:
        """All records of database, queue and Redis, to compare with an earlier state."""
        return StateOfStores(self.database, self.redis, lambda: self.access.by_themselves, volatile=VOLATILE)

    @cached_property
    def ledger(self) -> DurabilityLedger:
        """The acknowledged changes of this scenario, to compare with the stores."""
        return DurabilityLedger(self.database, [record for capability in CAPABILITIES for record in capability.durable])

    def record_wait(self, timeline: Timeline[Any]) -> None:
        """Record a wait as evidence, unless its condition was met at the first read."""
        if len(timeline.changes) > 1 or timeline.elapsed > INTERVAL:
            # A list of differences is empty in the end.
            changes = [(at, timeline.show(value) or "as expected") for at, value in timeline.changes]
            self.evidence.wait(Wait(timeline.subject, changes, timeline.elapsed))

    def record_partner_calls(self) -> None:
        """Record the platform's calls to partners since the last time as evidence."""
        for stub, number in self._partner_calls.items():
            calls = stub.since(number)
            self._partner_calls[stub] += len(calls)
            for call in calls:
                self.evidence.partner_call(call_of(call, stub.name, stub.url))

    def step_started(self) -> None:
        """Record where the evidence of the step starts."""
        self._exchanges_before_step = len(self.evidence.exchanges)

    def before_when(self) -> None:
        """Record the state of the stores, once, for the step that will compare with it."""
        if self._compares_states:
            self._compares_states = False
            with contextlib.suppress(MissingCapability):  # the step that compares reports it
                self.queue.settle()
                self.stores.note()

    def _logged(self, request_id: str) -> str:
        """Return what the embedded platform's processes logged for a request."""
        # In a context of its own: this wait is not part of the scenario.
        return Context().run(self._logs.of_request, request_id) if self._logs else ""

    @property
    def observed(self) -> Observed:
        """What the scenario has observed of the platform; read once, at its end."""
        document = self.run.known_document
        return Observed(
            answers=document.take_observed() if document else frozenset(),
            verdicts=frozenset(self.roles.verdicts),
            faults=frozenset(self.injected_faults),
        )

    def attach_logs(self) -> None:
        """Attach what the embedded platform's processes wrote during this scenario as evidence."""
        for name, text in self._logs.written() if self._logs else ():
            self.evidence.attach(name, text, "text/plain")

    def close(self) -> None:
        """Delete what the scenario created. Raises CleanupFailed with everything that could not be deleted."""
        try:
            self.cleanup.run()
        finally:
            self.reach.close()
