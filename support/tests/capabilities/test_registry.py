"""The declared capabilities: complete, and without two meanings of one name."""

from collections import Counter

import pytest

from support.capabilities.declaration import Capability
from support.capabilities.registry import CAPABILITIES, PARAMETER_TYPES, RESOURCE_TYPES, CapabilityAttributes
from support.gherkin.parameter_types import GENERAL
from support.scenario.resources import ResourceType


def duplicates(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_capabilities_have_unique_names() -> None:
    assert duplicates([capability.name for capability in CAPABILITIES]) == []


def test_parameter_types_have_unique_names() -> None:
    names = [*GENERAL, "Resource", "Resources", "Action", "PastAction", "ResourceState"]
    names += [name for capability in CAPABILITIES for name in capability.parameter_types]
    assert duplicates(names) == []
    assert set(names) == set(PARAMETER_TYPES)


def test_resource_types_have_unique_names_and_plurals() -> None:
    types = [type for capability in CAPABILITIES for type in capability.resources]
    assert duplicates([type.name for type in types]) == []
    assert duplicates([type.plural for type in types]) == []


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda capability: capability.name)
def test_every_resource_of_a_capability_has_step_texts(capability: Capability) -> None:
    for type in capability.resources:
        assert RESOURCE_TYPES[type.name] is type
        assert PARAMETER_TYPES["Resource"].convert(type.name) is type
        assert PARAMETER_TYPES["Resources"].convert(type.plural) is type


@pytest.mark.parametrize("type", RESOURCE_TYPES.values(), ids=RESOURCE_TYPES)
def test_every_verb_of_a_resource_is_a_choice_of_step_texts(type: ResourceType) -> None:
    assert set(type.actions) <= set(PARAMETER_TYPES["Action"].choices)
    assert {action.past for action in type.actions.values() if action.past} <= set(
        PARAMETER_TYPES["PastAction"].choices
    )


@pytest.mark.parametrize("type", RESOURCE_TYPES.values(), ids=RESOURCE_TYPES)
def test_a_parent_is_a_declared_resource(type: ResourceType) -> None:
    assert type.parent is None or type.parent in RESOURCE_TYPES


def test_a_remembered_name_belongs_to_one_capability() -> None:
    assert duplicates([name for capability in CAPABILITIES for name in capability.remembered]) == []


def test_world_attributes_are_documented() -> None:
    for name in dir(CapabilityAttributes):
        attribute = getattr(CapabilityAttributes, name)
        if not name.startswith("_") and hasattr(attribute, "func"):
            assert attribute.__doc__, f"world.{name} has no docstring"
