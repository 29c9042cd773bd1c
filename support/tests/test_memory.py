"""What a scenario remembers."""

import pytest

from support.memory import Memory


def test_a_thing_is_recalled_by_name_and_kind() -> None:
    memory = Memory()
    memory.remember("number", 5)
    memory.remember("title", "City Council")
    assert memory.recall("title", str) == "City Council"
    assert memory.recall("number", int) == 5


def test_a_later_thing_takes_the_place_of_an_earlier() -> None:
    memory = Memory()
    memory.remember("answer", "first")
    memory.remember("answer", "second")
    assert memory.recall("answer", str) == "second"


def test_a_subclass_is_of_the_kind() -> None:
    memory = Memory()
    memory.remember("failure", ConnectionRefusedError())
    assert isinstance(memory.recall("failure", OSError), ConnectionRefusedError)


def test_an_unknown_name_is_told_with_what_is_known() -> None:
    memory = Memory()
    memory.remember("number", 5)
    memory.remember("title", "City Council")
    with pytest.raises(AssertionError) as failure:
        memory.recall("VOD", dict)
    assert str(failure.value) == '"VOD" should name a dict, but names nothing; known: "number" (int), "title" (str)'


def test_a_thing_of_another_kind_is_told() -> None:
    memory = Memory()
    memory.remember("VOD", "a text")
    with pytest.raises(AssertionError, match='"VOD" should name a dict, but names a str; known: "VOD" '):
        memory.recall("VOD", dict)


def test_a_missing_answer_says_which_step_makes_one() -> None:
    with pytest.raises(AssertionError, match=r"names nothing \(a step that asks the platform must come before: When "):
        Memory().recall("answer", dict)


def test_an_empty_memory_says_so() -> None:
    with pytest.raises(AssertionError, match=r"known: nothing yet$"):
        Memory().recall("VOD", dict)
