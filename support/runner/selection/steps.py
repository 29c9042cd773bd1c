"""Rejects steps that two step definitions match: behave would silently run the one that was loaded first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from behave.matchers import ParseMatcher
from behave.model import Scenario
from behave.step_registry import StepRegistry

from support.errors import SelectionError


def reject_ambiguous(scenarios: Iterable[Scenario], registry: StepRegistry) -> None:
    """Raise SelectionError with both places for every step of the scenarios that two step definitions match."""
    problems = list(_ambiguous(scenarios, registry))
    if problems:
        raise SelectionError("Invalid selection. " + " ".join(f"{problem}." for problem in problems))


def _ambiguous(scenarios: Iterable[Scenario], registry: StepRegistry) -> Iterator[str]:
    by_type = {
        step_type: [
            (_first_word(one), one) for one in dict.fromkeys([*registry.steps[step_type], *registry.steps["step"]])
        ]
        for step_type in ("given", "when", "then")
    }
    actual: set[tuple[str, str]] = set()
    for scenario in scenarios:
        for step in scenario.all_steps:
            key = step.step_type, step.name
            if key in actual:
                continue
            actual.add(key)
            first = step.name.partition(" ")[0]
            matching = [one for word, one in by_type[step.step_type] if word in ("", first) and one.match(step.name)]
            if len(matching) > 1:
                places = " and ".join(f'"{one.pattern}" ({one.location})' for one in matching)
                yield f'{step.location}: ambiguous step "{step.keyword} {step.name}" matches {places}'


def _first_word(definition: Any) -> str:
    """Return the word that every matching step starts with, which saves most comparisons; empty if it may vary."""
    if not isinstance(definition, ParseMatcher):
        return ""
    first, space, _ = definition.pattern.partition(" ")
    return "" if "{" in first or not space else str(first)
