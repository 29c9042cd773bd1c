"""What may stand below a step is read from its function; in a run, what nobody reads fails the step."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from behave.runner import Context

from support.errors import FeatureError
from support.scenario import hooks, inputs


def neither(context: Context) -> None:
    context.world.look()


def table(context: Context) -> None:
    context.world.look(context.table)


def passes_it_on(context: Context) -> None:
    neither(context)
    table(context)


def passes_it_on_by_name(context: Context) -> None:
    table(context=context)


def passes_it_on_to_something(context: Context) -> None:
    context.world.look(context)


@pytest.mark.parametrize(
    ("step", "read"),
    [
        (neither, set()),
        (table, {"table"}),
        (passes_it_on, {"table"}),
        (passes_it_on_by_name, {"table"}),
        (passes_it_on_to_something, {"table", "text"}),
    ],
)
def test_what_a_step_reads_is_followed_into_what_it_calls(step: Callable[..., None], read: set[str]) -> None:
    assert inputs.read_by(step) == read


def test_one_of_two_would_not_be_read() -> None:
    assert "a table and a text stand below" in inputs.unread(passes_it_on_to_something, table=True, text=True)
    assert "write a table instead" in inputs.unread(table, table=False, text=True)
    assert inputs.unread(neither, table=False, text=False) == ""


def test_in_a_run_such_a_step_fails_before_it_does_anything() -> None:
    context = SimpleNamespace(table=None, text="hello")  # no world: the step would crash
    with pytest.raises(FeatureError, match="a text stands below this step, which takes none"):
        hooks._tolerant(neither, lambda context, gap: None)(context)
