"""Values that a scenario remembers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from support.errors import FeatureError
from support.scenario.memory import Memory


def test_a_value_is_recalled_by_name_and_type() -> None:
    memory = Memory()
    memory.remember("number", 5)
    memory.remember("title", "City Council")
    assert memory.recall("title", str) == "City Council"
    assert memory.recall("number", int) == 5


def test_a_later_value_replaces_an_earlier_one() -> None:
    memory = Memory()
    memory.remember("response", "first")
    memory.remember("response", "second")
    assert memory.recall("response", str) == "second"


def test_a_subclass_has_the_type() -> None:
    memory = Memory()
    memory.remember("failure", ConnectionRefusedError())
    assert isinstance(memory.recall("failure", OSError), ConnectionRefusedError)


@dataclass(frozen=True)
class Vod:
    title: str


def failure(memory: Memory, name: str, type: type[object]) -> str:
    with pytest.raises(FeatureError) as error:
        memory.recall(name, type)
    return str(error.value)


def test_a_misspelt_name_suggests_the_nearest_of_its_type() -> None:
    memory = Memory()
    memory.remember("recording", Path())
    memory.remember("City Councils", "a text")
    memory.remember("City Council", Vod("City Council"))
    expected = 'unknown VOD "City Concil". Did you mean "City Council"?'
    assert failure(memory, "City Concil", Vod).startswith(expected)


def test_a_name_of_another_type_is_rejected() -> None:
    memory = Memory()
    memory.remember("Budget", "a text")
    assert failure(memory, "Budget", Vod) == '"Budget" is not a VOD'
    assert failure(memory, "Budget", int) == '"Budget" is not a resource'


def test_a_missing_response_names_a_step_text_that_stores_one() -> None:
    memory = Memory({"response": "When Dana sends GET /api/vod/list"})
    expected = "an earlier step that stores the response, for example: When Dana sends GET /api/vod/list"
    assert failure(memory, "response", dict).endswith(expected)


def test_a_missing_value_without_an_example_is_named() -> None:
    assert failure(Memory(), "recording", Path) == "this step needs an earlier step that stores the recording"
