"""The declared capabilities. A new one takes one line in each of the two lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from support.capabilities.access import ACCESS
from support.capabilities.api import INTERFACE
from support.capabilities.declaration import Capability
from support.capabilities.operations import OPERATIONS
from support.capabilities.privacy import PRIVACY, PrivacyAttributes
from support.capabilities.queue import QUEUE, QueueAttributes
from support.capabilities.recovery import RECOVERY, RecoveryAttributes
from support.capabilities.research import RESEARCH, ResearchAttributes
from support.capabilities.status import STATUS, StatusAttributes
from support.capabilities.vod import VOD
from support.gherkin.parameter_types import GENERAL, ParameterType, one_of
from support.scenario.resources import DEFAULT_ACTIONS, ResourceType

CAPABILITIES: tuple[Capability, ...] = (
    ACCESS,
    VOD,
    RESEARCH,
    STATUS,
    PRIVACY,
    QUEUE,
    OPERATIONS,
    RECOVERY,
    INTERFACE,
)


class CapabilityAttributes(
    RecoveryAttributes,
    ResearchAttributes,
    StatusAttributes,
    PrivacyAttributes,
    QueueAttributes,
):
    """What `world` offers, by capability; those that others build on are included in them."""


RESOURCE_TYPES: Mapping[str, ResourceType] = {
    type.name: type for capability in CAPABILITIES for type in capability.resources
}
"""All resource types, by the name that features use."""


def _verbs() -> Iterator[tuple[str, str]]:
    """Yield each verb of an action in present and, where it has one, past form."""
    for actions in (DEFAULT_ACTIONS, *(type.actions for type in RESOURCE_TYPES.values())):
        for verb, action in actions.items():
            yield verb, action.past


def _parameter_types() -> Mapping[str, ParameterType]:
    plurals = {type.plural: type for type in RESOURCE_TYPES.values()}
    types = {
        **GENERAL,
        "Resource": one_of(RESOURCE_TYPES, "a type of resources", RESOURCE_TYPES.__getitem__),
        "Resources": one_of(plurals, "several resources of one type", plurals.__getitem__),
        "Action": one_of(dict.fromkeys(verb for verb, _ in _verbs()), "an action on a resource"),
        "PastAction": one_of(dict.fromkeys(past for _, past in _verbs() if past), "an earlier action on a resource"),
        "ResourceState": one_of(("available", "soft-deleted", "permanently deleted"), "the state of a resource"),
    }
    for capability in CAPABILITIES:
        types.update(capability.parameter_types)
    return types


PARAMETER_TYPES = _parameter_types()
"""All parameter types of step texts, by name."""

REMEMBERED: Mapping[str, str] = {
    name: step_text for capability in CAPABILITIES for name, step_text in capability.remembered.items()
}
"""A step text for each fixed name under which steps remember something."""
