"""How long scenarios take: as this machine measured it, and as it is committed for shards that must agree.

`acceptance durations` renews what is committed, from the last runs.
"""

from __future__ import annotations

import contextlib
import json
import statistics
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from behave.model import Scenario

from support.errors import UsageError

PROJECT = Path(__file__).parents[3]

MEASURED = "durations.json"  # in the reports folder

COMMITTED = Path("support", "runner", "scheduling", "durations.json")

_UNKNOWN = 60.0  # seconds: what is new is thought to be long, so that it begins early


def key_of(scenario: Scenario) -> str:
    """What a scenario is called from run to run; moving it within its file does not change that."""
    return f"{Path(scenario.filename).as_posix()}: {scenario.name}"


class FeatureDurations:
    """Seconds that a scenario takes, by feature: the same for everybody, and good enough to balance shards by.

    A feature that is not in the file counts as fast as the others. Raises UsageError for a file that cannot be read:
    a machine that took it for none would cut other shards than the rest.
    """

    def __init__(self, path: Path) -> None:
        self._known = read(path)
        self._usual = sum(self._known.values()) / len(self._known) if self._known else 1.0

    def of(self, scenario: Scenario) -> float:
        """Return how long a scenario will take, in seconds."""
        return self._known.get(_feature_of(key_of(scenario)), self._usual)


class Durations:
    """How long scenarios took in earlier runs here, in seconds. A file that cannot be read counts as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, float] = {}
        with contextlib.suppress(UsageError):
            self._known = read(path)

    def of(self, scenario: Scenario) -> float:
        """Return how long a scenario will take."""
        return self._known.get(key_of(scenario), _UNKNOWN)

    def update(self, measured: Mapping[str, float]) -> None:
        """Keep what this run measured for the next."""
        if measured:
            self._known.update(measured)
            _write(self._path, self._known)


def renew(path: Path, measured: Mapping[str, float], project: Path) -> int:
    """Write what was measured over what was known, but for features that are gone; return how many are known now."""
    known = {**read(path), **measured}
    known = {feature: pace for feature, pace in known.items() if (project / feature).exists()}
    _write(path, known)
    return len(known)


def feature_durations(measured: Mapping[str, float]) -> dict[str, float]:
    """Return the mean of what was measured, in seconds a scenario, by feature."""
    of_features: defaultdict[str, list[float]] = defaultdict(list)
    for key, seconds in measured.items():
        of_features[_feature_of(key)].append(seconds)
    return {feature: round(statistics.mean(seconds), 2) for feature, seconds in of_features.items()}


def _feature_of(key: str) -> str:
    return key.partition(": ")[0]


def read(path: Path) -> dict[str, float]:
    """Return what a file says. Raises UsageError where it is there and says nothing that we understand."""
    try:
        return {str(key): float(value) for key, value in dict(json.loads(path.read_text(encoding="utf-8"))).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{path} should hold seconds by name, but cannot be read: {error}") from error


def _write(path: Path, durations: Mapping[str, float]) -> None:
    path.write_text(json.dumps(dict(sorted(durations.items())), indent=0) + "\n", encoding="utf-8")
