"""What became of a scenario in a worker, as plain data that travels to the runner and is put into its model there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from behave.capture import Captured
from behave.model import Scenario, Step
from behave.model_type import Status

from support.allure.status import scenario_details
from support.errors import FeatureError
from support.evidence.exchanges import Observed
from support.gherkin.parse import CONTROL

Mask = Callable[[str], str]
NOTHING = Observed()


def printable(text: str) -> str:
    """The text as every console, JUnit and JSON can hold it: what a platform answered may be anything."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


@dataclass(frozen=True)
class ExceptionInfo:
    """An exception, without the exception: a class of the tests may not be found, or not be copied, elsewhere."""

    kind: str
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
        """Return an exception of the same name and text, for formatters that print either."""
        restored: Exception = type(self.kind, (self.base,), {})(self.text)
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
        """Take what behave captured."""
        return cls(captured.name, captured.failed, mask(captured.stdout), mask(captured.stderr), mask(captured.log))

    def restored(self) -> Captured:
        """Return it as behave holds it."""
        return Captured(self.stdout, self.stderr, self.log, name=self.phase, failed=self.failed)


@dataclass(frozen=True)
class StepOutcome:
    """A step's verdict; `duration` in seconds."""

    status: str
    duration: float
    hook_failed: bool
    error_message: str | None
    exception: ExceptionInfo | None

    @classmethod
    def of(cls, step: Step, mask: Mask) -> StepOutcome:
        """Take the verdict from a step."""
        message = step.error_message
        if isinstance(step.exception, FeatureError):  # behave tells where in the code it was found
            message = f"FEATURE IS WRONG: {step.exception}"
        return cls(
            status=step.status.name,
            duration=step.duration,
            hook_failed=bool(step.hook_failed),
            error_message=None if message is None else mask(str(message)),
            exception=ExceptionInfo.of(step.exception, mask),
        )

    def apply(self, step: Step) -> None:
        """Put the verdict into a step."""
        step.status = Status[self.status]
        step.duration = self.duration
        step.hook_failed = self.hook_failed
        step.error_message = self.error_message
        step.exception = self.exception.restored() if self.exception else None


@dataclass(frozen=True)
class ScenarioOutcome:
    """A scenario's verdict with those of its steps; `seconds` is its whole time, hooks and clean-up included.

    `message` is what the report says of it: made here, where exceptions still know where they come from.
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

    @classmethod
    def of(cls, scenario: Scenario, mask: Mask, seconds: float, attempts: int) -> ScenarioOutcome:
        """Take the verdict from a scenario."""
        message = scenario.error_message
        details = scenario_details(scenario, ())
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
        )

    @classmethod
    def lost(cls, scenario: Scenario, reason: str) -> ScenarioOutcome:
        """Make the verdict of a scenario whose worker died."""
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
        """Whether it passed, but not at the first try."""
        return self.attempts > 1 and Status[self.status] == Status.passed

    def apply(self, scenario: Scenario) -> None:
        """Put the verdict into a scenario and its steps."""
        for step, outcome in zip(scenario.all_steps, self.steps, strict=True):
            outcome.apply(step)
        scenario.hook_failed = self.hook_failed
        scenario.error_message = self.error_message
        scenario.exception = self.exception.restored() if self.exception else None
        scenario.should_skip = scenario.should_skip or Status[self.status] == Status.skipped
        scenario.skip_reason = self.skip_reason
        scenario.captured.reset()
        for part in self.output:
            scenario.captured.add_captured(part.restored())
        scenario.set_status(Status[self.status])
