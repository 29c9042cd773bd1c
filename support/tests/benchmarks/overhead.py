"""What our runner, drivers and evidence cost on top of behave with allure-behave.

The same suite (400 scenarios of six steps: four HTTP calls, one SQL query, one Redis command) runs against the same
platform, once as plain behave with allure-behave and bare clients, once as ours with all evidence on. Both run in turn,
and the ratio of the medians is what counts: the machine may be busy with other things.

    python -m support.tests.benchmarks.overhead [SCENARIOS] [ROUNDS]
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import requests

from support.scenario.run import Run
from support.targets.settings import load_target

PROJECT = Path(__file__).parents[3]

BARE_STEPS = """
import os, requests, redis, sqlalchemy
from behave import when, then
session = requests.Session()
session.headers["Authorization"] = "Bearer " + os.environ["BENCH_TOKEN"]
engine = sqlalchemy.create_engine(os.environ["BENCH_DATABASE"], isolation_level="AUTOCOMMIT")
client = redis.Redis.from_url(os.environ["BENCH_REDIS"], decode_responses=True)

@when("a page is asked for")
def page(context):
    assert session.get(os.environ["BENCH_URL"] + "/api/protected", timeout=10).status_code == 200

@then("the database is asked")
def database(context):
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT count(*) FROM users")).scalar() > 0

@then("Redis is asked")
def cache(context):
    assert client.exists("nothing") == 0
"""

OUR_STEPS = """
import os
from behave import when, then

@when("a page is asked for")
def page(context):
    context.world.reach.http.get("/api/protected", token=os.environ["BENCH_TOKEN"]).expect(200)

@then("the database is asked")
def database(context):
    assert context.world.database.count("users") > 0

@then("Redis is asked")
def cache(context):
    assert not context.world.redis.exists("nothing")
"""


def write_suite(folder: Path, steps: str, scenarios: int) -> None:
    (folder / "features").mkdir(parents=True)
    (folder / "steps").mkdir()
    (folder / "steps" / "bench.py").write_text(steps)
    body = "    When a page is asked for\n" * 4 + "    Then the database is asked\n    And Redis is asked\n"
    for number in range(scenarios // 20):
        text = "".join(f"  Scenario: S{n}\n{body}" for n in range(20))
        (folder / "features" / f"f{number}.feature").write_text(f"Feature: F{number}\n{text}")


class Taken(NamedTuple):
    """Seconds: on the clock, and of processor time in all processes of the run."""

    wall: float
    processor: float


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> Taken:
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(time.monotonic() - begin, processor)


def main(scenarios: int = 400, rounds: int = 9) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = Run(load_target("embedded"), folder / "logs")
        try:
            run.start()
            run.deployment.finish()
            measure(run, folder, scenarios, rounds)
        finally:
            run.close()


def measure(run: Run, folder: Path, scenarios: int, rounds: int) -> None:
    dana = run.deployment.accounts["Dana"]
    login = {"username": dana.username, "password": dana.password}
    token = requests.post(f"{run.deployment.api_url}/api/auth/login", json=login, timeout=10).json()["access_token"]
    environment = {
        # Python keeps its compiled files unless somebody forbids it; what is then compiled anew is ours alone.
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPATH": str(PROJECT),
        "BENCH_TOKEN": token,
        "BENCH_URL": run.deployment.api_url,
        "BENCH_DATABASE": run.deployment.database_url,
        "BENCH_REDIS": run.deployment.redis_url,
    }
    bare, ours = folder / "bare", folder / "ours"
    write_suite(bare, BARE_STEPS, scenarios)
    write_suite(ours, OUR_STEPS, scenarios)
    (ours / "environment.py").write_text((PROJECT / "environment.py").read_text())
    (ours / "pyproject.toml").write_text((PROJECT / "pyproject.toml").read_text())
    (ours / "live.toml").write_text(
        'capabilities = ["database", "redis", "writes"]\n'
        f'[api]\nurl = "{run.deployment.api_url}"\n'
        f'[database]\nurl = "{run.deployment.database_url}"\n[redis]\nurl = "{run.deployment.redis_url}"\n'
    )
    behave = [sys.executable, "-m", "behave", "--format", "progress3", "--outfile", os.devnull]
    allure = ["--format", "allure_behave.formatter:AllureFormatter", "--outfile", "results"]
    taken: dict[str, list[Taken]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        taken["bare"].append(timed([*behave, *allure], bare, environment))
        taken["ours"].append(timed([*behave, "-D", "target=live.toml"], ours, environment))
    print(f"{scenarios} scenarios of six steps, median of {rounds}: seconds on the clock, and of processor time")
    walls, processors = ({n: statistics.median(t[i] for t in taken[n]) for n in taken} for i in (0, 1))
    for name, what in (("bare", "behave and allure-behave"), ("ours", "ours, all evidence on")):
        more = f"{walls[name] / walls['bare'] - 1:+5.0%} {processors[name] / processors['bare'] - 1:+5.0%}"
        print(f"  {what:<26}{walls[name]:6.2f} {processors[name]:6.2f}   {more}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
