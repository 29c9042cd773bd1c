"""Faults, background traffic and durability."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.declaration import Capability
from support.capabilities.operations import OperationsAttributes
from support.capabilities.vod import VodAttributes
from support.drivers.http import HttpDriver
from support.evidence.recorder import Recorder
from support.faults.components import Component, FailureMode
from support.faults.injection import Faults
from support.faults.processes import Processes
from support.gherkin.parameter_types import one_of
from support.load.background import TIMEOUT, BackgroundTraffic
from support.load.samples import OUTCOMES
from support.targets.settings import Limits


class RecoveryAttributes(VodAttributes, OperationsAttributes):
    """What `world` offers for faults and recovery."""

    @cached_property
    def faults(self) -> Faults:
        """Faults of the platform's components."""
        self.reach.faults = Faults(
            self.reach.fault_injector,
            self.cleanup,
            prove_healthy=self.operations.prove_healthy,
            mark=self.background.mark,
            injected=self.injected_faults,
        )
        return self.reach.faults

    @cached_property
    def processes(self) -> Processes:
        """The processes of the embedded platform."""
        return self.reach.processes

    @cached_property
    def background(self) -> BackgroundTraffic:
        """Users who use the platform during a fault."""

        def connect(evidence: Recorder) -> HttpDriver:
            return self.reach.open_http(evidence, limits=Limits(connect=TIMEOUT, response=TIMEOUT))

        return BackgroundTraffic(connect, self.access, self.cleanup, self.evidence, self.run.masker, self.media)


RECOVERY = Capability(
    name="recovery",
    epic="Errors_and_recovery",
    behaviours="REC",
    parameter_types={
        "Component": one_of(Component, "a component that can fail", Component),
        "FailureMode": one_of(FailureMode, "the way in which a component fails", FailureMode),
        "Outcome": one_of(OUTCOMES, "the outcome of requests", OUTCOMES.__getitem__),
    },
    remembered={
        "API process": "When the database is suddenly unavailable",
        "connections": "Given the number of database connections is known",
    },
)
