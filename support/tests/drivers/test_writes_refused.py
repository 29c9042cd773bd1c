"""Where a target does not grant `writes`, the drivers themselves refuse: each is tried with a step that would write."""

import json
import re
import signal
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from support.drivers.database import DatabaseDriver
from support.drivers.redis import CommandRejected, RedisDriver
from support.errors import ExitCode, FeatureError
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.tests.project import PROJECT, ProjectCopy

# Each is tagged read-only, wrongly: no tag can harm, because the driver refuses.
TRIES = """
@readonly @allure.label.epic:Guard
Feature: What is tagged read-only, and tries to write
  Scenario: A request that creates
    When Dana sends POST /api/vod/create with
      | field | value            |
      | title | {a unique title} |
    Then the response is 201

  Scenario: A request that deletes
    When Dana sends DELETE /api/vod/0905eb48-a674-4a34-8d62-8eb057652c20
    Then the response is 404

  Scenario: A row that is written straight to the database
    Given the trial writes to the database
    Then nothing was changed

  Scenario: A statement that writes in the disguise of a query
    Given the trial writes to the database by a query
    Then nothing was changed

  Scenario: A key that is set in Redis
    Given the trial writes to Redis
    Then nothing was changed

  Scenario: What only reads
    When Dana sends GET /api/vod/list
    Then the response is 200
"""
STEPS = """
from behave import given

@given("the trial writes to the database")
def write(context):
    context.world.database.write("DELETE FROM vods")

@given("the trial writes to the database by a query")
def query(context):
    context.world.database.rows("DELETE FROM vods RETURNING id")

@given("the trial writes to Redis")
def command(context):
    context.world.redis.replace("session:1", "taken over")
"""
REFUSALS = {
    "A request that creates": "POST /api/vod/create was not sent: the target does not grant `writes`",
    "A request that deletes": "was not sent: the target does not grant `writes`",
    "A row that is written straight to the database": "the statement was not sent to the database",
    "A statement that writes in the disguise of a query": "read-only transaction",
    "A key that is set in Redis": "SET was not sent to Redis: the target does not grant `writes`",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    made = ProjectCopy(tmp_path_factory.mktemp("project"))
    (made.folder / "features" / "guard.feature").write_text(TRIES)
    (made.folder / "steps" / "trial.py").write_text(STEPS)
    return made


@pytest.fixture(scope="module")
def target(project: ProjectCopy) -> Iterator[str]:
    """A platform that is up, described as a target without writes, in a file that only this test uses."""
    name = f"guard-{project.folder.name}"
    live = project.start("up", "--read-only", "--target", name, module="support.cli.main")
    assert live.stdout is not None
    for line in live.stdout:
        if line.startswith("Ctrl-C"):
            break
    yield name
    live.send_signal(signal.SIGINT)
    live.communicate(timeout=20)
    assert live.returncode == 0
    assert list((PROJECT / "support" / "targets").glob(f"{name}.*")) == []


def results(project: ProjectCopy) -> dict[str, dict[str, object]]:
    found = [json.loads(file.read_text()) for file in (project.reports / "allure-results").glob("*-result.json")]
    return {result["name"]: result for result in found}


def test_each_driver_refuses_what_would_write(project: ProjectCopy, target: str) -> None:
    ended = project.behave("-D", f"target={target}", "features/guard.feature")
    assert ended.returncode == ExitCode.TEST_ERROR, ended.stdout + ended.stderr
    found = results(project)
    for name, sentence in REFUSALS.items():
        assert found[name]["status"] != "passed", name
        assert re.search(re.escape(sentence), json.dumps(found[name])), found[name]
    assert found["What only reads"]["status"] == "passed"


def test_only_read_only_scenarios_run_there_and_there_are_ten_of_them(project: ProjectCopy, target: str) -> None:
    (project.folder / "features" / "guard.feature").rename(project.folder / "guard.feature")
    ended = project.behave("-D", f"target={target}", "-j", "2")
    (project.folder / "guard.feature").rename(project.folder / "features" / "guard.feature")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    passed = re.search(r"(\d+) scenarios passed, 0 failed", ended.stdout)
    assert passed is not None
    assert int(passed[1]) >= 10
    assert "only scenarios tagged @readonly run there" in json.dumps(results(project))


class Store:
    """Notes what would be sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def set(self, *values: object, **options: object) -> bool:
        self.sent.append("SET")
        return True


def test_redis_is_sent_no_command_that_writes() -> None:
    store = Store()
    with pytest.raises(CommandRejected):
        RedisDriver(store, Recorder(Masker())).replace("a", "b")  # type: ignore[arg-type]
    assert store.sent == []
    assert RedisDriver(store, Recorder(Masker()), writes=True).replace("a", "b")  # type: ignore[arg-type]
    assert store.sent == ["SET"]


@pytest.mark.parametrize(
    ("type", "command", "held"),
    [
        ("string", "get", "a"),
        ("hash", "hgetall", {"a": "b"}),
        ("list", "lrange", ["b", "a"]),
        ("set", "smembers", {"a"}),
        ("zset", "zrange", ["b", "a"]),
        ("stream", "xrange", [("1-0", {"a": "b"})]),
    ],
)
def test_what_redis_holds_is_read_where_nothing_may_be_written(type: str, command: str, held: object) -> None:
    store = SimpleNamespace(type=lambda key: type, **{command: lambda key, *ends: held})
    found = RedisDriver(store, Recorder(Masker())).typed("key")  # type: ignore[arg-type]
    assert found == (type, sorted(held) if isinstance(held, set) else held)


def test_the_database_is_sent_no_statement_that_writes() -> None:
    driver = DatabaseDriver(None, Recorder(Masker()))  # type: ignore[arg-type]
    with pytest.raises(FeatureError, match="does not grant `writes`"):
        driver.write("DELETE FROM vods")
