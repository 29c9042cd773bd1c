"""What researchers work with, under the names that a scenario gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.clients.things import PORTFOLIO, Kind, Thing
from support.drivers.http import Answer
from support.world import World


def title(kind: Kind, name: str) -> str:
    """Return the name under which a thing is remembered: two kinds may share a name."""
    return f"{kind.word} {name}"


def known(world: World, kind: Kind, name: str) -> Thing:
    """Return a thing that the scenario has made; fails where there is none."""
    return world.recall(title(kind, name), Thing)


def create(world: World, kind: Kind, name: str, who: str, fields: Mapping[str, Any]) -> Answer:
    """Ask for a thing with these fields, and remember the answer; what was created is remembered as well."""
    by, called = world.person(who), kind.known_as(name, world.mark)
    within = world.noted("portfolio in hand", str) if "{" in kind.path else ""
    answer = world.things.create(kind, called, fields, by=by, within=within)
    world.remember("answer", answer)
    if answer.status == 201:
        keep(world, world.things.created(kind, name, called, answer.document, by, within))
    return answer


def keep(world: World, thing: Thing) -> None:
    """Remember a thing; a portfolio is the one that positions are put into from now on."""
    world.remember(title(thing.kind, thing.name), thing)
    if thing.kind is PORTFOLIO:
        world.note("portfolio in hand", thing.id)
