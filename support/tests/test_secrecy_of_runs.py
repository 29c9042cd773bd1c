"""No secret, and no telling part of one, in anything that a run leaves: canaries are let slip in every way we know."""

import base64
import json
from collections.abc import Iterator

import pytest

from support.secrecy import parts
from support.tests.project import ProjectCopy

FEATURE = """
@needs.database @needs.redis @needs.signing_key @needs.writes
Feature: Secrets that slip
  Scenario: In a failing check
    Given Vera has a new account
    And Dana is signed in
    When every secret slips
    Then it is told in a failing check

  Scenario: In an error nobody expected
    Given Dana is signed in
    When every secret slips
    Then it is told in an error

  Scenario: In a clean-up
    Given Dana is signed in
    When every secret slips
    Then it is told in a clean-up

  Scenario: In the evidence of a failing step
    Given Dana is signed in
    When every secret slips, and the step fails

  Scenario: In an answer that was not expected
    Given Dana is signed in
    When Dana signs in
    Then the request is rejected as unauthenticated
"""

STEPS = '''
"""Steps that let slip what they know."""

import json
import logging
import sys
from pathlib import Path

from behave import then, when

from support.evidence.recorder import Command, Query
from support.personas import PERSONAS


def secrets_of(world):
    run = world.run
    session = world.access.sign_in(PERSONAS["Dana"])
    hashes = world.account_stores.hashes()
    return {
        **{f"the password of {name}": account.password for name, account in run.deployment.accounts.items()},
        "the password of new accounts": run.new_password,
        "the signing key": run.signing_key,
        "the password at Cablecast": run.embedded._cablecast.password,
        "the access token": session.access_token,
        "the refresh token": session.refresh_token,
        "a forged token": world.access._forge.expired(session).removeprefix("Bearer "),
        **{f"hash {number}": known for number, known in enumerate(hashes) if known.startswith("$")},
    }, [known for known in hashes if not known.startswith("$")]


@when("every secret slips")
def slip(context):
    world = context.world
    http, database = world.reach.http, world.reach.database
    secrets, fingerprints = secrets_of(world)
    kept = Path("canaries.json")
    known = json.loads(kept.read_text()) if kept.exists() else []
    kept.write_text(json.dumps([*known, *secrets.values(), *fingerprints]))
    everything = " and ".join(secrets.values())
    world.remember("everything", everything)
    print(everything)
    print(everything, file=sys.stderr)
    logging.getLogger("leaky").error(everything)
    world.evidence.attach("a note", everything, "text/plain")
    for secret in secrets.values():
        world.evidence.command(Command("Redis", f"GET {secret}", secret, 0.001))
        world.evidence.command(Command("Redis", f"GET {secret}", secret.encode(), 0.001, error=secret))
        rows = [[secret], [{"deep": secret}]]
        world.evidence.query(Query(f"SELECT '{secret}'", {"id": secret}, ["it"], rows, 2, 0.001))
        http.get("/api/vod/list", params={"limit": secret}, headers={"X-Note": secret, "Cookie": f"a={secret}"})
        http.post("/api/auth/login", json={"username": secret, "password": secret, "note": [secret]})
        http.post("/api/auth/login", body=secret.encode(), headers={"Content-Type": "text/plain"})
        http.get("/api/protected", headers={"Authorization": secret})
    database.rows("SELECT * FROM users")
    database.rows("SELECT * FROM auth_sessions")
    database.rows("SELECT to_jsonb(t) AS record FROM users t UNION ALL SELECT to_jsonb(t) FROM auth_sessions t")


@when("every secret slips, and the step fails")
def slip_and_fail(context):
    slip(context)
    failing_check(context)


@then("it is told in a failing check")
def failing_check(context):
    raise AssertionError(context.world.recall("everything", str))


@then("it is told in an error")
def error(context):
    everything = context.world.recall("everything", str)
    try:
        raise ValueError(everything)
    except ValueError as cause:
        raise RuntimeError(f"because of {everything}") from cause


@then("it is told in a clean-up")
def clean_up(context):
    everything = context.world.recall("everything", str)

    def fail():
        raise RuntimeError(everything)

    context.world.cleanup.add(f"forget {everything}", fail)
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A run in which everything slips, with every report that there is."""
    project = ProjectCopy(tmp_path_factory.mktemp("project"))
    (project.folder / "features" / "spoilt.feature").write_text(FEATURE)
    (project.folder / "steps" / "leaky.py").write_text(STEPS)
    reports = (
        "--junit",
        "--junit-directory",
        "reports/junit",
        "-f",
        "json",
        "-o",
        "reports/behave.json",
        "-f",
        "pretty",
    )
    ended = project.behave("features/spoilt.feature", *reports, "--verbose")
    assert ended.returncode != 0
    (project.reports / "console.txt").write_text(ended.stdout + ended.stderr)
    return project


def outputs(project: ProjectCopy) -> Iterator[tuple[str, str]]:
    for file in sorted(project.reports.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(project.reports)), file.read_text(errors="replace")


def forms(secret: str) -> Iterator[str]:
    yield secret
    for shift in range(3):  # in the middle of what was encoded with it
        yield base64.b64encode(b"x" * shift + secret.encode()).decode()[4:-4]


def test_everything_slipped_that_was_to(project: ProjectCopy) -> None:
    console = (project.reports / "console.txt").read_text()
    assert "0 scenarios passed" in console
    for place in ("because of ***", "*** and ***", "forget ***"):
        assert place in console
    assert {"junit", "allure-results", "logs", "run.json", "behave.json", "console.txt"} <= {
        path.name for path in project.reports.iterdir()
    }


def test_no_secret_and_no_part_of_one_is_in_any_output(project: ProjectCopy) -> None:
    canaries = set(json.loads((project.folder / "canaries.json").read_text()))
    assert len(canaries) > 12
    telling = {part: secret for secret in canaries for form in forms(_beyond_the_usual(secret)) for part in parts(form)}
    found = [
        f"{name}: ...{text[max(0, at - 60) : at]}[{part}]..."
        for name, text in outputs(project)
        for part, at in ((part, text.find(part)) for part in telling)
        if at >= 0
    ]
    assert found == []


def _beyond_the_usual(secret: str) -> str:
    """Leave out what every token or hash begins with: it tells nothing."""
    if secret.startswith("eyJ"):
        return secret.partition(".")[2]
    return secret.rpartition("p=1$")[2]
