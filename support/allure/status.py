"""Statuses and failure messages of scenarios and steps for the report."""

import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from allure_commons.model2 import Status, StatusDetails
from behave.capture import Captured

_STATUS = {
    "passed": Status.PASSED,
    "xfailed": Status.PASSED,
    "pending_warn": Status.PASSED,
    "failed": Status.FAILED,
    "xpassed": Status.FAILED,
    "error": Status.BROKEN,
    "hook_error": Status.BROKEN,
    "cleanup_error": Status.BROKEN,
    "undefined": Status.BROKEN,
    "pending": Status.BROKEN,
    "skipped": Status.SKIPPED,
    "untested": Status.SKIPPED,
}
_UNAVAILABLE = frozenset({"NoResponse", "MissingCapability"})
_PHASES = {"before": "setup", "after": "teardown"}
_HOOK_ERROR = re.compile(r"^HOOK-ERROR in (before|after)_\w+(?:\(tag=.*?\))?: ", re.MULTILINE)


def status_of(element: Any) -> str:
    """Return Allure's status of a behave scenario or step; unfinished ones are skipped."""
    return _STATUS.get(element.status.name, Status.SKIPPED)


def own_output(scenario: Any) -> list[Captured]:
    """Return what the scenario printed, without failed hooks and cleanups: its message explains those already."""

    def kept(text: str) -> str:
        return "" if text.startswith(("HOOK-ERROR", "CLEANUP-ERROR")) else text

    outputs = [
        Captured(kept(part.stdout), kept(part.stderr), kept(part.log), name=part.name, failed=part.failed)
        for part in scenario.captured.captures
    ]
    return [output for output in outputs if output.has_output()]


def scenario_details(scenario: Any, cleanup_errors: Sequence[BaseException]) -> StatusDetails | None:
    """Return why the scenario failed or was skipped: failed step first, then hooks, then cleanups."""
    if not scenario.status.has_failed():
        reason = scenario.skip_reason or ("without a reason" if status_of(scenario) == Status.SKIPPED else "")
        return StatusDetails(message=str(reason)) if reason else None
    failed_step = next((step for step in scenario.all_steps if step.status.has_failed()), None)
    cleanups = [f"Cleanup of this scenario failed: {explained(error)}" for error in cleanup_errors]
    if scenario.status.name == "cleanup_error" and not cleanups:
        cleanups = ["Cleanup of this scenario failed: see the console."]
    messages = [
        *([step_message(failed_step)] if failed_step else []),
        *(message for _, message in hook_failures(scenario, "this scenario")),
        *cleanups,
    ]
    messages = messages or [str(scenario.error_message or "")]
    traces = [_step_trace(failed_step) if failed_step else None]
    traces += [own_trace(error) for error in (scenario.exception, *cleanup_errors) if error]
    return StatusDetails(message="\n".join(messages), trace="\n".join(filter(None, traces)))


def step_details(step: Any) -> StatusDetails | None:
    """Return why the step failed; None if it passed or did not run."""
    # Compared first, because behave's predicates are slow and called for every step.
    if step.status.name != "passed" and (step.status.has_failed() or step.status.is_pending()):
        return StatusDetails(message=step_message(step), trace=_step_trace(step))
    return None


def step_message(step: Any) -> str:
    """Return the message of a failed step."""
    if step.status.is_undefined() and step.error_message:
        return str(step.error_message)  # suggests similar step texts
    if step.status.is_undefined() or step.status.is_pending():
        text = str(step.exception).strip() if step.status.is_pending() and step.exception else ""
        return f"Step not implemented: {step.keyword} {step.name}" + (f" ({text})" if text else "")
    if step.status.name == "hook_error":
        hooks = [frame.name for frame in traceback.extract_tb(step.exception.__traceback__)]
        for phase, name in _PHASES.items():
            if f"{phase}_step" in hooks:
                return f"The {name} of this step failed: {explained(step.exception)}"
    return explained(step.exception)


def hook_failures(element: Any, subject: str) -> Iterator[tuple[str, str]]:
    """Yield phase ("before" or "after") and message of each failed hook of a feature, rule or scenario."""
    _, *parts = _HOOK_ERROR.split(element.error_message or "")
    for index, (phase, text) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        # behave stores the exception of the first failed hook, and only the text of later ones.
        reason = explained(element.exception) if index == 0 else text.strip().removeprefix("AssertionError: ")
        yield phase, f"The {_PHASES[phase]} of {subject} failed: {reason}"


def explained(exception: BaseException) -> str:
    """Return the text of an exception; errors of other libraries with the name of their class.

    Notes of the exception, such as the cause in the platform's log, follow the first line.
    """
    text = _with_notes(str(exception).strip(), getattr(exception, "__notes__", ()))
    if isinstance(exception, AssertionError):
        return text or f"A check failed without a message: {_last_own_line(exception)}"
    if text and type(exception).__module__.partition(".")[0] in {"support", "steps"}:
        return text
    name = type(exception).__name__
    return f"{name}: {text}" if text else name


def _with_notes(text: str, notes: Sequence[str]) -> str:
    if not notes:
        return text
    first, newline, rest = text.partition("\n")
    return f"{first} ({'; '.join(map(str, notes))}){newline}{rest}"


def is_failed_check(exception: BaseException | None) -> bool:
    """Return whether a check of the platform's behaviour failed, also as the cause of another exception.

    A platform that does not respond at all may be down for another reason, so that is not a failed check.
    """
    while exception is not None:
        if isinstance(exception, AssertionError):
            return type(exception).__name__ not in _UNAVAILABLE
        exception = exception.__cause__
    return False


def own_trace(exception: BaseException) -> str:
    """Return the traceback of the exception and its causes, with frames of this project only."""
    report = traceback.TracebackException.from_exception(exception)
    part: traceback.TracebackException | None = report
    while part:
        part.stack = traceback.StackSummary.from_list(own_frames(part.stack) or part.stack[-1:])
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
    return "".join(report.format())


def _step_trace(step: Any) -> str | None:
    return own_trace(step.exception) if step.exception and not step.status.is_pending() else None


def _last_own_line(exception: BaseException) -> str:
    frames = traceback.extract_tb(exception.__traceback__)
    last = (own_frames(frames) or frames)[-1]
    return f"{last.line} ({last.filename}, line {last.lineno})"


def own_frames(frames: Iterable[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    """Return the frames of files in the working directory, without those of a virtual environment in it."""
    project = Path.cwd()
    return [
        traceback.FrameSummary(str(path.relative_to(project)), frame.lineno, frame.name, line=frame.line)
        for frame in frames
        # behave compiles step modules with relative file names.
        if (path := Path(frame.filename).absolute()).is_relative_to(project)
        and "site-packages" not in path.parts
        and not frame.filename.startswith("<")
    ]
