"""What became of a scenario or a step, in words that a reader of the report understands."""

import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from allure_commons.model2 import Status, StatusDetails

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
_PHASES = {"before": "set-up", "after": "tear-down"}
_HOOK_ERROR = re.compile(r"^HOOK-ERROR in (before|after)_\w+(?:\(tag=.*?\))?: ", re.MULTILINE)


def status_of(element: Any) -> str:
    """Allure's status of a behave scenario or step: behave's own verdict, unfinished work being skipped."""
    return _STATUS.get(element.status.name, Status.SKIPPED)


def scenario_details(scenario: Any, cleanup_errors: Sequence[BaseException]) -> StatusDetails | None:
    """Why the scenario did not pass: its failed step first, then its hooks, then its clean-up."""
    if not scenario.status.has_failed():
        return StatusDetails(message=scenario.skip_reason) if scenario.skip_reason else None
    failed_step = next((step for step in scenario.all_steps if step.status.has_failed()), None)
    cleanups = [f"Cleaning up after this scenario failed: {explained(error)}" for error in cleanup_errors]
    if scenario.status.name == "cleanup_error" and not cleanups:
        cleanups = ["Cleaning up after this scenario failed; the console says how."]
    sentences = [
        *([step_message(failed_step)] if failed_step else []),
        *(sentence for _, sentence in hook_failures(scenario, "this scenario")),
        *cleanups,
    ]
    sentences = sentences or [str(scenario.error_message or "")]
    traces = [_step_trace(failed_step) if failed_step else None]
    traces += [own_trace(error) for error in (scenario.exception, *cleanup_errors) if error]
    return StatusDetails(message="\n".join(sentences), trace="\n".join(filter(None, traces)))


def step_details(step: Any) -> StatusDetails | None:
    """Why the step did not pass; None if it did, or did not run."""
    # behave's own questions compare with a dozen names, for every step.
    if step.status.name != "passed" and (step.status.has_failed() or step.status.is_pending()):
        return StatusDetails(message=step_message(step), trace=_step_trace(step))
    return None


def step_message(step: Any) -> str:
    """One sentence on a step that failed."""
    if step.status.is_undefined() and step.error_message:
        return str(step.error_message)  # the nearest sentences that there are
    if step.status.is_undefined() or step.status.is_pending():
        return f"This step is not written yet: {step.keyword} {step.name}"
    if step.status.name == "hook_error":
        hooks = [frame.name for frame in traceback.extract_tb(step.exception.__traceback__)]
        for phase, words in _PHASES.items():
            if f"{phase}_step" in hooks:
                return f"The {words} of this step failed: {explained(step.exception)}"
    return explained(step.exception)


def hook_failures(element: Any, subject: str) -> Iterator[tuple[str, str]]:
    """The failed hooks of a feature, rule or scenario: ("before" or "after", sentence), in order."""
    _, *parts = _HOOK_ERROR.split(element.error_message or "")
    for index, (phase, text) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        # behave keeps the exception of the first failed hook, and only the text of later ones.
        reason = explained(element.exception) if index == 0 else text.strip().removeprefix("AssertionError: ")
        yield phase, f"The {_PHASES[phase]} of {subject} failed: {reason}"


def explained(exception: BaseException) -> str:
    """What the exception says: assertions and the project's own errors are sentences, others get their class's name."""
    text = str(exception).strip()
    if isinstance(exception, AssertionError):
        return text or f"A check failed without saying why: {_last_own_line(exception)}"
    if text and type(exception).__module__.partition(".")[0] in {"support", "steps"}:
        return text
    name = type(exception).__name__
    return f"{name}: {text}" if text else name


def own_trace(exception: BaseException) -> str:
    """The trace of the exception and its causes, with the project's own frames only, relative to the project."""
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
    """The frames of files below the working directory, packages of a virtual environment there excepted."""
    project = Path.cwd()
    return [
        traceback.FrameSummary(str(path.relative_to(project)), frame.lineno, frame.name, line=frame.line)
        for frame in frames
        # behave compiles step modules with relative file names.
        if (path := Path(frame.filename).absolute()).is_relative_to(project)
        and "site-packages" not in path.parts
        and not frame.filename.startswith("<")
    ]
