"""The order in which scenarios are dispatched, and the scenarios of a shard."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from behave.model import Feature, Scenario

from support.gherkin.tags import TOGETHER
from support.runner.options import Shard
from support.runner.scheduling.durations import Durations, FeatureDurations, key_of

Bundle = list[Scenario]
"""Scenarios that one worker runs in sequence; usually a single one."""


def bundles(scenarios: Sequence[Scenario]) -> list[Bundle]:
    """Return the scenarios as written, those of a feature tagged @together in one bundle."""
    bundled: list[Bundle] = []
    together: dict[int, Bundle] = {}
    for scenario in scenarios:
        feature: Feature = scenario.feature
        if TOGETHER not in feature.tags:
            bundled.append([scenario])
        elif id(feature) in together:
            together[id(feature)].append(scenario)
        else:
            bundled.append(together.setdefault(id(feature), [scenario]))
    return bundled


def of_shard(scenarios: Sequence[Scenario], shard: Shard, durations: FeatureDurations) -> list[Scenario]:
    """Return the scenarios of a shard, as written.

    Shards are balanced by committed durations, not by those of this machine: all machines must cut the same shards,
    so that together they run every scenario exactly once.
    """
    if shard.count == 1:
        return list(scenarios)

    def seconds(bundle: Bundle) -> float:
        return sum(durations.of(scenario) for scenario in bundle)

    loads = dict.fromkeys(range(shard.count), 0.0)
    parts: defaultdict[int, set[int]] = defaultdict(set)
    for bundle in sorted(bundles(scenarios), key=lambda bundle: (-seconds(bundle), key_of(bundle[0]), bundle[0].line)):
        lightest = min(loads, key=lambda number: (loads[number], len(parts[number]), number))
        loads[lightest] += seconds(bundle)
        parts[lightest].update(id(scenario) for scenario in bundle)
    return [scenario for scenario in scenarios if id(scenario) in parts[shard.number - 1]]


def shuffled(bundled: Iterable[Bundle], seed: str) -> list[Bundle]:
    """Return the bundles in the order that the seed determines, independent of the order given."""
    ordered = sorted(bundled, key=lambda bundle: (key_of(bundle[0]), bundle[0].line))
    random.Random(seed).shuffle(ordered)
    return ordered


def longest_first(bundled: Iterable[Bundle], durations: Durations) -> list[Bundle]:
    """Return the longest bundles first, so that no worker runs a long one alone at the end."""
    return sorted(bundled, key=lambda bundle: -sum(map(durations.of, bundle)))
