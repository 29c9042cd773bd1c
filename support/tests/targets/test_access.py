"""Which drivers a scenario gets: what the target provides, its tags name, and whether it may write."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.errors import FeatureError
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.faults.components import Component, FailureMode
from support.faults.injection import Fault, Faults
from support.scenario.cleanup import Cleanup
from support.scenario.run import Run
from support.targets.access import TargetAccess
from support.targets.capabilities import Capability, MissingCapability
from support.targets.settings import Target


class FakeRun:
    """A run at a target with these capabilities; its stores are not reachable."""

    def __init__(self, *capabilities: Capability, embedded: object = None) -> None:
        self.target = Target(name="staging", capabilities=frozenset(capabilities))
        self.deployment = SimpleNamespace(api_url="http://127.0.0.1:1", media_root="/nowhere")
        self.embedded, self.connections, self.document = embedded, None, None
        self.engine: Any = None
        self.redis: Any = None
        self.signing_key, self.fault_injector = "key", object()

    def provides(self, capability: Capability) -> bool:
        return capability in self.target.capabilities

    def require(self, capability: Capability) -> None:
        if not self.provides(capability):
            raise MissingCapability(capability, f"no {capability}")


def access(*capabilities: Capability, asks_for: tuple[Capability, ...] = (), read_only: bool = False) -> TargetAccess:
    run = cast(Run, FakeRun(*capabilities))
    return TargetAccess(run, Recorder(Masker()), "x1", asks_for=asks_for, read_only=read_only)


@pytest.mark.parametrize(
    ("driver", "capability"),
    [("database", Capability.DATABASE), ("redis", Capability.REDIS), ("storage", Capability.STORAGE)],
)
def test_a_store_needs_its_capability_and_no_tag(driver: str, capability: Capability) -> None:
    with pytest.raises(MissingCapability):
        getattr(access(), driver)
    if driver != "storage":
        assert getattr(access(capability), driver) is not None


@pytest.mark.parametrize(
    ("read", "capability"),
    [
        (lambda one: one.signing_key(), Capability.SIGNING_KEY),
        (lambda one: one.fault_injector, Capability.FAULTS),
        (lambda one: one.stub(object()), Capability.PARTNERS),
    ],
    ids=["signing key", "faults", "partners"],
)
def test_an_active_capability_needs_a_tag_too(read: Any, capability: Capability) -> None:
    with pytest.raises(MissingCapability):
        read(access(asks_for=(capability,)))
    with pytest.raises(FeatureError, match=f"tag its scenario @needs.{capability}"):
        read(access(capability))
    assert read(access(capability, asks_for=(capability,)))


def test_processes_belong_to_the_embedded_platform() -> None:
    with pytest.raises(MissingCapability, match="only the processes of the embedded platform"):
        _ = access(Capability.FAULTS, asks_for=(Capability.FAULTS,)).processes


@pytest.mark.parametrize(("writes", "read_only"), [(False, False), (True, True)])
def test_nothing_is_written_without_the_capability_or_in_a_read_only_scenario(writes: bool, read_only: bool) -> None:
    one = access(*([Capability.WRITES] if writes else []), Capability.DATABASE, read_only=read_only)
    with pytest.raises(FeatureError, match="was not sent"):
        one.http.post("/api/vod/create")
    with pytest.raises(FeatureError, match="was not sent"):
        one.database.write("DELETE FROM vods")


def test_a_store_that_the_scenario_made_unavailable_is_explained() -> None:
    one = access(Capability.DATABASE, Capability.REDIS)
    injector = SimpleNamespace(find=lambda component, mode: Fault(lambda: None, lambda: None))
    faults = Faults(cast(Any, injector), Cleanup(), prove_healthy=lambda: None, mark=lambda event: None, injected=set())
    one.faults = faults
    assert one._explain(Component.DATABASE) == ""
    faults.inject(Component.DATABASE, FailureMode.GONE)
    assert "which the scenario made unavailable: restore it before this step" in one._explain(Component.DATABASE)
    assert one._explain(Component.REDIS) == ""
    faults.restore(Component.DATABASE)
    assert one._explain(Component.DATABASE) == ""
