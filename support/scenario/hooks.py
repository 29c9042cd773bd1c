"""A scenario's journey, as the hooks of `environment.py` tell it: begin, each step, end."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from behave.model import Scenario, Step
from behave.model_type import Status
from behave.runner import the_step_registry

from support.drivers.browser import NO_BROWSER
from support.drivers.http import HttpDriver
from support.errors import ExitCode, StepError, UsageError, require_feature
from support.evidence.recorder import Recorder
from support.faults.components import Component, FailureMode
from support.gherkin.step_declarations import does_compare_states, unexpected_input
from support.gherkin.tags import NEEDS, READONLY
from support.polling import report_waits as tell_waits
from support.scenario.cleanup import CleanupFailed
from support.scenario.leaks import LeakAudit, LeakedRecord
from support.scenario.run import Run
from support.scenario.world import RETAINED, VOLATILE, World
from support.targets.access import SIGN_IN_PATHS
from support.targets.capabilities import Capability, MissingCapability

LOOKED_INTO = frozenset({Capability.DATABASE, Capability.REDIS})

StepFunction = TypeVar("StepFunction", bound=Callable[..., None])


class StopRequested(KeyboardInterrupt):
    """The run was asked to stop while a step ran; behave takes it for a Ctrl-C."""


@dataclass
class _Stage:
    """What the scenarios of this process share; `audit` is made when the first scenario begins."""

    run: Run
    audit: LeakAudit | None = None


_stage: _Stage


def use(run: Run) -> None:
    """Make this the run whose target the scenarios of this process use; once in each process."""
    global _stage
    _stage = _Stage(run)
    for keyword, left_out in (("given", _skip), ("when", _skip), ("then", _leave_out)):
        for definition in the_step_registry.steps[keyword]:
            definition.func = contained(_tolerant(definition.func, left_out))


def require_runner() -> None:
    """End behave with a sentence where it runs without our runner, which it finds in pyproject.toml beside it."""
    if "support.runner" not in sys.modules:
        sys.stderr.write("Nothing was run. Start behave in the project's folder, where pyproject.toml is.\n")
        raise SystemExit(ExitCode.USAGE)


def contained(code: Callable[..., None]) -> Callable[..., None]:
    """Return a step or hook that can end neither the worker, which would cost its clean-up, nor the run.

    `sys.exit` in it is a mistake of the code like any other; so is an error that cannot say what is wrong.
    """

    @functools.wraps(code)
    def tried(*values: Any, **named: Any) -> None:
        try:
            code(*values, **named)
        except StopRequested:
            raise
        except BaseException as error:
            kind = type(error).__name__
            try:
                text = str(error)
            except Exception as trouble:  # noqa: BLE001 - whatever an error's own code raises
                raise StepError(f"{kind} was raised, and cannot say why: {type(trouble).__name__}") from error
            if not isinstance(error, Exception):
                raise StepError(f"{kind}({text}) was raised, but no step or hook may end the process") from error
            raise

    return tried


def _tolerant(step: Callable[..., None], left_out: Callable[[Any, MissingCapability], None]) -> Callable[..., None]:
    """Return a step that does not fail where the target does not grant what it needs, but is left out.

    It fails where something stands below it that it would not read: that would be green, and check nothing.
    """

    @functools.wraps(step)
    def tried(context: Any, *values: Any, **named: Any) -> None:
        error = unexpected_input(step, table=context.table is not None, text=context.text is not None)
        require_feature(not error, error)
        try:
            step(context, *values, **named)
        except MissingCapability as gap:
            left_out(context, gap)

    return tried


def _skip(context: Any, gap: MissingCapability) -> None:
    context.scenario.skip(str(gap))


def _leave_out(context: Any, gap: MissingCapability) -> None:
    """Leave a check out and say so; a scenario of which nothing could be checked is skipped, not green."""
    world: World = context.world
    world.skip_check(gap)
    checks = sum(step.step_type == "then" for step in context.scenario.all_steps)
    if world.checks_skipped == checks:
        context.scenario.skip(f"nothing of it could be checked. {gap}")


def begin(scenario: Scenario) -> World:
    """Return the world of a scenario; skip the scenario where the target lacks a capability that it asks for.

    Without a look into the stores a scenario still runs: what it checks there is left out, and its report says so.
    """
    run = _stage.run
    if run.embedded is not None and _stage.audit is None:
        _stage.audit = LeakAudit(run, volatile=VOLATILE, retained=RETAINED)
    reason = _why_not(run, scenario)
    if reason:
        scenario.skip(reason)
    # What is tagged read-only is so at every target: else production would be the first to refuse it.
    read_only = READONLY in scenario.effective_tags
    world = World(run, requires=frozenset(needs(scenario)), compares_states=compares(scenario), read_only=read_only)
    tell_waits(world.record_wait)
    return world


def _why_not(run: Run, scenario: Scenario) -> str | None:
    """Return why the target, or this machine, cannot play a scenario."""
    lacking = sorted(capability for capability in set(needs(scenario)) - LOOKED_INTO if not run.provides(capability))
    if Capability.BROWSER in lacking:
        return NO_BROWSER
    if lacking:
        return f"the target {run.target.name!r} does not grant: {', '.join(lacking)}"
    if not run.provides(Capability.WRITES) and READONLY not in scenario.effective_tags:
        return f"the target {run.target.name!r} does not grant writes: only scenarios tagged @{READONLY} run there"
    if Capability.FAULTS not in needs(scenario):
        return None
    for part, kind in _faults_of(scenario):
        if run.fault_injector.find(part, kind) is None:
            return f"the target {run.target.name!r} has no way to make it so that {part} is {kind}"
    return None


def _faults_of(scenario: Scenario) -> Iterator[tuple[Component, FailureMode]]:
    """Yield the faults that a scenario's steps make."""
    for match in (_match(step.step_type, step.name) for step in scenario.all_steps):
        if match is not None:
            message = {argument.name: argument.value for argument in match.arguments}
            if isinstance(message.get("part"), Component) and isinstance(message.get("kind"), FailureMode):
                yield message["part"], message["kind"]


def needs(scenario: Scenario) -> Iterator[Capability]:
    """Yield what a scenario asks of the target with its tags `@needs.NAME`. Raises UsageError for an unknown name."""
    for tag in scenario.effective_tags:
        if tag.startswith(NEEDS):
            try:
                yield Capability(tag.removeprefix(NEEDS))
            except ValueError:
                raise UsageError(f"@{tag} asks for nothing known. Known: {', '.join(Capability)}.") from None


def compares(scenario: Scenario) -> bool:
    """Whether a step of the scenario compares the stores with what they were before its first When."""
    matches = (_match(step.step_type, step.name) for step in scenario.all_steps)
    return any(does_compare_states(match.func) for match in matches if match is not None)


@functools.cache
def _match(kind: str, sentence: str) -> Any:
    """The step definition that takes a sentence, with what it reads there; None where there is none."""
    return the_step_registry.find_match(_StepText(kind, sentence))


class _StepText(NamedTuple):
    """As much of a step as a step definition looks at."""

    step_type: str
    name: str


def step_begins(world: World, step: Step) -> None:
    """Note the state of the stores before the first When, for a scenario that compares with it."""
    world.step_started()
    if step.step_type == "when":
        world.before_when()


def step_ended(world: World, step: Step) -> None:
    """Attach the step's evidence to the report."""
    world.record_partner_calls()
    # behave's own question compares with a dozen names, for every step.
    failed = step.status is not Status.passed and step.status.has_failed()
    if failed and step.exception is not None and (cause := world.evidence.cause_of_failure()):
        step.exception.add_note(cause)
    world.evidence.step_ended(failed, f"{step.keyword} {step.name}", world.skipped_checks)


def finish() -> None:
    """Sign out who is signed in for all scenarios. An embedded platform goes, and its sessions with it."""
    run = _stage.run
    if run.embedded is None:
        http = HttpDriver(
            run.deployment.api_url,
            run.target.limits,
            Recorder(run.masker),
            writes=False,
            exempt=SIGN_IN_PATHS,
            headers=run.target.gateway_headers,
            trusted=run.target.trusted,
        )
        run.sessions.end(http)
        http.close()


def _take_leave(world: World, audit: LeakAudit | None) -> None:
    """Take away what the scenario created. What is left is told now: the next scenario is not to be blamed for it."""
    look = audit.check if audit else lambda: None
    try:
        world.close()
    except CleanupFailed as failure:
        try:
            look()
        except LeakedRecord as left:
            raise CleanupFailed(f"{failure}; {left}") from failure.__cause__
        raise
    look()


def end(world: World, scenario: Scenario) -> None:
    """Take away what the scenario created; what could not be taken away fails it. A failure gets the servers' logs."""
    failed = bool(scenario.compute_status().has_failed())
    scenario.not_checked = sorted(world.skipped)
    try:
        _take_leave(world, _stage.audit)
    except Exception:
        failed = True
        raise
    finally:
        scenario.observed = world.observed
        if failed:
            _stage.run.sessions.renew()
            world.attach_logs()
        tell_waits(None)
        world.record_partner_calls()
        world.evidence.scenario_ended(failed, world.skipped_checks)
