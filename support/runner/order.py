"""In which order scenarios are handed out, and which of them belong to a shard."""

from __future__ import annotations

import contextlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from behave.model import Feature, Scenario

from support.runner.options import Shard
from support.tags import TOGETHER

Bundle = list[Scenario]
"""Scenarios that one worker runs one after the other; mostly a single one."""


def key_of(scenario: Scenario) -> str:
    """What a scenario is called from run to run; moving it within its file does not change that."""
    return f"{Path(scenario.filename).as_posix()}: {scenario.name}"


class Durations:
    """How long scenarios took in earlier runs, in seconds. A file that cannot be read counts as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, float] = {}
        with contextlib.suppress(OSError, ValueError):
            self._known = {str(key): float(value) for key, value in json.loads(path.read_text()).items()}

    def of(self, bundle: Bundle) -> float:
        """Return how long a bundle will take; one that is new is thought to be long, so that it begins early."""
        return sum(self._known.get(key_of(scenario), 60.0) for scenario in bundle)

    def update(self, measured: Mapping[str, float]) -> None:
        """Keep what this run measured for the next."""
        if measured:
            self._known.update(measured)
            self._path.write_text(json.dumps(dict(sorted(self._known.items())), indent=0), encoding="utf-8")


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


def of_shard(scenarios: Sequence[Scenario], shard: Shard) -> list[Scenario]:
    """Return the shard's part of the scenarios, as written.

    The parts are balanced by numbers of steps: what the features themselves say is the same on every machine, so that
    all shards together run everything exactly once.
    """
    if shard.count == 1:
        return list(scenarios)
    loads = dict.fromkeys(range(shard.count), 0)
    parts: defaultdict[int, set[int]] = defaultdict(set)
    for bundle in sorted(bundles(scenarios), key=lambda bundle: (-_steps(bundle), key_of(bundle[0]), bundle[0].line)):
        lightest = min(loads, key=lambda number: (loads[number], number))
        loads[lightest] += _steps(bundle)
        parts[lightest].update(id(scenario) for scenario in bundle)
    return [scenario for scenario in scenarios if id(scenario) in parts[shard.number - 1]]


def _steps(bundle: Bundle) -> int:
    return sum(len(list(scenario.all_steps)) for scenario in bundle)


def shuffled(made: Iterable[Bundle], seed: str) -> list[Bundle]:
    """Return the bundles in the order that the seed stands for, whatever order they come in."""
    ordered = sorted(made, key=lambda bundle: (key_of(bundle[0]), bundle[0].line))
    random.Random(seed).shuffle(ordered)
    return ordered


def longest_first(made: Iterable[Bundle], durations: Durations) -> list[Bundle]:
    """Return the bundles so that the longest begin first and no worker is left with a long one at the end."""
    return sorted(made, key=lambda bundle: -durations.of(bundle))
