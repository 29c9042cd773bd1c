"""What changed in the stores, told record by record."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from support.checks.changes import State, changes
from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.errors import FeatureError
from support.scenario.memory import Memory
from support.scenario.state import StateOfStores
from support.scenario.values import Values
from support.scenario.world import VOLATILE

READ = Values(Memory(), str, "x7f3a12c4").expected
PENDING: Mapping[str, Any] = {"id": 1, "status": "pending", "progress": 0}
FAILED: Mapping[str, Any] = {"id": 1, "status": "failed", "progress": 40}


def told(before: State, after: State) -> list[str]:
    return list(map(str, changes(before, after)))


class TestDifferences:
    def test_equal_states_differ_in_nothing(self) -> None:
        assert told({("vods", "1"): PENDING}, {("vods", "1"): dict(PENDING)}) == []

    def test_a_new_record_is_told_without_its_content_which_may_be_secret(self) -> None:
        [difference] = told({}, {("vods", "1"): {"id": 1, "title": "City Council"}})
        assert difference == "vods 1 was created"
        assert "City Council" not in difference

    def test_a_record_that_is_gone_is_told(self) -> None:
        assert told({("vods", "1"): PENDING}, {}) == ["vods 1 was deleted"]

    def test_every_field_that_changed_is_told_with_both_values(self) -> None:
        assert told({("vods", "1"): PENDING}, {("vods", "1"): FAILED}) == [
            "vods 1: progress changed from 0 to 40",
            'vods 1: status changed from "pending" to "failed"',
        ]

    def test_a_field_that_comes_or_goes_is_a_change(self) -> None:
        assert told({("Redis", "a"): {"old": 1}}, {("Redis", "a"): {"new": 2}}) == [
            "Redis a: new changed from null to 2",
            "Redis a: old changed from 1 to null",
        ]

    def test_a_secret_that_changed_is_told_without_its_values(self) -> None:
        before, after = {("users", "1"): {"password_hash": "old"}}, {("users", "1"): {"password_hash": "new"}}
        assert told(before, after) == ["users 1: password_hash changed (secret)"]

    def test_changes_are_in_the_order_of_stores_and_keys(self) -> None:
        after = {("vods", "2"): PENDING, ("Redis", "s"): {"value": "1"}, ("vods", "1"): PENDING}
        assert [difference.split(" was created")[0] for difference in told({}, after)] == [
            "Redis s",
            "vods 1",
            "vods 2",
        ]


class Tables(DatabaseDriver):
    """A database that answers the two questions of StateOfStores; `tables` holds records by table."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Mapping[str, Any]]] = {}

    def rows(self, statement: str, **parameters: Any) -> list[Mapping[str, Any]]:
        if "information_schema" in statement:
            left_out = parameters["volatile"] if "table_name <> ALL(:volatile)" in statement else []
            return [{"table_name": name} for name in self.tables if name not in left_out]
        return [
            {"store": name, "record": dict(record)}
            for name, records in self.tables.items()
            if f'FROM "{name}"' in statement
            for record in records
        ]


class Keys(RedisDriver):
    """A Redis that holds texts."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def keys(self, pattern: str) -> list[str]:
        return sorted(key for key in self.texts if key.startswith(pattern.removesuffix("*")))

    def get(self, key: str) -> str | None:
        return self.texts.get(key)


@pytest.fixture
def database() -> Tables:
    database = Tables()
    database.tables = {"vods": [PENDING], "procrastinate_jobs": [{"id": 9, "status": "todo"}]}
    return database


@pytest.fixture
def redis() -> Keys:
    redis = Keys()
    redis.texts = {"session:a": "Dana", "vod:1": "cached"}
    return redis


@pytest.fixture
def stores(database: Tables, redis: Keys) -> StateOfStores:
    stores = StateOfStores(database, redis, volatile=VOLATILE)
    stores.note()
    return stores


class TestStateOfStores:
    def test_stores_that_stay_as_they_were_pass(self, stores: StateOfStores) -> None:
        stores.require_unchanged()

    def test_a_changed_row_is_told(self, stores: StateOfStores, database: Tables) -> None:
        database.tables["vods"] = [FAILED]
        with pytest.raises(AssertionError) as failure:
            stores.require_unchanged()
        assert str(failure.value) == (
            "nothing should be changed, but vods 1: progress changed from 0 to 40; "
            'vods 1: status changed from "pending" to "failed"'
        )

    def test_a_new_job_is_told(self, stores: StateOfStores, database: Tables) -> None:
        database.tables["procrastinate_jobs"].append({"id": 10, "status": "todo"})
        with pytest.raises(AssertionError, match="procrastinate_jobs 10 was created"):
            stores.require_unchanged()

    def test_rows_of_a_table_that_was_empty_are_told(self, database: Tables, redis: Keys) -> None:
        database.tables["notifications"] = []
        stores = StateOfStores(database, redis, volatile=VOLATILE)
        stores.note()
        database.tables["notifications"] = [{"id": 3}]
        with pytest.raises(AssertionError, match="notifications 3 was created"):
            stores.require_unchanged()

    def test_a_record_without_an_id_is_known_by_its_content(self, stores: StateOfStores, database: Tables) -> None:
        database.tables["vod_tags"] = [{"vod": 1, "tag": "council"}]
        with pytest.raises(AssertionError, match=r'vod_tags {"tag": "council", "vod": 1} was created'):
            stores.require_unchanged()

    def test_a_session_that_is_gone_from_redis_is_told(self, stores: StateOfStores, redis: Keys) -> None:
        del redis.texts["session:a"]
        with pytest.raises(AssertionError, match="nothing should be changed, but Redis session:a was deleted"):
            stores.require_unchanged()

    def test_the_cache_of_vods_may_fill(self, stores: StateOfStores, redis: Keys) -> None:
        redis.texts["vod:2"] = "cached as well"
        stores.require_unchanged()

    @pytest.mark.parametrize("table", sorted(VOLATILE))
    def test_what_lives_by_itself_may_change(self, stores: StateOfStores, database: Tables, table: str) -> None:
        database.tables[table] = [{"id": 1, "last_heartbeat": "now"}]
        stores.require_unchanged()

    def test_without_a_noted_state_there_is_nothing_to_compare_with(self, database: Tables, redis: Keys) -> None:
        with pytest.raises(FeatureError, match="there is no state before to compare with"):
            StateOfStores(database, redis, volatile=VOLATILE).require_unchanged()


class Rows:
    """A step's table as behave hands it over."""

    def __init__(self, *rows: Sequence[str]) -> None:
        self.headings = ["store", "record", "field", "from", "to"]
        self.rows = [dict(zip(self.headings, row, strict=True)) for row in rows]


class TestATableOfChanges:
    @pytest.fixture
    def tables(self) -> Tables:
        tables = Tables()
        tables.tables = {"vods": [PENDING], "tasks": []}
        return tables

    @pytest.fixture
    def stores(self, tables: Tables) -> StateOfStores:
        stores = StateOfStores(tables, Keys(), volatile=VOLATILE)
        stores.note()
        tables.tables["vods"] = [{**PENDING, "status": "failed", "progress": 40}]
        return stores

    BOTH = (("vods", "it", "status", "pending", "failed"), ("vods", "it", "progress", "0", "{anything}"))

    def test_what_is_listed_may_change(self, stores: StateOfStores) -> None:
        stores.require_changes(Rows(*self.BOTH), lambda name: "1", READ)

    def test_what_is_not_listed_may_not(self, stores: StateOfStores) -> None:
        with pytest.raises(AssertionError, match="not listed: vods 1: progress changed from 0 to 40"):
            stores.require_changes(Rows(self.BOTH[0]), lambda name: "1", READ)

    def test_the_looser_form_lets_it_be(self, stores: StateOfStores) -> None:
        stores.require_changes(Rows(self.BOTH[0]), lambda name: "1", READ, exactly=False)

    @pytest.mark.parametrize(
        "row",
        [
            ("vods", "it", "status", "pending", "completed"),
            ("vods", "it", "status", "processing", "failed"),
            ("vods", "it", "title", "{anything}", "{anything}"),
            ("tasks", "it", "status", "pending", "failed"),
            ("vods", "it", "", "{absent}", "{anything}"),
        ],
    )
    def test_what_is_listed_and_did_not_happen_is_missing(self, stores: StateOfStores, row: Sequence[str]) -> None:
        with pytest.raises(AssertionError, match="at least the listed records should be changed, but missing: "):
            stores.require_changes(Rows(row), lambda name: "1", READ, exactly=False)

    def test_a_store_that_there_is_not_is_told_with_those_there_are(self, stores: StateOfStores) -> None:
        with pytest.raises(
            FeatureError, match=r'^there is no store "vod"\. Did you mean "vods"\? Known: vods, tasks, Redis$'
        ):
            stores.require_changes(Rows(("vod", "it", "status", "a", "b")), lambda name: "1", READ, exactly=False)

    def test_a_change_of_another_record_does_not_count(self, stores: StateOfStores) -> None:
        with pytest.raises(AssertionError, match='missing: vods "it" status from "pending" to "failed"'):
            stores.require_changes(Rows(*self.BOTH), lambda name: "2", READ)

    def test_a_cell_may_expect_a_kind_and_the_stricter_row_is_served_first(self, tables: Tables) -> None:
        tables.tables = {"vods": [{"id": 1, "at": None}, {"id": 2, "at": None}], "tasks": []}
        stores = StateOfStores(tables, Keys(), volatile=VOLATILE)
        stores.note()
        times = ["2026-11-20T07:00:00+00:00", "soon"]
        tables.tables["vods"] = [{"id": 1, "at": times[0], "of": "it"}, {"id": 2, "at": times[1], "of": "it"}]
        loose, strict = ("vods", "it", "at", "null", "{anything}"), ("vods", "it", "at", "null", "{a time}")
        stores.require_changes(Rows(loose, strict), lambda name: "it", READ, exactly=False)
        with pytest.raises(AssertionError, match='missing: vods "it" at from null to a time'):
            stores.require_changes(Rows(strict, strict), lambda name: "it", READ, exactly=False)

    def test_one_change_fulfils_one_row_only(self, stores: StateOfStores) -> None:
        with pytest.raises(AssertionError, match='missing: vods "it" progress from 0 to anything'):
            stores.require_changes(Rows(*self.BOTH, self.BOTH[1]), lambda name: "1", READ)

    def test_a_record_is_known_by_what_it_refers_to(self, stores: StateOfStores, tables: Tables) -> None:
        tables.tables["tasks"] = [{"id": 7, "args": {"vod_id": "1"}}]
        stores.require_changes(Rows(*self.BOTH, ("tasks", "it", "", "{absent}", "{anything}")), lambda name: "1", READ)

    def test_a_row_without_a_field_tells_that_a_record_came_or_went(self, stores: StateOfStores) -> None:
        with pytest.raises(FeatureError, match=r"without a field: expected from \{absent\} to \{anything\}"):
            stores.require_changes(Rows(("vods", "it", "", "pending", "failed")), lambda name: "1", READ)
