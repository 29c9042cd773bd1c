"""A scenario's journey, as the hooks of `environment.py` tell it: begin, each step, end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from behave.model import Scenario, Step
from behave.runner import the_step_registry

from support.audit import LeakAudit
from support.drivers.browser import NO_BROWSER
from support.exits import UsageError
from support.faults import Kind, Part
from support.run import Run
from support.settings import Capability
from support.tags import NEEDS
from support.world import World

StepFunction = TypeVar("StepFunction", bound=Callable[..., None])


@dataclass
class _Stage:
    """What the scenarios of this process share; `audit` is made when the first scenario begins."""

    run: Run
    audit: LeakAudit | None = None


_current: list[_Stage] = []


def use(run: Run) -> None:
    """Make this the run whose target the scenarios use."""
    _current[:] = [_Stage(run)]


def compares_states(step: StepFunction) -> StepFunction:
    """Mark a step that compares the stores with what they were before its scenario's first When."""
    step.compares_states = True  # type: ignore[attr-defined]
    return step


def catches_processes(step: StepFunction) -> StepFunction:
    """Mark a step that catches processes at a certain moment, which only the embedded platform allows."""
    step.catches_processes = True  # type: ignore[attr-defined]
    return step


def begin(scenario: Scenario) -> World:
    """Return the world of a scenario; skip the scenario where the target lacks a capability that it asks for."""
    [stage] = _current
    run = stage.run
    if run.embedded is not None and stage.audit is None:
        stage.audit = LeakAudit(run)
    reason = _why_not(run, scenario)
    if reason:
        scenario.skip(reason)
    return World(run, compares_states=_has_step(scenario, "compares_states"))


def _why_not(run: Run, scenario: Scenario) -> str | None:
    """Return why the target, or this machine, cannot play a scenario."""
    lacking = sorted(capability for capability in needs(scenario) if not run.grants(capability))
    if Capability.BROWSER in lacking:
        return NO_BROWSER
    if lacking:
        return f"the target {run.target.name!r} does not grant: {', '.join(lacking)}"
    if run.embedded is None and _has_step(scenario, "catches_processes"):
        return "only the processes of the embedded platform can be caught at a certain moment"
    for part, kind in _faults_of(scenario):
        if run.breaker.find(part, kind) is None:
            return f"the target {run.target.name!r} has no way to make it so that {part} is {kind}"
    return None


def _faults_of(scenario: Scenario) -> Iterator[tuple[Part, Kind]]:
    """Yield the faults that a scenario's steps make."""
    for match in (the_step_registry.find_match(step) for step in scenario.all_steps):
        if match is not None:
            told = {argument.name: argument.value for argument in match.arguments}
            if isinstance(told.get("part"), Part) and isinstance(told.get("kind"), Kind):
                yield told["part"], told["kind"]


def needs(scenario: Scenario) -> Iterator[Capability]:
    """Yield what a scenario asks of the target with its tags `@needs.NAME`. Raises UsageError for an unknown name."""
    for tag in scenario.effective_tags:
        if tag.startswith(NEEDS):
            try:
                yield Capability(tag.removeprefix(NEEDS))
            except ValueError:
                raise UsageError(f"@{tag} asks for nothing known. Known: {', '.join(Capability)}.") from None


def _has_step(scenario: Scenario, mark: str) -> bool:
    """Return whether a step of the scenario is marked so."""
    matches = (the_step_registry.find_match(step) for step in scenario.all_steps)
    return any(getattr(match.func, mark, False) for match in matches if match is not None)


def step_begins(world: World, step: Step) -> None:
    """Note the state of the stores before the first When, for a scenario that compares with it."""
    if step.step_type == "when":
        world.before_when()


def step_ended(world: World, step: Step) -> None:
    """Attach the step's evidence to the report."""
    world.evidence.step_ended(step.status.has_failed())


def end(world: World, scenario: Scenario) -> None:
    """Take away what the scenario created; what could not be taken away fails it. A failure gets the servers' logs."""
    failed = bool(scenario.compute_status().has_failed())
    [stage] = _current
    try:
        world.close()
        if stage.audit is not None:
            stage.audit.check()
    except Exception:
        failed = True
        raise
    finally:
        if failed:
            world.attach_logs()
        world.evidence.scenario_ended(failed)
