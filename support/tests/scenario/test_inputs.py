"""A step whose text or table its function does not accept fails before it does anything."""

from types import SimpleNamespace

import pytest
from behave.runner import Context

from support.errors import FeatureError
from support.scenario import hooks


def step_without_input(context: Context) -> None:
    context.world.anything()


def test_a_step_with_unexpected_input_fails_before_its_function_is_called() -> None:
    context = SimpleNamespace(table=None, text="hello")  # without a world the function would crash
    with pytest.raises(FeatureError, match="this step accepts no text: remove the text, or use another step text"):
        hooks._tolerant(step_without_input, lambda context, gap: None)(context)
