"""How long scenarios take decides when they are handed out, and which shard they belong to."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from behave.model import Feature, Scenario
from behave.parser import parse_feature

from support.errors import UsageError
from support.runner.options import Shard
from support.runner.scheduling.durations import Durations, FeatureDurations, feature_durations, key_of, renew
from support.runner.scheduling.order import bundles, longest_first, of_shard


def feature(name: str, scenarios: int) -> Feature:
    text = "".join(f"  Scenario: {name} {n}\n    Given nothing\n" for n in range(scenarios))
    return parse_feature(f"Feature: {name}\n{text}", filename=f"features/{name}.feature")


@pytest.fixture
def scenarios() -> list[Scenario]:
    return [one for name, count in (("slow", 4), ("quick", 40), ("new", 2)) for one in feature(name, count).scenarios]


def committed(folder: Path, **known: float) -> FeatureDurations:
    path = folder / "durations.json"
    path.write_text(json.dumps({f"features/{name}.feature": seconds for name, seconds in known.items()}))
    return FeatureDurations(path)


def cut(scenarios: Sequence[Scenario], paces: FeatureDurations, count: int) -> list[list[Scenario]]:
    return [of_shard(scenarios, Shard(number, count), paces) for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 60])
def test_all_shards_together_hold_every_scenario_once(scenarios: list[Scenario], tmp_path: Path, count: int) -> None:
    parts = cut(scenarios, committed(tmp_path, slow=10.0, quick=0.1), count)
    assert sorted(map(key_of, (one for part in parts for one in part))) == sorted(map(key_of, scenarios))


def test_shards_take_about_as_long_as_each_other(scenarios: list[Scenario], tmp_path: Path) -> None:
    known = committed(tmp_path, slow=10.0, quick=0.5, new=1.0)
    loads = [sum(map(known.of, part)) for part in cut(scenarios, known, 4)]
    assert max(loads) - min(loads) <= 1.0


def test_without_paces_shards_hold_as_many_scenarios_as_each_other(scenarios: list[Scenario], tmp_path: Path) -> None:
    sizes = [len(part) for part in cut(scenarios, FeatureDurations(tmp_path / "none.json"), 4)]
    assert max(sizes) - min(sizes) <= 1


def test_what_takes_no_time_is_shared_out_as_well(scenarios: list[Scenario], tmp_path: Path) -> None:
    sizes = [len(part) for part in cut(scenarios, committed(tmp_path, slow=0.0, quick=0.0, new=0.0), 4)]
    assert max(sizes) - min(sizes) <= 1


def test_what_this_machine_measured_does_not_move_scenarios_between_shards(
    scenarios: list[Scenario], tmp_path: Path
) -> None:
    known = committed(tmp_path, slow=10.0, quick=0.5)
    before = cut(scenarios, known, 3)
    Durations(tmp_path / "measured.json").update({key_of(scenarios[0]): 500.0})
    assert cut(scenarios, known, 3) == before


def test_the_longest_begin_first_and_what_is_new_before_them(scenarios: list[Scenario], tmp_path: Path) -> None:
    durations = Durations(tmp_path / "measured.json")
    durations.update({key_of(one): float(number) for number, one in enumerate(scenarios[:-1])})
    handed_out = [bundle[0] for bundle in longest_first(bundles(scenarios), Durations(tmp_path / "measured.json"))]
    assert handed_out == [scenarios[-1], *reversed(scenarios[:-1])]


def test_the_pace_of_a_feature_is_the_mean_of_its_scenarios() -> None:
    measured = {"features/a.feature: One: two": 1.0, "features/a.feature: Two": 2.0, "features/b.feature: One": 0.125}
    assert feature_durations(measured) == {"features/a.feature": 1.5, "features/b.feature": 0.12}


def test_features_that_were_not_measured_here_keep_their_paces(tmp_path: Path) -> None:
    path = tmp_path / "durations.json"
    path.write_text(json.dumps({"a.feature": 1.0, "b.feature": 2.0, "gone.feature": 3.0}))
    for name in ("a.feature", "b.feature", "c.feature"):
        (tmp_path / name).touch()
    assert renew(path, {"b.feature": 5.0, "c.feature": 6.0}, tmp_path) == 3
    assert json.loads(path.read_text()) == {"a.feature": 1.0, "b.feature": 5.0, "c.feature": 6.0}


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "b"}', '{"a": null}'])
def test_what_was_measured_but_cannot_be_read_counts_as_none(
    scenarios: list[Scenario], tmp_path: Path, content: str
) -> None:
    path = tmp_path / "durations.json"
    path.write_text(content)
    assert Durations(path).of(scenarios[0]) == 60.0


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "b"}', '{"a": null}'])
def test_paces_that_cannot_be_read_are_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "durations.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="expected a JSON object of seconds by name"):
        FeatureDurations(path)
