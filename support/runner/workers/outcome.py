"""Outcomes of scenarios as plain data, which travel to the runner and are applied to its model there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from behave.capture import Captured
from behave.model import Scenario, Step
from behave.model_type import Status

from support.allure.status import is_failed_check, scenario_details
from support.errors import FeatureError
from support.evidence.exchanges import Observed
from support.gherkin.parse import CONTROL
from support.runner.workers.guard import notes_of

Mask = Callable[[str], str]
NOTHING = Observed()


def printable(text: str) -> str:
    """Escape characters that a console, JUnit or JSON cannot represent: a platform may respond with any."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


@dataclass(frozen=True)
class ExceptionInfo:
    """The type and text of an exception; the class itself may be unknown, or not picklable, in the runner."""

    name: str
    text: str
    base: type[Exception]

    @classmethod
    def of(cls, exception: BaseException | None, mask: Mask) -> ExceptionInfo | None:
        """Describe an exception."""
        if exception is None:
            return None
        base = next((one for one in (AssertionError, FeatureError) if isinstance(exception, one)), Exception)
        return cls(type(exception).__name__, mask(str(exception)), base)

    def restored(self) -> Exception:
        """Return an exception with the same name and text, for formatters that print them."""
        restored: Exception = type(self.name, (self.base,), {})(self.text)
        return restored


@dataclass(frozen=True)
class Output:
    """What was printed and logged in one phase of a scenario."""

    phase: str | None
    failed: bool
    stdout: str
    stderr: str
    log: str

    @classmethod
    def of(cls, captured: Captured, mask: Mask) -> Output:
        """Copy what behave captured."""
        return cls(captured.name, captured.failed, mask(captured.stdout), mask(captured.stderr), mask(captured.log))

    def restored(self) -> Captured:
        """Return it in behave's form."""
        return Captured(self.stdout, self.stderr, self.log, name=self.phase, failed=self.failed)


@dataclass(frozen=True)
class StepOutcome:
    """The outcome of a step; `duration` in seconds."""

    status: str
    duration: float
    hook_failed: bool
    error_message: str | None
    exception: ExceptionInfo | None

    @classmethod
    def of(cls, step: Step, mask: Mask) -> StepOutcome:
        """Copy the outcome of a step."""
        message = _message_of(step)
        return cls(
            status=step.status.name,
            duration=step.duration,
            hook_failed=bool(step.hook_failed),
            error_message=None if message is None else mask(message),
            exception=ExceptionInfo.of(step.exception, mask),
        )

    def apply(self, step: Step) -> None:
        """Apply the outcome to a step."""
        step.status = Status[self.status]
        step.duration = self.duration
        step.hook_failed = self.hook_failed
        step.error_message = self.error_message
        step.exception = self.exception.restored() if self.exception else None


def _message_of(step: Step) -> str | None:
    """Return what the console prints about a step: behave overwrites the text of a failed hook."""
    notes = notes_of(step)
    message = step.error_message
    if isinstance(step.exception, FeatureError):  # behave would print a place in the code instead
        message = f"INVALID FEATURE: {step.exception}"
    elif step.status == Status.pending and step.exception is not None:
        message = f"PENDING: {step.exception}"
    if not notes:
        return None if message is None else str(message)
    return "\n".join([*([str(message).rstrip()] if message else []), *notes])


@dataclass(frozen=True)
class ScenarioOutcome:
    """The outcome of a scenario and its steps; `seconds` is its duration with hooks and cleanups.

    `message` is the text of the report, made in the worker, where exceptions still have their tracebacks.
    """

    status: str
    hook_failed: bool
    error_message: str | None
    exception: ExceptionInfo | None
    skip_reason: str | None
    steps: tuple[StepOutcome, ...]
    output: tuple[Output, ...]
    seconds: float
    attempts: int = 1
    not_checked: tuple[str, ...] = ()
    observed: Observed = NOTHING
    message: str = ""
    product_failed: bool = False  # in a hook or cleanup; failed steps have a status of their own

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        mask: Mask,
        seconds: float,
        attempts: int,
        cleanup_errors: Sequence[BaseException] = (),
    ) -> ScenarioOutcome:
        """Copy the outcome of a scenario; behave does not store the errors of its cleanups."""
        message = scenario.error_message
        details = scenario_details(scenario, cleanup_errors)
        return cls(
            status=scenario.status.name,
            hook_failed=bool(scenario.hook_failed),
            error_message=None if message is None else mask(str(message)),
            exception=ExceptionInfo.of(scenario.exception, mask),
            skip_reason=mask(str(scenario.skip_reason)) if scenario.skip_reason else None,
            steps=tuple(StepOutcome.of(step, mask) for step in scenario.all_steps),
            output=tuple(Output.of(part, mask) for part in scenario.captured.captures),
            seconds=seconds,
            attempts=attempts,
            not_checked=tuple(getattr(scenario, "not_checked", ())),
            observed=getattr(scenario, "observed", NOTHING),
            message=mask(str(details.message or "")) if details else "",
            product_failed=any(map(is_failed_check, (scenario.exception, *cleanup_errors))),
        )

    @classmethod
    def lost(cls, scenario: Scenario, reason: str) -> ScenarioOutcome:
        """Return the outcome of a scenario whose worker died."""
        untested = StepOutcome(Status.untested.name, 0.0, False, None, None)
        return cls(
            status=Status.hook_error.name,
            hook_failed=True,
            error_message=reason,
            exception=ExceptionInfo("WorkerDied", reason, Exception),
            skip_reason=None,
            steps=tuple(untested for _ in scenario.all_steps),
            output=(),
            seconds=0.0,
            message=reason,
        )

    @property
    def flaky(self) -> bool:
        """Whether the scenario passed on retry."""
        return self.attempts > 1 and Status[self.status] == Status.passed

    def apply(self, scenario: Scenario) -> None:
        """Apply the outcome to a scenario and its steps."""
        for step, outcome in zip(scenario.all_steps, self.steps, strict=True):
            outcome.apply(step)
        scenario.hook_failed = self.hook_failed
        scenario.error_message = self.error_message
        scenario.exception = self.exception.restored() if self.exception else None
        scenario.should_skip = scenario.should_skip or Status[self.status] == Status.skipped
        scenario.skip_reason = self.skip_reason
        scenario.not_checked = self.not_checked
        scenario.outcome = self
        scenario.captured.reset()
        for part in self.output:
            scenario.captured.add_captured(part.restored())
        scenario.set_status(Status[self.status])
