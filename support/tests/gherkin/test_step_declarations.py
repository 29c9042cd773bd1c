"""What step functions declare."""

import functools

import pytest
from behave.runner import Context

from support.gherkin.step_declarations import (
    TABLE,
    TEXT,
    compares_states,
    does_compare_states,
    required_by,
    requires,
    step_input,
    unexpected_input,
)
from support.targets.capabilities import Capability


def plain(context: Context) -> None: ...


@step_input(TABLE)
def with_table(context: Context) -> None: ...


@step_input(TEXT)
def with_text(context: Context) -> None: ...


@step_input(TABLE, TEXT)
def with_either(context: Context) -> None: ...


@requires(Capability.DATABASE, Capability.REDIS)
@compares_states
def with_requirements(context: Context) -> None: ...


@pytest.mark.parametrize(
    ("function", "table", "text", "error"),
    [
        (plain, False, False, ""),
        (plain, True, False, "this step accepts no table: remove the table, or use another step text"),
        (plain, False, True, "this step accepts no text: remove the text, or use another step text"),
        (with_table, True, False, ""),
        (with_table, False, False, ""),
        (with_table, False, True, "this step accepts no text: write a table instead"),
        (with_text, True, False, "this step accepts no table: write a text instead"),
        (with_text, False, True, ""),
        (with_either, True, False, ""),
        (with_either, False, True, ""),
        (with_either, True, True, "a step has a table or a text, not both"),
    ],
)
def test_only_declared_input_is_accepted(function: object, table: bool, text: bool, error: str) -> None:
    assert unexpected_input(function, table=table, text=text) == error  # type: ignore[arg-type]


def test_requirements_are_those_declared() -> None:
    assert required_by(with_requirements) == {Capability.DATABASE, Capability.REDIS}
    assert required_by(plain) == frozenset()


def test_only_a_declared_step_compares_states() -> None:
    assert does_compare_states(with_requirements)
    assert not does_compare_states(plain)


def test_declarations_are_found_through_wrappers() -> None:
    @functools.wraps(with_table)
    def wrapper(context: Context) -> None: ...

    @functools.wraps(with_requirements)
    def other(context: Context) -> None: ...

    assert unexpected_input(wrapper, table=True, text=False) == ""
    assert required_by(other) == {Capability.DATABASE, Capability.REDIS}
    assert does_compare_states(other)
