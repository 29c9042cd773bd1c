"""How a capability declares what it adds to the test side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from support.faults.durability import DurableRecord
from support.gherkin.parameter_types import ParameterType
from support.scenario.resources import ResourceType


@dataclass(frozen=True)
class Sweepable:
    """A list of the platform in which a killed run may have left resources.

    `path` is requested by the persona `by`; each item under `items` whose `marked` fields hold a suffix is deleted at
    `delete_path`/<id>.
    """

    name: str
    path: str
    items: str
    delete_path: str
    by: str
    marked: Sequence[str]
    id_field: str = "id"


@dataclass(frozen=True)
class Capability:
    """What one capability adds: its epic, behaviours, parameter types, resources and stores.

    `behaviours` is the family of its ids in `behaviours.toml`. `remembered` maps what its steps remember under a fixed
    name to a step text that creates it. Of the tables, `volatile` ones change without a scenario's doing, `retained`
    ones keep rows on purpose; all others must be as before after each scenario.
    """

    name: str
    epic: str
    behaviours: str
    parameter_types: Mapping[str, ParameterType] = field(default_factory=dict)
    resources: Sequence[ResourceType] = ()
    remembered: Mapping[str, str] = field(default_factory=dict)
    volatile: Sequence[str] = ()
    retained: Sequence[str] = ()
    sweepable: Sequence[Sweepable] = ()
    durable: Sequence[DurableRecord] = ()
