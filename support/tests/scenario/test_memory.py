"""What a scenario remembers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from support.errors import FeatureError
from support.scenario.memory import Memory


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


@dataclass(frozen=True)
class Vod:
    title: str


def failure(memory: Memory, name: str, kind: type) -> str:
    with pytest.raises(FeatureError) as mistake:
        memory.recall(name, kind)
    return str(mistake.value)


def test_a_misspelt_name_is_told_with_the_nearest_of_its_kind() -> None:
    memory = Memory()
    memory.remember("recording", Path())
    memory.remember("City Councils", "a text")
    memory.remember("City Council", Vod("City Council"))
    sentence = 'No VOD "City Concil" was made before. Did you mean "City Council"?'
    assert failure(memory, "City Concil", Vod) == sentence


def test_an_unknown_name_is_told_with_what_features_have_named() -> None:
    memory = Memory()
    memory.remember("recording", Path())
    assert failure(memory, "Budget", Vod) == 'No VOD "Budget" was made before; made were: none'
    memory.remember("City Council", Vod("City Council"))
    assert failure(memory, "Budget", Vod) == 'No VOD "Budget" was made before; made were: "City Council"'


def test_a_thing_of_another_kind_is_told() -> None:
    memory = Memory()
    memory.remember("Budget", "a text")
    assert failure(memory, "Budget", Vod) == '"Budget" is no VOD: the name is that of something else'


def test_a_missing_answer_says_which_step_makes_one() -> None:
    told = "not there yet: a step that gives it (answer) must come before, such as: When Dana sends GET /api/vod/list"
    assert failure(Memory(), "answer", dict).endswith(told)


def test_what_a_step_makes_without_a_name_is_told_as_such() -> None:
    assert failure(Memory(), "recording", Path).endswith("a step that gives it (recording) must come before")
