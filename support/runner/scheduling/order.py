"""In which order scenarios are handed out, and which of them belong to a shard."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from behave.model import Feature, Scenario

from support.gherkin.tags import TOGETHER
from support.runner.options import Shard
from support.runner.scheduling.durations import Durations, FeatureDurations, key_of

Bundle = list[Scenario]
"""Scenarios that one worker runs one after the other; mostly a single one."""


def bundles(scenarios: Sequence[Scenario]) -> list[Bundle]:
    """Return the scenarios as written; those of a feature tagged @together make one bundle."""
    made: list[Bundle] = []
    together: dict[int, Bundle] = {}
    for scenario in scenarios:
        feature: Feature = scenario.feature
        if TOGETHER not in feature.tags:
            made.append([scenario])
        elif id(feature) in together:
            together[id(feature)].append(scenario)
        else:
            made.append(together.setdefault(id(feature), [scenario]))
    return made


def of_shard(scenarios: Sequence[Scenario], shard: Shard, paces: FeatureDurations) -> list[Scenario]:
    """Return the shard's part of the scenarios, as written.

    The parts are balanced by the paces that are committed, and not by what this machine measured: all machines must
    cut the same parts, so that all shards together run everything exactly once.
    """
    if shard.count == 1:
        return list(scenarios)

    def seconds(bundle: Bundle) -> float:
        return sum(paces.of(scenario) for scenario in bundle)

    loads = dict.fromkeys(range(shard.count), 0.0)
    parts: defaultdict[int, set[int]] = defaultdict(set)
    for bundle in sorted(bundles(scenarios), key=lambda bundle: (-seconds(bundle), key_of(bundle[0]), bundle[0].line)):
        lightest = min(loads, key=lambda number: (loads[number], len(parts[number]), number))
        loads[lightest] += seconds(bundle)
        parts[lightest].update(id(scenario) for scenario in bundle)
    return [scenario for scenario in scenarios if id(scenario) in parts[shard.number - 1]]


def shuffled(made: Iterable[Bundle], seed: str) -> list[Bundle]:
    """Return the bundles in the order that the seed stands for, whatever order they come in."""
    ordered = sorted(made, key=lambda bundle: (key_of(bundle[0]), bundle[0].line))
    random.Random(seed).shuffle(ordered)
    return ordered


def longest_first(made: Iterable[Bundle], durations: Durations) -> list[Bundle]:
    """Return the bundles so that the longest begin first and no worker is left with a long one at the end."""
    return sorted(made, key=lambda bundle: -sum(map(durations.of, bundle)))
