"""Durations of scenarios: measured on this machine, and committed for shards.

`acceptance durations` updates the committed file from the last runs.
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

_UNKNOWN = 60.0  # seconds: a new scenario is assumed to be long, so that it starts early


def key_of(scenario: Scenario) -> str:
    """Return a name that stays the same from run to run, also when the scenario moves within its file."""
    return f"{Path(scenario.filename).as_posix()}: {scenario.name}"


class FeatureDurations:
    """Committed durations in seconds per scenario, by feature. All machines use the same, to balance shards.

    An unknown feature counts as average. Raises UsageError for an unreadable file: a machine without durations would
    cut other shards than the rest.
    """

    def __init__(self, path: Path) -> None:
        self._known = read(path)
        self._average = sum(self._known.values()) / len(self._known) if self._known else 1.0

    def of(self, scenario: Scenario) -> float:
        """Return the expected duration of a scenario in seconds."""
        return self._known.get(_feature_of(key_of(scenario)), self._average)


class Durations:
    """Durations of scenarios in earlier runs on this machine, in seconds. An unreadable file counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, float] = {}
        with contextlib.suppress(UsageError):
            self._known = read(path)

    def of(self, scenario: Scenario) -> float:
        """Return the expected duration of a scenario in seconds."""
        return self._known.get(key_of(scenario), _UNKNOWN)

    def update(self, measured: Mapping[str, float]) -> None:
        """Store the durations of this run, in seconds by key, for the next one."""
        if measured:
            self._known.update(measured)
            _write(self._path, self._known)


def renew(path: Path, measured: Mapping[str, float], project: Path) -> int:
    """Merge measured durations into a file, drop features that no longer exist; return the number of features."""
    known = {**read(path), **measured}
    known = {feature: seconds for feature, seconds in known.items() if (project / feature).exists()}
    _write(path, known)
    return len(known)


def feature_durations(measured: Mapping[str, float]) -> dict[str, float]:
    """Return the mean duration of a scenario in seconds, by feature."""
    of_features: defaultdict[str, list[float]] = defaultdict(list)
    for key, seconds in measured.items():
        of_features[_feature_of(key)].append(seconds)
    return {feature: round(statistics.mean(seconds), 2) for feature, seconds in of_features.items()}


def _feature_of(key: str) -> str:
    return key.partition(": ")[0]


def read(path: Path) -> dict[str, float]:
    """Return the durations in a file; empty if it does not exist. Raises UsageError if it is invalid."""
    try:
        return {str(key): float(value) for key, value in dict(json.loads(path.read_text(encoding="utf-8"))).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{path}: expected a JSON object of seconds by name: {error}") from error


def _write(path: Path, durations: Mapping[str, float]) -> None:
    path.write_text(json.dumps(dict(sorted(durations.items())), indent=0) + "\n", encoding="utf-8")
