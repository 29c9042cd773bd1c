"""Step texts as an interface: each docstring has an example, which matches that step only."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from behave.runner_util import load_step_modules
from behave.step_registry import StepRegistry, registry

from support.capabilities.registry import PARAMETER_TYPES
from support.gherkin import parameter_types
from support.scenario.memory import MADE_BY

STEPS = Path(__file__).parents[3] / "steps"
EXAMPLE = re.compile(r"^\s*Example: (\w+) (.+?)\s*$", re.MULTILINE)


@pytest.fixture(scope="module")
def loaded() -> Iterator[StepRegistry]:
    """Load the steps as behave does."""
    registry.clear()
    parameter_types.register(PARAMETER_TYPES)
    load_step_modules([str(STEPS)])
    yield registry
    registry.clear()


def definitions(steps: StepRegistry) -> Iterator[Any]:
    """Yield every step definition; a function may have several."""
    for matchers in steps.steps.values():
        yield from matchers


def problems(steps: StepRegistry) -> Iterator[str]:
    """Yield a message for each missing or ambiguous example."""
    for function in {definition.func: None for definition in definitions(steps)}:
        examples = EXAMPLE.findall(function.__doc__ or "")
        if not examples:
            yield f"{function.__name__} has no line 'Example: Given/When/Then ...' in its docstring"
        for keyword, text in examples:
            candidates = [*steps.steps.get(keyword.lower(), []), *steps.steps["step"]]
            matching = [definition for definition in candidates if definition.matches(text)]
            if [definition.func for definition in matching] != [function]:
                matched = ", ".join(definition.describe() for definition in matching) or "no step"
                yield f"the example of {function.__name__}, {keyword} {text}, matches {matched}"


def test_every_example_matches_its_own_step_only(loaded: StepRegistry) -> None:
    assert list(definitions(loaded))
    assert list(problems(loaded)) == []


@pytest.mark.parametrize("step", MADE_BY.values())
def test_each_suggested_earlier_step_is_defined(loaded: StepRegistry, step: str) -> None:
    keyword, _, text = step.partition(" ")
    assert [one for one in loaded.steps[keyword.lower()] if one.matches(text)]


def test_behave_loads_every_step_definition(loaded: StepRegistry) -> None:
    assert loaded.error_handler.bad_step_definitions == []


class TestTheCheckItself:
    @pytest.fixture
    def steps(self) -> StepRegistry:
        parameter_types.register(PARAMETER_TYPES)
        return StepRegistry()

    def define(self, steps: StepRegistry, keyword: str, text: str, docstring: str) -> None:
        def step(context: object, **values: object) -> None: ...

        step.__doc__ = docstring
        steps.add_step_definition(keyword, text, step)

    def test_a_good_example_passes(self, steps: StepRegistry) -> None:
        self.define(steps, "given", "{who:Actor} waits", "Wait.\n\n    Example: Given Dana waits\n")
        assert list(problems(steps)) == []

    def test_a_missing_example_is_found(self, steps: StepRegistry) -> None:
        self.define(steps, "given", "{who:Actor} waits", "Wait.")
        assert list(problems(steps)) == ["step has no line 'Example: Given/When/Then ...' in its docstring"]

    @pytest.mark.parametrize(
        "example", ["Given Bob waits", "When Dana waits", "Given Dana waits long", "And Dana waits"]
    )
    def test_an_example_without_a_step_is_found(self, steps: StepRegistry, example: str) -> None:
        self.define(steps, "given", "{who:Actor} waits", f"Wait.\n\n    Example: {example}\n")
        assert list(problems(steps)) == [f"the example of step, {example}, matches no step"]

    def test_an_ambiguous_example_is_found(self, steps: StepRegistry) -> None:
        self.define(steps, "then", "{who:Actor} sees {what:Quoted}", 'See.\n\n    Example: Then Dana sees "red"')
        self.define(steps, "then", "{who:Actor} sees {what}", "See.\n\n    Example: Then Dana sees red")
        assert list(problems(steps)) == [
            "the example of step, Then Dana sees \"red\", matches @then('{who:Actor} sees {what:Quoted}'), "
            "@then('{who:Actor} sees {what}')"
        ]

    def test_an_example_of_another_step_is_found(self, steps: StepRegistry) -> None:
        self.define(steps, "then", "it is red", "See.\n\n    Example: Then it is red")
        self.define(steps, "then", "it is blue", "See.\n\n    Example: Then it is red")
        assert list(problems(steps)) == ["the example of step, Then it is red, matches @then('it is red')"]
