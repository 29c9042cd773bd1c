"""Step texts as an interface: each has an example in its docstring, which matches that step alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from behave.runner_util import load_step_modules
from behave.step_registry import StepRegistry, registry

from support.capabilities.registry import PARAMETER_TYPES, REMEMBERED
from support.gherkin import parameter_types

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
    """Yield every step text with its function; a function may have several."""
    for matchers in steps.steps.values():
        yield from matchers


def errors(steps: StepRegistry) -> Iterator[str]:
    """Yield an error for each example that is missing or ambiguous."""
    for function in {definition.func: None for definition in definitions(steps)}:
        examples = EXAMPLE.findall(function.__doc__ or "")
        if not examples:
            yield f"{function.__name__} has no line 'Example: Given/When/Then ...' in its docstring"
        for keyword, step_text in examples:
            candidates = [*steps.steps.get(keyword.lower(), []), *steps.steps["step"]]
            matching = [definition for definition in candidates if definition.matches(step_text)]
            if [definition.func for definition in matching] != [function]:
                matched = ", ".join(definition.describe() for definition in matching) or "no step"
                yield f"the example of {function.__name__}, {keyword} {step_text}, matches {matched}"


def test_every_step_has_an_example_that_matches_it_alone(loaded: StepRegistry) -> None:
    assert list(definitions(loaded))
    assert list(errors(loaded)) == []


@pytest.mark.parametrize("step_text", REMEMBERED.values())
def test_each_example_of_an_earlier_step_is_a_step_text(loaded: StepRegistry, step_text: str) -> None:
    keyword, _, text = step_text.partition(" ")
    assert [one for one in loaded.steps[keyword.lower()] if one.matches(text)]


def test_behave_parses_every_step_text(loaded: StepRegistry) -> None:
    assert loaded.error_handler.bad_step_definitions == []


class TestTheCheckItself:
    @pytest.fixture
    def steps(self) -> StepRegistry:
        parameter_types.register(PARAMETER_TYPES)
        return StepRegistry()

    def define(self, steps: StepRegistry, keyword: str, step_text: str, docstring: str) -> None:
        def step(context: object, **values: object) -> None: ...

        step.__doc__ = docstring
        steps.add_step_definition(keyword, step_text, step)

    def test_a_good_example_passes(self, steps: StepRegistry) -> None:
        self.define(steps, "given", "{who:Actor} waits", "Wait.\n\n    Example: Given Dana waits\n")
        assert list(errors(steps)) == []

    def test_a_missing_example_is_found(self, steps: StepRegistry) -> None:
        self.define(steps, "given", "{who:Actor} waits", "Wait.")
        assert list(errors(steps)) == ["step has no line 'Example: Given/When/Then ...' in its docstring"]

    @pytest.mark.parametrize(
        "example", ["Given Bob waits", "When Dana waits", "Given Dana waits long", "And Dana waits"]
    )
    def test_an_example_without_a_match_is_found(self, steps: StepRegistry, example: str) -> None:
        self.define(steps, "given", "{who:Actor} waits", f"Wait.\n\n    Example: {example}\n")
        assert list(errors(steps)) == [f"the example of step, {example}, matches no step"]

    def test_an_ambiguous_example_is_found(self, steps: StepRegistry) -> None:
        self.define(steps, "then", "{who:Actor} sees {what:Quoted}", 'See.\n\n    Example: Then Dana sees "red"')
        self.define(steps, "then", "{who:Actor} sees {what}", "See.\n\n    Example: Then Dana sees red")
        assert list(errors(steps)) == [
            "the example of step, Then Dana sees \"red\", matches @then('{who:Actor} sees {what:Quoted}'), "
            "@then('{who:Actor} sees {what}')"
        ]

    def test_an_example_of_another_step_is_found(self, steps: StepRegistry) -> None:
        self.define(steps, "then", "it is red", "See.\n\n    Example: Then it is red")
        self.define(steps, "then", "it is blue", "See.\n\n    Example: Then it is red")
        assert list(errors(steps)) == ["the example of step, Then it is red, matches @then('it is red')"]
