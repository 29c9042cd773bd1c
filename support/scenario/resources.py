"""What researchers work with, under the names that a scenario gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.capabilities.research.resources import PORTFOLIO, Resource, ResourceType
from support.drivers.http import Response
from support.scenario.world import World


def title(kind: ResourceType, name: str) -> str:
    """Return the name under which a thing is remembered: two kinds may share a name."""
    return f"{kind.word} {name}"


def recall(world: World, kind: ResourceType, name: str) -> Resource:
    """Return a thing that the scenario has made; fails where there is none."""
    return world.recall(title(kind, name), Resource)


def create(world: World, kind: ResourceType, name: str, who: str, fields: Mapping[str, Any]) -> Response:
    """Ask for a thing with these fields, and remember the answer; what was created is remembered as well."""
    by, called = world.person(who), kind.known_as(name, world.suffix)
    within = world.noted("portfolio in hand", str) if "{" in kind.path else ""
    answer = world.resources.create(kind, called, fields, by=by, within=within)
    world.remember("answer", answer)
    if answer.status == 201:
        remember(world, world.resources.created(kind, name, called, answer.document, by, within))
    return answer


def remember(world: World, thing: Resource) -> None:
    """Remember a thing; a portfolio is the one that positions are put into from now on."""
    world.remember(title(thing.type, thing.name), thing)
    if thing.type is PORTFOLIO:
        world.note("portfolio in hand", thing.id)
