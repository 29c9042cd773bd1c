"""Corrects what behave makes of a step: pending steps, failed hooks, and failures that the environment explains."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from behave.api.pending_step import StepNotImplementedError
from behave.model import Step
from behave.model_type import Status

from support.errors import FeatureError

Hook = Callable[..., None]


class StepPending(Exception):
    """The step is not implemented yet. behave would let a pending step pass in a scenario tagged @wip."""


class Inconclusive(Exception):
    """The step failed, but the test environment may be the cause."""


def reports_pending(code: Callable[..., None]) -> Callable[..., None]:
    """Return a step function whose pending state reaches `guarded`, with its text, whatever the scenario's tags."""

    @functools.wraps(code)
    def guarded_step(*values: Any, **named: Any) -> None:
        try:
            code(*values, **named)
        except StepNotImplementedError as error:
            raise StepPending(str(error)) from error

    return guarded_step


def guarded(hooks: dict[str, Hook], environment_problem: Callable[[BaseException | None], str]) -> dict[str, Hook]:
    """Return the hooks with those of steps replaced.

    A failing hook does not hide that its step failed before: both are reported. `environment_problem` explains the
    failure of a step by its environment; the step is inconclusive then. It returns an empty text otherwise.
    """
    return {
        **hooks,
        "before_step": _before_step(hooks.get("before_step")),
        "after_step": _after_step(hooks.get("after_step"), environment_problem),
    }


def notes_of(step: Step) -> list[str]:
    """Return the messages of the step's failed hooks, as the console prints them."""
    return list(getattr(step, "notes", ()))


def _before_step(hook: Hook | None) -> Hook:
    def before_step(context: Any, step: Step) -> None:
        step.notes = []
        try:
            if hook is not None:
                hook(context, step)
        except Exception as error:
            step.notes.append(_note("before_step", error))
            raise

    return before_step


def _after_step(hook: Hook | None, environment_problem: Callable[[BaseException | None], str]) -> Hook:
    def after_step(context: Any, step: Step) -> None:
        try:
            if hook is not None:
                hook(context, step)
        except Exception as error:
            step.notes.append(_note("after_step", error))
            if not step.status.has_failed():
                raise
            print(step.notes[-1])
            step.exception = _with(step.exception, f"The teardown of this step failed: {_described(error)}")
        if isinstance(step.exception, StepPending):
            step.status = Status.pending
        elif step.status == Status.failed:
            problem = environment_problem(step.exception)
            if problem:
                step.status = Status.error
                text = f"Inconclusive: {problem}. The failure was: {step.exception}"
                step.exception = Inconclusive(text).with_traceback(step.exception.__traceback__)
                step.notes.append(text)

    return after_step


def _note(hook: str, error: Exception) -> str:
    return f"HOOK-ERROR in {hook}: {type(error).__name__}: {error}"


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _with(exception: BaseException, reason: str) -> BaseException:
    """Return an exception of the same name and traceback, with a further line of text."""
    base = next(one for one in (AssertionError, FeatureError, Exception) if isinstance(exception, one))
    kept = {"__module__": type(exception).__module__}
    extended: Exception = type(type(exception).__name__, (base,), kept)(f"{exception}\n{reason}")
    extended.__cause__ = exception.__cause__
    return extended.with_traceback(exception.__traceback__)


def pending_or_undefined(steps: Iterator[Step] | list[Step]) -> bool:
    """Return whether a step is not implemented: running it again cannot change that."""
    return any(step.status.is_undefined() or step.status.is_pending() for step in steps)
