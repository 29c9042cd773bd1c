"""What a step function declares: the input that may follow its step text, and what it requires of the target."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from support.targets.capabilities import Capability

StepFunction = TypeVar("StepFunction", bound=Callable[..., None])

TABLE, TEXT = "table", "text"


def step_input(*kinds: str) -> Callable[[StepFunction], StepFunction]:
    """Declare that a table, a text, or either may follow the step text. Without this declaration none may."""

    def declare(function: StepFunction) -> StepFunction:
        function.accepts = frozenset(kinds)  # type: ignore[attr-defined]
        return function

    return declare


def requires(*capabilities: Capability) -> Callable[[StepFunction], StepFunction]:
    """Declare what the target must provide; `acceptance check` asks scenarios for the tags."""

    def declare(function: StepFunction) -> StepFunction:
        function.required = frozenset(capabilities)  # type: ignore[attr-defined]
        return function

    return declare


def compares_states(function: StepFunction) -> StepFunction:
    """Declare that a step compares the stores with their state before the first When of its scenario."""
    function.compares_states = True  # type: ignore[attr-defined]
    return function


def required_by(function: Callable[..., Any]) -> Collection[Capability]:
    """Return what a step function requires of the target."""
    required: Collection[Capability] = getattr(inspect.unwrap(function), "required", frozenset())
    return required


def does_compare_states(function: Callable[..., Any]) -> bool:
    """Whether a step function compares the stores with an earlier state."""
    return bool(getattr(inspect.unwrap(function), "compares_states", False))


def unexpected_input(function: Callable[..., Any], *, table: bool, text: bool) -> str:
    """Return the error about a table or text that a step does not accept; empty where there is none."""
    accepted: Collection[str] = getattr(inspect.unwrap(function), "accepts", frozenset())
    if table and text:
        return "a step has a table or a text, not both"
    for given, kind, other in ((table, TABLE, TEXT), (text, TEXT, TABLE)):
        if given and kind not in accepted:
            advice = f"write a {other} instead" if other in accepted else f"remove the {kind}, or use another step text"
            return f"this step accepts no {kind}: {advice}"
    return ""
